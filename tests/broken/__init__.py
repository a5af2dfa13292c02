"""Kinds of broken exports: what really happens to a seller's files, each with the truth about what was in it."""
