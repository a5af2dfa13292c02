"""The database file: who holds it, opening it, writing in a copy that takes its place, and plain words for what goes wrong."""
