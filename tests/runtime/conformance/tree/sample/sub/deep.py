from ..plain import called as sibling

NAME = __name__
PACKAGE = __package__
