"""The house rules as programs: who may import whom, what is public, that every table and measure explains itself."""

import ast
import re
from pathlib import Path

import duckdb
import jupytext
import pytest
import sqlglot
from sqlglot import exp

import orderkit
from orderkit import measures
from orderkit.store import schema

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "orderkit"

# lowest first; a module imports from its own layer and from those below it
LAYERS = [
    ("printable",),
    ("errors",), ("languages",), ("places", "display"), ("marketplaces",), ("formats",), ("store",), ("policy",), ("measures",),
    ("spark",),
    ("statistics",), ("analyses",), ("charts",), ("reports",), ("simulate",), ("progress",), ("shop",),
    ("doctor", "lab", "first_run"), ("starters",), ("terminal",),
    ("policy_cli", "backtest_cli", "report_cli", "export_cli", "start_cli"), ("cli", "magic"),
    ("handbook",), ("__main__",),
]  # fmt: skip
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
HIGH_FOR_NOBODY = {
    "simulate",
    "doctor",
    "lab",
    "handbook",
    "magic",
    "__main__",
}  # only the command line (or nobody) may import these

SOURCES = sorted(PACKAGE.rglob("*.py"))
LAYERED = [path for path in SOURCES if path != PACKAGE / "__init__.py"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
MEASURES = measures.names()


def layer_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path):
    """(layer, line) of every import of orderkit in a file, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "orderkit":
            parts = node.module.split(".")[1:]
            names = [parts[0]] if parts else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".")[1] for alias in node.names if alias.name.startswith("orderkit.")]
        for name in names:
            if name in LEVEL:
                yield name, node.lineno


def test_there_is_something_to_check():
    assert len(SOURCES) > 40
    assert len(MEASURES) >= 5
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("path", LAYERED, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    own = layer_of(path)
    assert own in LEVEL, f"{own} has no place in the layers"
    for name, line in imported_layers(path):
        assert LEVEL[name] <= LEVEL[own], f"{path.name}:{line} imports {name}, which stands above {own}"
        if name in HIGH_FOR_NOBODY and own != name:
            assert own == "cli", f"{path.name}:{line} imports {name}"


def test_what_a_terminal_shows_goes_through_printable():
    """Every __repr__ is one for terminals, and commands write and ask through `orderkit.terminal` alone."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name == "__repr__":
                assert [ast.unparse(made) for made in node.decorator_list] == ["for_terminals"], path
        if path.name != "terminal.py":
            assert not re.search(r"click\.(echo|secho|prompt|confirm)\(", text), path
    assert "click.echo(printable(" in (PACKAGE / "terminal.py").read_text(encoding="utf-8")


def test_public_names_are_pinned():
    assert sorted(orderkit.__all__) == ["OrderkitError", "Shop", "__version__", "classify", "done", "load", "open", "sample"]
    assert all(getattr(orderkit, name) is not None for name in orderkit.__all__)
    assert callable(orderkit.load_ipython_extension), "what %load_ext orderkit calls; no verb, so not in __all__"
    verbs = [name for name in vars(orderkit.Shop) if not name.startswith("_")]
    assert sorted(verbs) == [
        "about", "accounts", "as_of", "ask", "backtest", "close", "compare", "data_up_to", "explain", "export", "exposure",
        "health", "lately", "losses", "marketplaces", "measure", "measures", "missing", "packs", "report", "returns",
        "rule_changes", "set_aside", "sources", "sql", "today", "todo", "up_to", "week", "weeks",
    ]  # fmt: skip


def test_every_canonical_table_and_column_has_a_comment():
    con = duckdb.connect()
    schema.create(con)
    bare = con.sql(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal AND table_name <> 'layout'"
        " UNION SELECT table_name, '' FROM duckdb_tables() WHERE comment IS NULL AND table_name <> 'layout'"
    ).fetchall()
    assert bare == []
    assert con.sql("SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL").fetchall()[0][0] > 100


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_explains_itself(name):
    assert set(measures.about(name)) == {"about", "grain", "unit", "reads"}
    assert all(measures.about(name).values())


DATE_ARITHMETIC = (exp.DateAdd, exp.DateSub, exp.DateDiff, exp.DateTrunc, exp.TimestampDiff, exp.TimestampTrunc)
BANNED = (*DATE_ARITHMETIC, exp.Anonymous, exp.Qualify)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_keeps_to_the_portable_subset(name):
    """No date arithmetic, no function that another engine does not know, no construct that sqlglot passes through unread."""
    tree = sqlglot.parse_one(measures.text(name), read="duckdb")
    assert [node.sql() for node in tree.find_all(*BANNED)] == []
    assert not [group for group in tree.find_all(exp.Group) if group.args.get("all")]
    assert not [join for join in tree.find_all(exp.Join) if (join.args.get("method") or "").upper() == "ASOF"]
    assert isinstance(tree, exp.Select)
    assert not any(isinstance(column, exp.Star) for column in tree.expressions)
    assert sqlglot.transpile(measures.text(name), read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def cells(path):
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in jupytext.read(path).cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_halves_agree_and_hold_no_outputs(path):
    half = path.with_suffix(".ipynb")
    assert cells(path) == cells(half)
    for cell in jupytext.read(half).cells:
        assert not cell.get("outputs")
        assert not cell.get("execution_count")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_tell_and_modules_repeat(path):
    """No functions, no SQL beyond a line, and each ends its sections with checks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef))]
    assert any(isinstance(node, ast.Assert) for node in ast.walk(tree))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if "SELECT" in text and "\n" in text]


def test_no_notebook_half_stands_alone():
    halves = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert halves == {path.stem for path in NOTEBOOKS}


def test_the_tree_in_architecture_is_true():
    """Every path named in ARCHITECTURE.md exists, and every folder and module of the package is named there."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tree = text.split("```")[1]
    named, folders = set(), []
    for line in tree.splitlines():
        found = re.match(r"(\s*)([\w.\-*/]+)(?:\s{2,}|$)", line)
        if not found:
            continue
        depth, name = len(found[1]) // 2, found[2]
        path = "".join(folders[:depth]) + name
        folders[depth:] = [name] if name.endswith("/") else []
        assert list(ROOT.glob(path)) or (ROOT / path).exists(), f"ARCHITECTURE.md names {path}, which is not there"
        named.add(path.rstrip("/"))
    there = {f"orderkit/{p.name}" for p in PACKAGE.iterdir() if p.suffix == ".py" or (p.is_dir() and p.name != "__pycache__")}
    there -= {"orderkit/__init__.py", "orderkit/__main__.py"}
    there |= {f"orderkit/store/{p.name}" for p in (PACKAGE / "store").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert there <= named, f"not in ARCHITECTURE.md: {sorted(there - named)}"


def test_the_top_level_holds_what_was_agreed():
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    if not any(listed):
        pytest.skip("not a git checkout: the list of tracked files is not known")
    top = {name.split("/")[0] for name in listed if name}
    assert top <= {
        "notebooks", "orderkit", "data", "tests", "environment.yml", "README.md", "pyproject.toml", "requirements.lock", "run.py",
        "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", ".ci", ".gitignore", "docs", "examples", "SECURITY.md",
        "start",  # what a seller double-clicks is looked for where the download was unpacked, not among the program's files
    }  # fmt: skip


def test_no_host_and_no_path_of_a_machine_in_the_sources():
    for path in [*SOURCES, *NOTEBOOKS, ROOT / "run.py", ROOT / "README.md", *(ROOT / ".ci").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://\S+/simple\b|index-url=http|/home/\w+/", text), path
