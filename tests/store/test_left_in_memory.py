"""What the engine finds in memory must not get into the file: its memory is filled with a byte, which is then sought there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from orderkit import places

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the engine's memory has no such setting")
LOAD = """
import sys
{before}
from orderkit import store
store.load(sys.argv[1], db=sys.argv[2])
"""


def runs_of_the_fill(tmp_path, before=""):
    """How many runs of the filling byte stand in a database that was made while all fresh memory was full of it."""
    db, few = tmp_path / "shop.duckdb", tmp_path / "orders.txt"
    lines = next(places.sample().glob("all-orders*")).read_bytes().splitlines(keepends=True)
    few.write_bytes(b"".join(lines[:13]))  # of many lines the packed values themselves would look like the filling
    environment = {**os.environ, "DUCKDB_JE_MALLOC_CONF": "junk:true", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", LOAD.format(before=before), str(few), str(db)]
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=120)
    return len(re.findall(rb"\xa5{5,}|\x5a{5,}", db.read_bytes()))


def test_nothing_of_the_memory_gets_into_the_database(tmp_path):
    assert runs_of_the_fill(tmp_path) == 0


def test_without_the_setting_it_would(tmp_path):
    unset = "import os, orderkit; os.environ['DUCKDB_JE_MALLOC_CONF'] = 'junk:true'"
    assert runs_of_the_fill(tmp_path, unset) > 0
