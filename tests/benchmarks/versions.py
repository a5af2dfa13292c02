"""Raised when the facts of facts.py change, so that none made before is used."""

MAKER = 1
