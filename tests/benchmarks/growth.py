"""`bench growth`: time and memory of each job against the order lines, with the power of the lines that fits them best.

Sizes beyond what a job is meant for are left out. 10 M lines: 13 GB of exports and databases on disk.
"""

import json
import math
import statistics

from benchmarks import session, tables
from benchmarks.cases import THREE, Case, Entry, nothing

MOST = 1.1  # the power of the lines that time and memory may grow with
SIZES = (100_000, 1_000_000, 10_000_000)
# job: (who, files, prepared database, most lines)
JOBS = {
    "load of All Orders": ("load", ("orders",), None, 10_000_000),
    "the same with 5 % new lines, again": ("load", ("grown",), "loaded", 10_000_000),
    "three exports to weekly figures": ("weekly", THREE, None, 10_000_000),
    "answers to four questions, over facts": ("classify", ("facts",), None, 50_000_000),
    "one order explained, new process": ("explain command", (), "loaded", 10_000_000),
    "weekly report": ("report", (), "shop", 1_000_000),
}


def case(lines, only=()):
    """The jobs that are measured with so many lines, as a case; None where there is none."""
    wanted = {job: told for job, told in JOBS.items() if lines <= told[3] and (not only or job in only)}
    entries = tuple(Entry(job, who, files, start, apart=True) for job, (who, files, start, _) in wanted.items())
    about = "each job of a shop with so many order lines"
    return Case("growth", about, entries, (), nothing, {"pack": "article-2021"}) if entries else None


def power(points):
    """(power, factor) of the line through (size, value) by least squares on both logarithms; None with less than two sizes."""
    if len({size for size, _ in points}) < 2:
        return None
    fit = statistics.linear_regression([math.log(size) for size, _ in points], [math.log(value) for _, value in points])
    return fit.slope, math.exp(fit.intercept)


def points(told, job, part):
    """(size, median) of a job in {size: entries}, by size."""
    return [(size, told[size][job][part]["median"]) for size in sorted(told) if part in told[size].get(job, {})]


def main(arguments):
    words = _words(arguments)
    told, noises = {}, {}
    try:
        with session.measuring(words) as measure:
            for lines in words.lines:
                if wanted := case(lines, words.only or ()):
                    results, noises[lines] = measure([wanted], lines)
                    session.keep(words, results, lines, noises[lines])
                    told[lines] = results[0]["entries"]
    except session.Refused as problem:
        return session.refused(problem)
    print(json.dumps({"sizes": told, "powers": _powers(told)}) if words.json else _as_text(told))
    if any(noises.values()) and not words.json:
        print(tables.loud(max(noise for noise in noises.values() if noise)))
    return 0


def _words(arguments):
    parser = session.parser(__doc__, rounds=3)
    parser.add_argument(
        "--lines", type=lambda text: [int(word) for word in text.split(",")], default=list(SIZES),
        help="sizes, parted by commas (default 100000,1000000,10000000)",
    )  # fmt: skip
    parser.add_argument("--only", action="append", choices=list(JOBS), help="one job; may be said again")
    return parser.parse_args(arguments)


def _powers(told):
    fits = {job: {part: power(points(told, job, part)) for part in ("seconds", "peak_mb")} for job in JOBS}
    return {job: {part: fit and round(fit[0], 3) for part, fit in parts.items()} for job, parts in fits.items()}


def _as_text(told):
    sizes = sorted(told)
    lines = [f"{'seconds (peak MB)':40}" + "".join(f"{size:>16,}" for size in sizes) + f"{'power':>8} {'of memory':>10}"]
    for job, fits in _powers(told).items():
        cells = "".join(f"{_cell(told[size].get(job)):>16}" for size in sizes)
        lines.append(f"{job:40}{cells}" + "".join(f"{_fit(fit):>9}" for fit in fits.values()))
    return "\n".join([*lines, f"Powers above {MOST} are marked with !"])


def _cell(told):
    return f"{told['seconds']['median']:.2f} ({told['peak_mb']['median']:.0f})" if told else ""


def _fit(fit):
    return "" if fit is None else f"{fit:.2f}{'!' if fit > MOST else ''}"
