from . import page
from . import main
from . import portal
