"""What is compared with what, what must come out, and which ratio was promised."""

from dataclasses import dataclass, field

THREE = ("orders", "report", "unshipped")


@dataclass(frozen=True)
class Entry:
    """One contestant of a case: its name in the table, who runs, on which files, from which prepared database.

    `needs`: a package that is no part of orderkit's own set-up; without it the contestant is left out. `apart`: it makes the
    tables of another shop, so that they are not compared with those of the others.
    """

    label: str
    who: str
    files: tuple
    start: str | None = None
    needs: str | None = None
    apart: bool = False


@dataclass(frozen=True)
class Goal:
    """A promise: median of one entry over that of another, or its peak memory in MB, is at most `most`; None: it is only told."""

    text: str
    entry: str
    over: str | None
    most: float | None
    part: str = "seconds"  # of `entry`; `over` is always its seconds
    minus: str | None = None  # an entry whose seconds are taken off first


@dataclass(frozen=True)
class Case:
    """One comparison. `expect(entry, truth)` gives what the entry must have stored, as a part of what it says it found."""

    name: str
    about: str
    entries: tuple
    goals: tuple
    expect: object
    job: dict = field(default_factory=dict)  # what else its contestants are told


def _everything(entry, truth):
    return {"rows": truth["lines"], "money": truth["money"]}


def _good_lines(entry, truth):
    if entry.who == "duckdb":
        return _everything(entry, truth)
    kept = truth["lines"] - truth["broken"]
    return {"rows": kept, "money": truth["money_without_broken"], "quarantined": truth["broken"], "lines": truth["lines"]}


def _unchanged(entry, truth):
    return {} if entry.who == "sha256" else {"states": ["unchanged"], "duplicates": truth["lines"], **_everything(entry, truth)}


def _grown(entry, truth):
    """A first load has every line; a second one only what is new, and finds all others known."""
    new = truth["new"] if "grown" in entry.files else 0
    again = {"loaded": new, "duplicates": truth["lines"]} if entry.start else {}
    return {"rows": truth["lines"] + new, **again}


def _weekly(entry, truth):
    return {"rows": truth["lines"]}


def _told(entry, truth):
    return {"one order": True} if entry.who in ("explain command", "explain program") else {}


def _paged(entry, truth):
    return {"page": True} if entry.who == "report" else {}


def nothing(entry, truth):
    return {}


def _built(entry, truth):
    return {"rows": truth["lines"]}


def _reloaded(entry, truth):
    if entry.who == "build":
        return {}
    return {"loaded": truth["restated"], "duplicates": truth["unchanged"], "rows": truth["lines"] + truth["restated"]}


def _agreed(entry, truth):
    """Answers are compared with each other, not with what the maker of the files knows."""
    return {"rows": truth["lines"]} if entry.who == "facts" else {}


# prepared databases: (files, whether their canonical tables are built)
STARTS = {
    "loaded": (("orders",), True),
    "three": (THREE, True),
    "three, not built": (THREE, False),
    "four, not built": ((*THREE, "reload"), False),
    "shop": ((*THREE, "tracking", "returned"), True),
}

CASES = (
    Case(
        "plain",
        "load of a clean file into observations, checked and versioned",
        (
            Entry("DuckDB typed read_csv to file", "duckdb", ("orders",)),
            Entry("polars to Parquet", "polars", ("orders",)),
            Entry("pandas to Parquet", "pandas", ("orders",)),
            Entry("orderkit, observations", "observations", ("orders",)),
            Entry("orderkit, whole load", "load", ("orders",)),
        ),
        (
            Goal("observations / DuckDB typed", "orderkit, observations", "DuckDB typed read_csv to file", 1.2),
            Goal("observations, peak MB", "orderkit, observations", None, 1100, "peak_mb"),
            Goal("whole load, peak MB", "orderkit, whole load", None, 1100, "peak_mb"),
            Goal(
                "canonical part of the whole load / observations",
                "orderkit, whole load",
                "orderkit, observations",
                2.5,
                "from_build",
            ),
        ),
        _everything,
    ),
    Case(
        "gz",
        "the same file, packed",
        (
            Entry("DuckDB typed read_csv to file", "duckdb", ("gz",)),
            Entry("polars to Parquet", "polars", ("gz",)),
            Entry("orderkit, observations", "observations", ("gz",)),
        ),
        (Goal("observations / DuckDB typed", "orderkit, observations", "DuckDB typed read_csv to file", 1.2),),
        _everything,
    ),
    Case(
        "aside",
        "a file of which 0.1 % of the lines are set aside, against the clean file in the engine's own reader",
        (
            Entry("DuckDB typed read_csv, clean file", "duckdb", ("orders",)),
            Entry("orderkit, observations", "observations", ("broken",)),
        ),
        (
            Goal("observations / DuckDB typed", "orderkit, observations", "DuckDB typed read_csv, clean file", 2.0),
            Goal("observations, peak MB", "orderkit, observations", None, 1100, "peak_mb"),
        ),
        _good_lines,
    ),
    Case(
        "unchanged",
        "the same file once more",
        (
            Entry("sha256 of the file", "sha256", ("orders",)),
            Entry("orderkit, unchanged reload", "load", ("orders",), "loaded"),
        ),
        (Goal("unchanged / sha256", "orderkit, unchanged reload", "sha256 of the file", 2.0),),
        _unchanged,
    ),
    Case(
        "build",
        "canonical tables from three overlapping exports, at once",
        (
            Entry("orderkit, observations of one", "observations", ("orders",)),
            Entry("orderkit, canonical build of three", "build", (), "three, not built"),
            Entry("orderkit, whole load of three", "load", THREE),
        ),
        (
            Goal("build / observations of one", "orderkit, canonical build of three", "orderkit, observations of one", 2.5),
            Goal("build, peak MB", "orderkit, canonical build of three", None, 1100, "peak_mb"),
        ),
        _built,
    ),
    Case(
        "reload",
        "5 % of the orders restated (and a third as many lines unchanged)",
        (
            Entry("orderkit, canonical build of all", "build", (), "four, not built"),
            Entry("orderkit, reload", "load", ("reload",), "three"),
        ),
        (
            Goal(
                "canonical part of the reload / build", "orderkit, reload", "orderkit, canonical build of all", 0.15, "from_build"
            ),
        ),
        _reloaded,
    ),
    Case(
        "article",
        "answers to the four questions of the pack article-2021 about order lines, over facts that are there already",
        (
            Entry("DuckDB SQL written by hand", "by hand", ("facts",)),
            Entry("polars lazy, streaming", "polars answers", ("facts in Parquet",)),
            Entry("pandas, numpy.select", "pandas answers", ("facts in Parquet",)),
            Entry("rule-engine, from 10,000 lines", "rule-engine", ("facts in Parquet",), needs="rule_engine"),
            Entry("orderkit, apply", "classify", ("facts",)),
            Entry("(before that) orderkit, facts", "facts", (), "loaded"),
        ),
        (
            Goal("apply / SQL by hand", "orderkit, apply", "DuckDB SQL written by hand", 1.1),
            Goal("apply, peak MB", "orderkit, apply", None, 1000, "peak_mb"),
        ),
        _agreed,
        {"pack": "article-2021"},
    ),
    Case(
        "standing",
        "answers to the four standing questions of the pack amazon about order lines, with dated values",
        (
            Entry("DuckDB SQL written by hand", "by hand", ("facts",)),
            Entry("orderkit, apply", "classify", ("facts",)),
        ),
        (
            Goal("apply / SQL by hand", "orderkit, apply", "DuckDB SQL written by hand", 1.1),
            Goal("apply, peak MB", "orderkit, apply", None, 1000, "peak_mb"),
        ),
        _agreed,
        {"pack": "amazon"},
    ),
    Case(
        "overlap",
        "all orders exported once more, with 5 % new lines, into a shop of three exports",
        (
            Entry("orderkit, first load of that export", "load", ("grown",), apart=True),
            Entry("orderkit, first load of the three", "load", THREE, apart=True),
            Entry("orderkit, first load of all four", "load", (*THREE, "grown")),
            Entry("orderkit, reload", "load", ("grown",), "three"),
        ),
        (
            Goal("reload / first load of the three", "orderkit, reload", "orderkit, first load of the three", 0.3),
            Goal("reload / first load of that export", "orderkit, reload", "orderkit, first load of that export", None),
        ),
        _grown,
    ),
    Case(
        "weekly",
        "three overlapping exports to weekly figures by marketplace",
        (
            Entry("pandas by hand", "weekly pandas", THREE),
            Entry("polars by hand, streaming", "weekly polars", THREE),
            Entry("DuckDB SQL by hand, nothing stored", "weekly SQL", THREE),
            Entry("orderkit, load and measure", "weekly", THREE),
            Entry("orderkit, measure of a loaded shop", "weekly measure", (), "three"),
        ),
        (
            Goal("load and measure / pandas by hand", "orderkit, load and measure", "pandas by hand", 0.5),
            Goal("load and measure / polars", "orderkit, load and measure", "polars by hand, streaming", None),
            Goal("load and measure / SQL", "orderkit, load and measure", "DuckDB SQL by hand, nothing stored", None),
            Goal("measure of a loaded shop / pandas", "orderkit, measure of a loaded shop", "pandas by hand", None),
        ),
        _weekly,
    ),
    Case(
        "explain",
        "one order explained, with all rules and what else would be answered",
        (
            Entry("SQL by hand, its facts, open shop", "explain SQL", (), "shop"),
            Entry("orderkit explain, open shop", "explain", (), "shop"),
            Entry("SQL by hand, its lines, new process", "explain program", (), "shop"),
            Entry("orderkit explain, new process", "explain command", (), "shop"),
        ),
        (
            Goal("open shop / SQL by hand", "orderkit explain, open shop", "SQL by hand, its facts, open shop", None),
            Goal("new process / SQL by hand", "orderkit explain, new process", "SQL by hand, its lines, new process", None),
        ),
        _told,
    ),
    Case(
        "start",
        "what starting costs, whatever the shop's size",
        (
            Entry("Python and nothing else", "start Python", ()),
            Entry("import duckdb, pandas", "start parts", ()),
            Entry("import orderkit", "start orderkit", ()),
            Entry("import orderkit, and its verbs looked up", "start shop", ()),
            Entry("orderkit --help", "start help", ()),
        ),
        (
            Goal("import orderkit / duckdb and pandas", "import orderkit", "import duckdb, pandas", 1.1),
            Goal("with its verbs / duckdb and pandas", "import orderkit, and its verbs looked up", "import duckdb, pandas", 1.1),
            Goal("--help less Python, seconds", "orderkit --help", None, 0.25, minus="Python and nothing else"),
        ),
        nothing,
    ),
    Case(
        "report",
        "the weekly report of a shop with orders, parcels and returns",
        (
            Entry("orderkit, its stages in one process", "report stages", (), "shop"),
            Entry("orderkit report, the page", "report", (), "shop"),
        ),
        (Goal("whole report, seconds", "orderkit report, the page", None, None),),
        _paged,
    ),
)
