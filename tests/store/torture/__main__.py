"""Kills loads, fills disks, reads and writes at once, and counts what was lost.

    python -m tests.store.torture --kills 200 --disk-full 20 --json

Each blow falls on a process of its own that loads three sample exports. After it the database must open and be equal, table by
table, to one into which a first part of these files was loaded unbroken (with all that the process said were done); loading
again must give the same as an unbroken run. Exit code 1 where anything was lost.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path

from .disks import disks_full
from .kills import kills, prepared
from .peers import readers, writers

HARM = (
    "unopenable", "torn", "lost", "not_converged", "litter", "unclear", "errors", "wrong", "not_refused", "lock_left",
)  # fmt: skip


def main(arguments=None):
    """Everything, with figures; 1 where anything was lost."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--kills", type=int, default=200)
    ask.add_argument("--disk-full", type=int, default=20)
    ask.add_argument("--loads", type=int, default=20, help="loads while readers read")
    ask.add_argument("--rounds", type=int, default=10, help="pairs of writers")
    ask.add_argument("--workers", type=int, default=3)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args(arguments)
    return _run(given)


def _run(given):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        known, longest = prepared(folder)
        report = {
            "kill": kills(given.kills, folder, known, longest, given.workers, given.seed),
            "disk_full": disks_full(given.disk_full, folder, known),
            "readers": readers(folder, given.loads),
            "writers": writers(folder, given.rounds),
        }
    report["harm"] = sum(part.get(key, 0) for part in report.values() for key in HARM)
    report["seconds"] = round(time.monotonic() - began)
    points = report["disk_full"].pop("results")
    plain = [re.sub(r"[\d.,]+ (MB|GB)", r"N \1", point["text"]) for point in points]
    report["words"] = sorted({re.sub(re.escape(name) + r"\S*", "DATABASE", text) for text in plain})
    print(json.dumps(report, indent=1) if given.json else "\n".join(f"{key}: {value}" for key, value in report.items()))
    return 1 if report["harm"] else 0


if __name__ == "__main__":
    sys.exit(main())
