after = 7
from . import first  # noqa: E402
