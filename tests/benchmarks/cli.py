"""`python3 run.py bench`: the time and memory of orderkit's loads and answers, beside the tools a reader knows.

`bench growth` measures how they grow with the lines, `bench large` classifies more than memory holds, `bench pages` writes what
the README and docs/growth.md tell of the figures that were kept. Each has its own `--help`.
"""

import json

from benchmarks import growth, large, pages, saved, session, tables
from benchmarks.cases import CASES

OTHERS = {"growth": growth.main, "large": large.main, "pages": pages.main}


def _words(arguments):
    parser = session.parser(__doc__, rounds=5)
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines of the shop (default 1,000,000: about 300 MB)")
    parser.add_argument("--only", action="append", choices=[case.name for case in CASES], help="one case; may be said again")
    return parser.parse_args(arguments)


def main(arguments):
    if arguments and arguments[0] in OTHERS:
        return OTHERS[arguments[0]](arguments[1:])
    words = _words(arguments)
    try:
        with session.measuring(words) as measure:
            results, noise = measure([case for case in CASES if not words.only or case.name in words.only], words.lines)
    except session.Refused as problem:
        return session.refused(problem)
    session.keep(words, results, words.lines, noise)
    _print(words, results, noise)
    return 0


def _print(words, results, noise):
    machine = saved.machine()
    if words.json:
        about = {"lines": words.lines, "rounds": words.rounds, "loud": bool(noise), "machine": machine}
        print(json.dumps(about | {"cases": results}))
        return
    print(f"{words.lines:,} lines, {words.rounds} rounds, {machine['processors']} processors; imports are not timed, closing is")
    print("\n".join(map(tables.table, results)))
    if noise:
        print(tables.loud(noise))
