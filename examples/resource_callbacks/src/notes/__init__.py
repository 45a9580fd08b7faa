"""Notes that lie in files beside the program."""
