"""Writes the sample shop: python -m orderkit.simulate --to data/sample"""

import argparse
from pathlib import Path

from orderkit.simulate.truth import shop


def main(arguments=None):
    """Writes exports into the folder named by --to, and the truth into a folder beside it."""
    parser = argparse.ArgumentParser(prog="python -m orderkit.simulate", description="Writes a simulated shop's exports.")
    parser.add_argument("--to", type=Path, required=True, help="folder for the exports; the truth goes to NAME_truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=30)
    parser.add_argument("--until", default="2026-11-15", help="last day of the simulation")
    parser.add_argument("--lines-per-week", type=float, default=220)
    parser.add_argument("--as-of", help="write only what was known at this moment (default: the end)")
    given = parser.parse_args(arguments)
    truth = shop(given.seed, weeks=given.weeks, until=given.until, lines_per_week=given.lines_per_week)
    for path in truth.write(given.to, as_of=given.as_of, compress=("amazon_order_report",)).values():
        print(path)
    truth.write_truth(given.to.with_name(given.to.name + "_truth"))


if __name__ == "__main__":
    main()
