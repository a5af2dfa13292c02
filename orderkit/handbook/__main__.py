"""Writes the made pages of `docs` anew: `python -m orderkit.handbook [PAGE...]`, in the folder of the checkout."""

import sys
from pathlib import Path

from orderkit import handbook, shop
from orderkit.errors import OrderkitError


def main(names):
    """Writes the pages and prints their paths; the exit code."""
    if not Path("docs").is_dir():
        print("orderkit: there is no folder docs here. Run this in the folder of orderkit's checkout.", file=sys.stderr)
        return 2
    try:
        made = handbook.write("docs", names, sample=shop.sample)
    except OrderkitError as problem:
        print(f"orderkit: {problem}", file=sys.stderr)
        return problem.exit_code
    print("\n".join(map(str, made)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
