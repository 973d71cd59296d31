from . import page
from . import answers
from . import main
from . import portal
