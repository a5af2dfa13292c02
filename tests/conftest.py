"""The sample shop and a browser, loaded and opened once for the whole run, and the place of real data."""

import contextlib
import os
import shutil
import time
from pathlib import Path

import pytest

from orderkit import shop, store

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")

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
def made_once(tmp_path_factory):
    """made_once(name, make): a folder that make(folder) filled, once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder_of(name, make):
        folder, half, failed = (shared / f"{name}{end}" for end in ("", ".half", ".failed"))
        try:
            (shared / f"{name}.begun").mkdir()
        except FileExistsError:  # another process makes it
            for _ in range(3000):
                if folder.exists() or failed.exists():
                    break
                time.sleep(0.1)
            assert folder.exists(), f"{name} was not made by the process that began it"
            return folder
        half.mkdir()
        try:
            make(half)
            return half.rename(folder)
        except BaseException:
            failed.touch()
            raise

    return folder_of


@pytest.fixture(scope="session")
def sample_db(made_once):
    """A database of the sample shop, loaded as `report --sample` loads it. Nobody writes into it."""
    return made_once("sample", lambda folder: shop.sample(folder).close()) / "sample.duckdb"


@pytest.fixture(scope="session")
def sample_report(sample_db, made_once):
    """The page of the sample's last week; beside it its manifest and workbook."""

    def make(folder):
        opened = shop.Shop(sample_db, sample=True)
        opened.report(week="2026-W46", to=folder, excel=True)
        opened.close()

    return made_once("sample-report", make) / "SAMPLE-weekly-2026-W46.html"


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


@pytest.fixture(scope="session")
def browser():
    """The browser that is on this computer, one for the whole run: two drivers in a process stand in each other's way."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="the optional extra [browser] is not installed")
    found = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium, Chrome or Edge on this computer: nothing was looked at in a browser")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=found, args=options)
        yield opened
        opened.close()
