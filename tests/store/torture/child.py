"""The process that is hit: it loads files and says how far it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

from orderkit import store
from orderkit.errors import DatabaseLocked, OrderkitError

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "sample"
BASE = SAMPLE / "returns-2026-11-15.txt"  # loaded before, so that there is something to lose
FILES = [SAMPLE / name for name in ("requests.csv", "tracking.csv", "inspections.csv")]


def child(db, files, how, limit):
    """Loads files, in one call or one call each, and says `ready`, `done` after each call, and what it was told."""
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    print("ready", flush=True)
    try:
        for part in [files] if how == "together" else [[file] for file in files]:
            load_when_free(part, db) if how == "insist" else store.load(part, db=db)
            for _ in part:
                print("done", flush=True)
    except OrderkitError as problem:
        print(json.dumps({"kind": type(problem).__name__, "text": str(problem), "stage": _stage(problem)}), flush=True)


def load_when_free(files, db):
    """Loads files, again and again while another writer is at work."""
    while True:
        try:
            return store.load(files, db=db)
        except DatabaseLocked:
            pass


def _stage(problem):
    """At which step it was: the innermost of our functions that the hidden exceptions went through."""
    names = []
    while problem is not None:
        trace = problem.__traceback__
        while trace is not None:
            names.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        problem = problem.__context__
    steps = {"copyfile": "copy", "_new_copy": "copy", "_writable": "open", "publish": "checkpoint", "writers_lock": "lock"}
    return next((step for name, step in steps.items() if name in names), "load")


def start(db, files, how="together", limit=0, **streams):
    """A child at work, from the moment it is ready."""
    program = [sys.executable, "-m", "tests.store.torture.child"]
    command = [*program, how, str(limit), str(db), *map(str, files)]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, **streams)
    process.stdout.readline()
    return process


if __name__ == "__main__":
    child(sys.argv[3], sys.argv[4:], sys.argv[1], int(sys.argv[2]))
