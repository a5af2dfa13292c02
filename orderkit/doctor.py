"""What is installed, what the database holds, and which exports would fill what is missing."""

import importlib.metadata
import platform
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from orderkit import __version__, store
from orderkit.errors import OrderkitError
from orderkit.formats import formats

SHOWN = ("duckdb", "pandas", "plotly", "jupyterlab")


@dataclass
class Examination:
    """Versions, the state of the database in words, and one row per format: files, rows, data up to."""

    versions: dict
    database: str
    frame: pd.DataFrame

    def to_json(self):
        """The same as a dict."""
        return {"versions": self.versions, "database": self.database, "exports": self.frame.to_dict("records")}

    def __repr__(self):
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"{versions}\n{self.database}\n\n{self.frame.to_string(index=False)}"


def examine(db):
    """Looks at the installation and at a database file; never fails for want of data."""
    versions = {"orderkit": __version__, "python": platform.python_version()}
    versions |= {name: importlib.metadata.version(name) for name in SHOWN}
    held, words = {}, f"{Path(db).name}: not made yet. Load exports: python3 run.py report FOLDER."
    try:
        if Path(db).exists():
            con = store.reader(db)
            rows = con.sql("SELECT format, count(*), sum(lines)::BIGINT, max(covers_to) FROM loads GROUP BY format").fetchall()
            held = {row[0]: row[1:] for row in rows}
            words = f"{Path(db).name}: {sum(row[1] for row in rows)} files loaded."
            con.close()
    except OrderkitError as problem:
        words = str(problem)
    frame = pd.DataFrame([_row(form, held.get(form.name)) for form in formats().values()])
    return Examination(versions, words, frame)


def _row(form, held):
    files, lines, up_to = held or (0, 0, None)
    return {
        "export": form.title,
        "files": files,
        "lines": lines,
        "data up to": up_to.date().isoformat() if up_to else "missing",
        "unlocks": form.unlocks,
    }
