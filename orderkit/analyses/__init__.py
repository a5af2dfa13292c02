"""The questions that sellers ask, each answered by one function of a connection that gives a Result."""
