"""Pure functions on numbers and arrays: no database, no files. Each says its source; published examples are in tests/golden/."""
