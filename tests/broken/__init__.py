"""Kinds of broken exports: what really happens to a seller's files, each with the truth about what was in it."""

from orderkit import __version__ as VERSION  # before anything else imports the engine: it clears the engine's memory

__all__ = ["VERSION"]
