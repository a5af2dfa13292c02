"""`bench large`: classifies more order lines than memory holds, and says whether it is as fast per line as with fewer.

Facts are drawn in the engine (10 M: under 1 GB on disk, 50 M: under 5 GB); all answers are written to temporary tables, which the
engine puts into temporary files beyond the limit.
"""

import json

from benchmarks import session, tables
from benchmarks.cases import Case, Entry, Goal, nothing

OURS, BY_HAND = "orderkit, apply", "DuckDB SQL written by hand"
SLOWER = round(1 / 0.7, 2)  # seconds per line, at most, against those of fewer lines: 0.7 times the lines a second


def _case(memory):
    entries = (Entry(BY_HAND, "by hand", ("facts",)), Entry(OURS, "classify", ("facts",)))
    goals = (Goal("apply / SQL by hand", OURS, BY_HAND, 1.1),)
    job = {"pack": "article-2021", "memory_limit": memory}
    return Case("large", f"answers to four questions with {memory} of memory for the engine", entries, goals, nothing, job)


def main(arguments):
    words = _words(arguments)
    told = {}
    try:
        with session.measuring(words) as measure:
            for lines in (words.against, words.lines):
                told[lines] = measure([_case(words.memory)], lines)
    except session.Refused as problem:
        return session.refused(problem)
    _compare(told, words)
    for lines, (results, noise) in told.items():
        session.keep(words, results, lines, noise)
        if not words.json:
            print(f"{lines:,} lines", *map(tables.table, results), tables.loud(noise) if noise else "")
    if words.json:
        print(json.dumps({lines: results for lines, (results, _) in told.items()}))
    return 0


def _words(arguments):
    parser = session.parser(__doc__, rounds=3)
    parser.add_argument("--lines", type=int, default=50_000_000, help="order lines (default 50,000,000)")
    parser.add_argument("--against", type=int, default=10_000_000, help="fewer lines to compare with (default 10,000,000)")
    parser.add_argument("--memory", default="2GB", help="what the engine may use (default 2GB)")
    return parser.parse_args(arguments)


def _compare(told, words):
    few, many = (told[lines][0][0]["entries"][OURS]["seconds"]["median"] / lines for lines in (words.against, words.lines))
    text = f"seconds per line, {words.lines:,} / {words.against:,} lines"
    value = many / few
    told[words.lines][0][0]["goals"].append({"text": text, "value": value, "most": SLOWER, "kept": value <= SLOWER})
