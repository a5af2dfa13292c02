"""`orderkit map`: the guess of what an unknown file's columns mean, and the format description that comes of it."""
