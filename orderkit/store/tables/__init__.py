"""The canonical tables, made from the observations."""
