"""How fast orderkit loads and answers, beside the tools a reader knows: `python3 run.py bench`.

A benchmark, not a test: it depends on the machine, so it fails no build.
"""
