from .second import after

value = after
