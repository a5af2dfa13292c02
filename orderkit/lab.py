"""Opens JupyterLab on a copy of the shipped notebooks, pointed at the user's database or at the sample shop."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orderkit import places, store
from orderkit.errors import DatabaseUnusable

FOLDER = "orderkit-notebooks"  # never `notebooks`: from a checkout that would be the shipped ones themselves
FIRST = "explore_exports.ipynb"
COMMAND = (
    "-m", "jupyterlab",
    "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",  # it asks nobody for news
    "--LabApp.extension_manager=readonly",  # nor a package index for extensions
    f"--LabApp.default_url=/lab/tree/{FIRST}",
)  # fmt: skip


def start(db, *, say, options=()):
    """Runs JupyterLab, with further options of its own, until the user ends it; its exit code.

    The notebooks are copied once into a folder `orderkit-notebooks` where the user stands, so that edits are theirs and stay.
    They read the database from the environment variable ORDERKIT_DB; without a database the sample shop is loaded beside them.
    """
    folder = _copied(Path.cwd() / FOLDER, say)
    database = Path(db).resolve()
    if not database.exists():
        database = _sample(folder / "sample.duckdb")
        say("There is no database yet: the notebooks show the SAMPLE shop. Load your exports with orderkit load FOLDER.")
    with tempfile.TemporaryDirectory(prefix="orderkit-lab-", ignore_cleanup_errors=True) as scratch:
        _write_kernel(Path(scratch))
        _write_settings(Path(scratch))
        return _run([sys.executable, *COMMAND, *options], folder, _environment(database, scratch))


def _copied(folder, say):
    """The user's own folder of notebooks; those that are not there yet are copied, and none is written over."""
    folder.mkdir(exist_ok=True)
    new = [file for file in sorted(places.notebooks().glob("*.*")) if file.suffix in (".py", ".ipynb")]
    new = [file for file in new if not (folder / file.name).exists()]
    for file in new:
        shutil.copyfile(file, folder / file.name)
    if new:
        say(f"Copied the notebooks to {folder}.")
    return folder


def _sample(database):
    """The sample shop's database: made where it is not there, or not as this orderkit makes it."""
    try:
        store.reader(database).close()
    except DatabaseUnusable:
        database.unlink(missing_ok=True)
        store.load(places.sample(), db=database, account=places.SAMPLE_ACCOUNT)
    return database


def _write_kernel(folder):
    """Describes this interpreter as the kernel `python3`: one of that name that the user registered may be another Python."""
    from orderkit.reports.kernel import environment

    home = folder / "kernels" / "python3"
    home.mkdir(parents=True)
    told = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
        "env": environment(),
        "metadata": {"debugger": True, "supported_encryption": ["curve"]},
    }
    (home / "kernel.json").write_text(json.dumps(told), encoding="utf-8")


def _write_settings(folder):
    """Settings that hold where the user has none of their own: no question about news, and none is fetched."""
    home = folder / "labconfig"
    home.mkdir()
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (home / "default_setting_overrides.json").write_text(json.dumps(quiet), encoding="utf-8")


def _environment(database, scratch):
    """What JupyterLab and its kernels find: the database, and what was written in `scratch` before any other."""
    places_of = {
        name: os.pathsep.join([scratch, *filter(None, [os.environ.get(name)])])
        for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    }
    return {**os.environ, **places_of, "ORDERKIT_DB": str(database)}


def _run(command, folder, environment):
    """Its exit code; Ctrl-C goes to JupyterLab, which asks whether it is meant, and whose end is waited for."""
    with subprocess.Popen(command, cwd=folder, env=environment) as lab:
        while True:
            try:
                return lab.wait()
            except KeyboardInterrupt:
                continue
