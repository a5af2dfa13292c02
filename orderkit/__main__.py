"""`python -m orderkit`: the command line."""

from orderkit.cli import main

main()
