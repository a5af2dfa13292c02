"""Opens JupyterLab on a copy of the shipped notebooks, pointed at the user's database or at the sample shop."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from orderkit import places, store

COMMAND = ("-m", "jupyterlab", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")


def start(db, *, say, options=()):
    """Runs JupyterLab, with further options of its own, until the user ends it; its exit code.

    The notebooks are copied once into a folder `notebooks` where the user stands, so that edits are theirs and stay. They read
    the database from the environment variable ORDERKIT_DB; without a database the sample shop is loaded beside them.
    """
    here = Path.cwd()
    folder = here / "notebooks"
    if not folder.exists():
        shutil.copytree(places.notebooks(), folder, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        say(f"Copied the notebooks to {folder}.")
    database = Path(db).resolve()
    if not database.exists():
        database = folder / "sample.duckdb"
        if not database.exists():
            store.load(places.sample(), db=database, account=places.SAMPLE_ACCOUNT)
        say("There is no database yet: the notebooks show the SAMPLE shop. Load your exports with orderkit load FOLDER.")
    return subprocess.call([sys.executable, *COMMAND, *options], cwd=folder, env={**os.environ, "ORDERKIT_DB": str(database)})
