"""docs/growth.md and its picture: time and memory against lines as they were measured, and what that means on paper beyond."""

import math

from benchmarks.growth import JOBS, MOST, points, power
from orderkit.reports import drawing

NAMES = {100_000: "100 k", 300_000: "300 k", 1_000_000: "1 M", 3_000_000: "3 M", 10_000_000: "10 M", 50_000_000: "50 M"}
LOAD = "load of All Orders"
LINE_BYTES = 302  # of an All Orders export, as the exports of the benchmark are
ROW_BYTES = 90  # of an order line in the database file, with what was observed of it
PARQUET_BYTES = 40  # of an order line in Parquet, packed
DISK = 500e6  # bytes a second that one disk gives
MONTHS, PART_BYTES = 36, 256e6  # kept; a good size of one Parquet file
PAIR_LINES = 25_000_000  # of one account in one marketplace
CORES = 4  # of the machine that the figures come from
HEAD = """# How it grows

Time and memory of each job against the number of order lines, as measured by `python3 run.py bench growth --save` and written
by `python3 run.py bench pages`. Each job ran in processes of its own. The power p is that of `seconds = a x lines^p`, fitted by
least squares on the logarithms: at 1 twice the lines take twice the time. What starting costs counts in small sizes and makes p
smaller.
"""
NOTHING = "\nNo figures are kept yet: `python3 run.py bench --save` on a quiet machine keeps them.\n"


def page(records):
    """The page, from the kept records of `bench growth` and `bench large`."""
    told = {record["lines"]: record["entries"] for record in records if record["case"] == "growth"}
    if not told:
        return HEAD + NOTHING
    loud = any(record["loud"] for record in records if record["case"] == "growth")
    parts = [HEAD, _noise(loud), _table(told), "![seconds against lines](growth.svg)\n", _large(records), _paper(told)]
    return "\n".join(part for part in parts if part)


def _noise(loud):
    return "**Other programs used the machine meanwhile: these figures say little.**\n" if loud else ""


def _table(told):
    sizes = sorted(told)
    rows = [
        "| job: seconds (peak MB) | " + " | ".join(_name(size) for size in sizes) + " | p of time | p of memory |",
        "|---|" + "---|" * (len(sizes) + 2),
    ]
    for job in JOBS:
        cells = [told[size].get(job) for size in sizes]
        shown = [f"{cell['seconds']['median']:.1f} ({cell['peak_mb']['median']:.0f})" if cell else "" for cell in cells]
        fits = [_fit(power(points(told, job, part))) for part in ("seconds", "peak_mb")]
        rows.append(f"| {job} | {' | '.join(shown + fits)} |")
    return "\n".join([*rows, "", f"Promised: no power above {MOST}; one that is stands in bold.", ""])


def _fit(fit):
    if fit is None:
        return ""
    return f"**{fit[0]:.2f}**" if fit[0] > MOST else f"{fit[0]:.2f}"


def _name(size):
    return NAMES.get(size, f"{size:,}")


def _large(records):
    large = [record for record in records if record["case"] == "large"]
    if not large:
        return "More lines than memory holds (`bench large`) were not measured yet.\n"
    rows = [
        "| answers to four questions, 2 GB | seconds | lines a second | peak MB | temporary files MB |",
        "|---|---|---|---|---|",
    ]
    for record in large:
        told = record["entries"]["orderkit, apply"]
        seconds = told["seconds"]["median"]
        spill = told.get("spill_mb", {}).get("median", 0)
        rows.append(
            f"| {_name(record['lines'])} | {seconds:.1f} | {record['lines'] / seconds:,.0f}"
            f" | {told['peak_mb']['median']:.0f} | {spill:.0f} |"
        )
    return "\n".join(["## More than memory holds", "", *rows, ""])


def picture(records):
    """Seconds against lines, both logarithmic, one line of marks per job: SVG with its own background."""
    told = {record["lines"]: record["entries"] for record in records if record["case"] == "growth"}
    traces = []
    for job in JOBS:
        found = points(told, job, "seconds")
        if found:
            x, y = zip(*found, strict=True)
            traces.append({"type": "scatter", "mode": "lines+markers", "name": job, "x": list(x), "y": list(y)})
    layout = {
        "xaxis": {"type": "log", "title": {"text": "order lines"}},
        "yaxis": {"type": "log", "title": {"text": "seconds"}},
        "height": 420,
    }
    drawn = drawing.draw({"data": traces, "layout": layout}) if traces else None
    return "" if drawn is None else _standing_alone(str(drawn)) + "\n"


def _standing_alone(svg):
    """The drawing as a file of its own: in a page its colour and letters come from the page, here from itself."""
    style = 'xmlns="http://www.w3.org/2000/svg" color="#222" style="background:#fff" font-family="sans-serif" '
    return svg.replace("<svg ", f"<svg {style}", 1)


def _paper(told):
    most = max(size for size in told if LOAD in told[size])
    per_line = told[most][LOAD]["seconds"]["median"] / most
    rows = [_scaled(lines, per_line, most) for lines in (10**9, 10**11)]
    return PAPER.format(
        billion=rows[0], hundred=rows[1], line=LINE_BYTES, row=ROW_BYTES, parquet=PARQUET_BYTES, disk=DISK / 1e6,
        most=_name(most), rate=1 / per_line, months=MONTHS, power=MOST, part=PART_BYTES / 1e6, cores=CORES,
    )  # fmt: skip


def _scaled(lines, per_line, most):
    """The arithmetic for a number of lines, as text by name."""
    parquet = lines * PARQUET_BYTES
    cuts = lines // PAIR_LINES
    a_part = parquet / (cuts * MONTHS)
    hours = lines * per_line / 3600
    return {
        "lines": f"{lines:,}", "text": _bytes(lines * LINE_BYTES), "rows": _bytes(lines * ROW_BYTES), "parquet": _bytes(parquet),
        "read": _hours(lines * LINE_BYTES / DISK / 3600), "load": _hours(hours),
        "slower": _hours(hours * (lines / most) ** (MOST - 1)),
        "pairs": f"{cuts:,}",
        "parts": f"{cuts * MONTHS:,}", "a_part": _bytes(a_part), "files": f"{math.ceil(parquet / PART_BYTES):,}",
        "machines": f"{math.ceil(hours / 8):,}", "month": _hours(hours / MONTHS), "scan": _hours(parquet / DISK / 3600),
    }  # fmt: skip


def _bytes(number):
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number / 1e3:,.0f} kB"


def _hours(hours):
    if hours >= 48:
        return f"{hours / 24:,.1f} days"
    return f"{hours:,.1f} hours" if hours >= 1 else f"{hours * 60:,.1f} minutes"


PAPER = """## On paper: a billion lines and a hundred billion
Nothing here was run; it is arithmetic from the table above. Costs of one order line: {line} bytes in the export, about {row} in
the database, about {parquet} in Parquet. One machine of {cores} processors loads {rate:,.0f} lines a second at {most}, checked
and built, and its disk gives {disk:,.0f} MB a second.

| | {billion[lines]} lines | {hundred[lines]} lines |
|---|---|---|
| exports | {billion[text]} | {hundred[text]} |
| database | {billion[rows]} | {hundred[rows]} |
| Parquet | {billion[parquet]} | {hundred[parquet]} |
| reading the exports once, lines x {line} B / disk | {billion[read]} | {hundred[read]} |
| first load on one machine, lines / rate | {billion[load]} | {hundred[load]} |
| the same if time grew by the power {power} from {most} on | {billion[slower]} | {hundred[slower]} |
| one month of {months} loaded | {billion[month]} | {hundred[month]} |
| all Parquet read once from one disk | {billion[scan]} | {hundred[scan]} |
| pairs of account and marketplace (assumed) | {billion[pairs]} | {hundred[pairs]} |
| parts, by pair and month | {billion[parts]} | {hundred[parts]} |
| Parquet of one part | {billion[a_part]} | {hundred[a_part]} |
| files of {part:,.0f} MB | {billion[files]} | {hundred[files]} |
| machines for a first load in 8 hours | {billion[machines]} | {hundred[machines]} |

What changes:
- **Up to some 50 M lines** nothing: one file, one process.
- **A billion lines** are many sellers, and no order belongs to two accounts. One database per account keeps each within the
  sizes above: the loads are apart, run side by side, and a reload touches its own account alone. Only what looks over all
  accounts reads their canonical tables as Parquet, cut by account, marketplace and month of the order, so that a question about
  a month reads one part in {months} of it.
- **A hundred billion lines** outgrow one disk's hour of reading: facts, policy and measures then run where the Parquet lies, in
  the SQL that the policy compiles to. They need no exchange between parts except for orders that a month's end cuts, which is
  why an order lies whole in the month of its first line; weeks that two months share are added up at the end, a few rows per
  week. The load stays one process per account: it is what needs order, versions and transactions.
"""
