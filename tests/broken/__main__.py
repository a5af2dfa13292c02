"""Shows what becomes of every kind of broken export: python -m tests.broken [--only PATTERN] [--json] [--write DIR]"""

import argparse
import fnmatch
import json
from collections import Counter
from pathlib import Path

from .kinds import load_kinds
from .outcome import CLASSES, write
from .worker import judge_all


def main(arguments=None):
    """Prints the table and the counts, or JSON; with --write only writes the files and what is expected of them."""
    given = _arguments(arguments)
    kinds = {
        name: kind
        for name, kind in load_kinds().items()
        if any(fnmatch.fnmatch(text, given.only) for text in (name, kind.group, kind.base))
    }
    if given.write:
        return _write(kinds, given)
    verdicts = []
    for verdict in judge_all(kinds, given.seed, given.workers):
        verdicts.append(verdict)
        if not given.json and (verdict.outcome != "right" or not given.quiet):
            print(_row(verdict), flush=True)
    if given.json:
        print(json.dumps([verdict.to_json() for verdict in verdicts], indent=1, ensure_ascii=False))
    else:
        _counts(verdicts)
    return None


def _arguments(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.broken", description="What becomes of every kind of broken export.")
    parser.add_argument("--only", default="*", help="pattern of names, groups or formats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true", help="leave out those that are right")
    parser.add_argument("--write", type=Path, help="folder: write the files, one folder per kind, and expected.json")
    return parser.parse_args(arguments)


def _row(verdict):
    return (
        f"{verdict.kind:<38} {verdict.group:<10} {verdict.expected[:34]:<35} {verdict.outcome:<15} {verdict.seconds:5.2f}"
        f"  {verdict.note[:170]}"
    )


def _counts(verdicts):
    print(f"\n{len(verdicts)} kinds")
    total = Counter(verdict.outcome for verdict in verdicts)
    print("".join(f"  {name}: {total[name]}" for name in CLASSES))
    for group in sorted({verdict.group for verdict in verdicts}):
        inside = Counter(verdict.outcome for verdict in verdicts if verdict.group == group)
        print(f"  {group:<10}", ", ".join(f"{inside[name]} {name}" for name in CLASSES if inside[name]))


def _write(kinds, given):
    told = {}
    for name, kind in kinds.items():
        case = kind.case(given.seed)
        write(case, given.write / name)
        told[name] = {
            "group": kind.group, "base": kind.base, "about": kind.about, "files": list(case.files), "table": case.table,
            "columns": case.columns, "expected": case.expected(), "right": case.right, "word": case.word,
            "rows": case.rows, "aside": sorted(case.aside), "junk": sorted(case.junk),
        }  # fmt: skip
    (given.write / "expected.json").write_text(json.dumps(told, indent=1, default=str, ensure_ascii=False), encoding="utf-8")
    print(f"{len(told)} kinds written")


if __name__ == "__main__":
    main()
