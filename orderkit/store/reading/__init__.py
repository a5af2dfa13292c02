"""From a file's text to typed observations: the fast pass, the record scan."""
