"""Starts the benchmark, wherever the user stands."""

import sys
from pathlib import Path


def _main():
    sys.path[0] = str(Path(__file__).parents[1])  # run by its path: the folder above makes `benchmarks` a package
    from benchmarks.cli import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_main())
