from . import VALUE
from .plain import called
from .sub import deep
from .sub.deep import NAME as DEEP_NAME

result = (VALUE, called(), deep.__name__, DEEP_NAME)
