"""`python3 run.py bench`: the time and memory of orderkit's loads and answers, beside the tools a reader knows."""

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks.cases import CASES
from benchmarks.measure import LOUD, Files, Wrong, run_case


def _words(arguments):
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines of the shop (default 1,000,000: about 300 MB)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contestant runs (default 3)")
    parser.add_argument("--only", action="append", choices=[case.name for case in CASES], help="one case; may be said again")
    parser.add_argument("--files", type=Path, help="folder for the exports, kept for the next time (default: in the temp folder)")
    parser.add_argument("--json", action="store_true", help="figures as JSON on stdout")
    return parser.parse_args(arguments)


def _say(text):
    print(text, file=sys.stderr, flush=True)


def _table(result):
    lines = [f"\n{result['case']}: {result['about']}"]
    lines.append(f"  {'':40} {'median s':>9} {'spread':>13} {'cpu s':>7} {'peak MB':>8} {'others':>7}")
    for label, told in result["entries"].items():
        seconds = told["seconds"]
        spread = f"{seconds['least']:.2f}-{seconds['most']:.2f}"
        peak = f"{told['peak_mb']['median']:.0f}" if "peak_mb" in told else "?"
        others = f"{told['others']['median']:.0%}" if "others" in told else "?"
        lines.append(f"  {label:40} {seconds['median']:9.2f} {spread:>13} {told['cpu']['median']:7.2f} {peak:>8} {others:>7}")
        if "from_build" in told:
            lines.append(f"  {'  of it from the canonical build on':40} {told['from_build']['median']:9.2f}")
    for goal in result["goals"]:
        value = "?" if goal["value"] is None else f"{goal['value']:.2f}" if goal["most"] < 100 else f"{goal['value']:.0f}"
        verdict = {True: "kept", False: "MISSED", None: "not measured"}[goal["kept"]]
        lines.append(f"  goal: {goal['text']}: {value}, at most {goal['most']:g}: {verdict}")
    return "\n".join(lines)


def _loud(results):
    shares = [told["others"]["median"] for result in results for told in result["entries"].values() if "others" in told]
    return any(share > LOUD for share in shares)


def main(arguments):
    words = _words(arguments)
    folder = words.files or Path(tempfile.gettempdir()) / "orderkit-bench"
    results = []
    with tempfile.TemporaryDirectory(prefix="run-", dir=_made(folder)) as work:
        files = Files(folder / str(words.lines), words.lines, _say)
        try:
            for case in CASES:
                if not words.only or case.name in words.only:
                    results.append(run_case(case, files, words.rounds, work, _say))
        except Wrong as problem:
            _say(f"no figures: {problem}")
            return 1
    loud = _loud(results)
    machine = {"processors": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    if words.json:
        print(json.dumps({"lines": words.lines, "rounds": words.rounds, "loud": loud, "machine": machine, "cases": results}))
        return 0
    print(f"{words.lines:,} lines, {words.rounds} rounds, {machine['processors']} processors; imports are not timed, closing is")
    print("\n".join(map(_table, results)))
    if loud:
        print(f"\nLOUD: other programs used more than {LOUD:.0%} of this machine. Absolute times mean nothing, ratios little.")
    return 0


def _made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder
