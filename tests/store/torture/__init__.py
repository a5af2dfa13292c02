"""Kills loads, fills disks, reads and writes at once, and counts what was lost: python -m tests.store.torture."""
