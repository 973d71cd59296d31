from . import main
from . import page
from . import answers
