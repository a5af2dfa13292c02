"""`bench pages`: writes the README's table of ratios, docs/growth.md and its picture from the figures that were kept."""

import re
from pathlib import Path

from benchmarks import growth_page, saved

ROOT = Path(__file__).parents[2]
README, PAGE, PICTURE = ROOT / "README.md", ROOT / "docs" / "growth.md", ROOT / "docs" / "growth.svg"
BEGIN, END = "<!-- figures: `python3 run.py bench pages` writes them -->", "<!-- end of figures -->"
SIZES = {100_000: "100 k", 1_000_000: "1 M", 10_000_000: "10 M", 50_000_000: "50 M"}
# (case, its goal, how the README calls it)
RATIOS = (
    ("plain", "observations / DuckDB typed", "load of a clean file, checked and versioned / DuckDB's own typed CSV to file"),
    ("aside", "observations / DuckDB typed", "the same with lines set aside / that of the clean file"),
    ("unchanged", "unchanged / sha256", "the same file once more / its sha256"),
    (
        "overlap",
        "reload / first load of the three",
        "all orders once more, 5 % of the lines new / first load of the three exports",
    ),
    ("reload", "canonical part of the reload / build", "canonical tables after 5 % restated / building them whole"),
    ("weekly", "load and measure / pandas by hand", "three exports to weekly figures, with the whole store / pandas by hand"),
    ("weekly", "measure of a loaded shop / pandas", "weekly figures of a loaded shop / pandas by hand from the files"),
    ("article", "apply / SQL by hand", "answers to four questions, with rules and deadlines / DuckDB SQL by hand"),
    ("large", "apply / SQL by hand", "the same with 2 GB of memory / DuckDB SQL by hand with 2 GB"),
    ("start", "import orderkit / duckdb and pandas", "`import orderkit` / `import duckdb, pandas`"),
)


def table(records):
    """The README's table: a ratio of seconds per size, in brackets where the machine was not quiet."""
    if not records:
        return "No figures are kept yet: `python3 run.py bench --save` on a quiet machine keeps them."
    rows = [
        "| seconds of orderkit / seconds of | promised | " + " | ".join(SIZES.values()) + " |",
        "|---|---|" + "---|" * len(SIZES),
    ]
    for case, text, words in RATIOS:
        goals = {record["lines"]: (goal, record["loud"]) for record in records if record["case"] == case
                 for goal in record["goals"] if goal["text"] == text}  # fmt: skip
        most = next((f"at most {goal['most']:g}" for goal, _ in goals.values() if goal["most"]), "")
        rows.append(f"| {words} | {most} | " + " | ".join(_cell(goals.get(size)) for size in SIZES) + " |")
    return "\n".join([*rows, "", _about(records)])


def _cell(found):
    if found is None or found[0]["value"] is None:
        return ""
    value = f"{found[0]['value']:.2f}"
    return f"({value})" if found[1] else value


def _about(records):
    told = max(records, key=lambda record: record["day"])["machine"]
    loud = " In brackets: other programs used the machine meanwhile." if any(record["loud"] for record in records) else ""
    parts = ", ".join(f"{name} {told[name]}" for name in ("duckdb", "pandas", "polars"))
    return (
        "Columns are order lines; medians of processes of their own, run in turn, results compared before any time was looked at."
        f" An empty cell was not measured.{loud} {told['processors']} processors ({told['processor']}), {told['memory_gb']} GB,"
        f" Python {told['python']}, {parts}."
    )


def readme(text, records):
    """The README with the table of these records between its marks."""
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n{table(records)}\n{END}", text, flags=re.DOTALL)


def made():
    """{path: text} of all that is written from the figures."""
    records = saved.read()
    text = readme(README.read_text(encoding="utf-8"), records)
    drawn = growth_page.picture(records)
    return {README: text, PAGE: growth_page.page(records), **({PICTURE: drawn} if drawn else {})}


def main(arguments):
    """Writes them; the exit code. `arguments`: none are known."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(ROOT))
    return 0
