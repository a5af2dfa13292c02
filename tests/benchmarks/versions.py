"""Raised when what is made changes, so that none made before is used: MAKER for facts.py, FILES for files.py."""

MAKER = 1
FILES = 2
