"""orderkit start: what a double click calls."""

import sys
from pathlib import Path

import click

from orderkit.printable import json_line
from orderkit.terminal import DB, JSON, say, tell


@click.command("start")
@click.option("--no-open", "closed", is_flag=True, help="Open nothing; only write the pages.")
@DB
@JSON
def start_verb(closed, db, as_json):
    """Read the exports in the folder `exports` here, write the weekly page and open it.

    The folder is made if it is not there. While it is empty, the sample shop's page is shown, and one that says which exports to
    get and where. This is what the double-click starters call.
    """
    from orderkit import first_run

    told = first_run.start(Path.cwd(), db=Path(db).absolute(), show=_not_opened if closed else first_run.show, say=say)
    if as_json:
        paths = {"page": told.page, "help_page": told.help_page}
        tell(json_line({key: path and str(path) for key, path in paths.items()} | {"sample": told.is_sample}))
    elif told.page:
        tell(str(told.page))
    sys.exit(told.exit_code)


def _not_opened(_path):
    return True
