from . import main
from . import page
