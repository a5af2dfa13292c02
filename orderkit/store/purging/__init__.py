"""Taking orders out of the database for good, and proving it."""
