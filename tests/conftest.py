"""The sample shop, loaded once for the whole run, and the place of real data."""

import contextlib
import os
from pathlib import Path

import pytest

from orderkit import shop, store

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data"

# How many threads the engine starts, in this process and those that it starts: it asks this variable on Linux. Most tests look at
# a few lines, for which threads cost twice the CPU and save no time. With more: `SLURM_CPUS_ON_NODE=4 python3 run.py test`.
THREADS = "SLURM_CPUS_ON_NODE"
os.environ.setdefault(THREADS, "1")


@contextlib.contextmanager
def threads(number):
    """Databases opened within have so many threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(THREADS, str(number))
        yield


@pytest.fixture(scope="module")
def several_threads():
    """For modules whose law must hold in whatever order threads end, and those that read large files."""
    with threads(2):
        yield


@pytest.fixture(scope="session")
def sample_db(tmp_path_factory):
    """A database of the sample shop, loaded as `report --sample` loads it."""
    folder = tmp_path_factory.mktemp("sample")
    shop.sample(folder).close()
    return folder / "sample.duckdb"


@pytest.fixture(scope="session")
def sample_shop(sample_db):
    """The sample shop, open for the whole run."""
    opened = shop.Shop(sample_db, sample=True)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def real_india_folder():
    """The folder of the real amazon.in sale report; skips where it is absent."""
    folder = REAL / "amazon_in_2022"
    if not folder.is_dir():
        pytest.skip(f"real data is not here: no folder {folder.name} beside the checkout")
    return folder


@pytest.fixture(scope="session")
def real_india(real_india_folder, tmp_path_factory):
    """(database, result of the load) of the real amazon.in sale report."""
    db = tmp_path_factory.mktemp("real") / "india.duckdb"
    with threads(2):
        return db, store.load(real_india_folder, db=db)
