"""Kills, at random times and at every step of a load that shows in its files."""

import random
import shutil
import subprocess
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from orderkit import store

from .child import BASE, FILES, start
from .states import FAILURES, dump, judge, states

STEPS = ("lock", "folder", "copy", "whole copy", "log", "log grows", "checkpoint", "replaced", "swept")


class Watch:
    """Tells when a load has come to a named step, by looking at its files."""

    def __init__(self, db):
        self.db, self.work = db, db.with_name(f".{db.name}.work")
        self.size, self.inode = (db.stat().st_size, db.stat().st_ino) if db.exists() else (0, 0)

    def reached(self, step):
        """Whether the step was reached."""
        copy = next(self.work.glob(f"*/{self.db.name}"), None)
        log = copy and copy.with_name(copy.name + ".wal")
        return {
            "lock": lambda: self.db.with_name(f".{self.db.name}.lock").exists(),
            "folder": self.work.exists,
            "copy": lambda: copy,
            "whole copy": lambda: copy and copy.stat().st_size >= max(self.size, 1),
            "log": lambda: log and log.exists(),
            "log grows": lambda: log and log.exists() and log.stat().st_size > 100_000,
            "checkpoint": lambda: copy and copy.stat().st_size > self.size + 300_000,
            "replaced": self.replaced,
            "swept": lambda: self.replaced() and not self.work.exists(),
        }[step]()

    def replaced(self):
        """Whether another file has taken the database's place."""
        return self.db.exists() and self.db.stat().st_ino != self.inode


def wait_for(process, db, step):
    """Waits until a step is reached or the process has ended."""
    watch = Watch(db)
    while process.poll() is None:
        try:
            if watch.reached(step):
                return
        except OSError:  # the file went between two looks
            pass
        time.sleep(0.0002)


def kill(number, folder, known, longest):
    """One kill, at a random time or a random step; what came of it, or None where the load was done before the blow fell."""
    chance = random.Random(number)
    fresh, how = chance.random() < 0.25, chance.choice(["together", "each"])
    db = Path(folder) / f"{number}-{chance.getrandbits(40):x}" / "shop.duckdb"
    db.parent.mkdir()
    if not fresh:
        shutil.copy(Path(folder) / "base.duckdb", db)
    process = start(db, FILES, how, stderr=subprocess.DEVNULL)
    later = chance.randrange(len(FILES)) if how == "each" else 0  # the blow falls on the load of a later file
    said = sum(process.stdout.readline() == "done\n" for _ in range(later))
    step = chance.choice(STEPS) if chance.random() < 0.5 else "any time"
    if step == "any time":
        time.sleep(chance.random() * longest / (len(FILES) if how == "each" else 1))
    else:
        wait_for(process, db, step)
        time.sleep(chance.choice([0, chance.random() * 0.05]))
    process.kill()
    said += process.communicate()[0].splitlines().count("done")
    if process.returncode == 0:
        shutil.rmtree(db.parent)
        return None
    found = judge(db, known["fresh" if fresh else "base"], said)
    shutil.rmtree(db.parent)
    return {"step": step} | found


def prepared(folder, ways=("together", "each")):
    """The states of unbroken runs, with and without a base, and how long such a run takes at most."""
    known = {"base": states(folder / "base.duckdb", FILES, BASE), "fresh": states(folder / "fresh.duckdb", FILES)}
    (folder / "base.duckdb").unlink()
    store.load(BASE, db=folder / "base.duckdb")
    longest = 0
    for how in ways:
        db = folder / f"{how}.duckdb"
        shutil.copy(folder / "base.duckdb", db)
        process, began = start(db, FILES, how), time.monotonic()
        process.communicate()
        longest = max(longest, time.monotonic() - began)
        if dump(db) != known["base"][-1]:
            raise SystemExit("An unbroken load is not like another: nothing can be compared.")
    return known, longest


def kills(count, folder, known, longest, workers, seed=0):
    """Kills until `count` blows have fallen on a living load; the sums."""
    results, number = [], seed
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        while len(results) < count:
            missing = range(number, number + count - len(results))
            number += len(missing)
            jobs = [pool.submit(kill, n, str(folder), known, longest * 1.1) for n in missing]
            results += [found for job in jobs if (found := job.result())]
    sums = {key: sum(result[key] for result in results) for key in FAILURES}
    by_state = Counter("damaged" if result["state"] is None else f"{result['state']} files" for result in results)
    return {"kills": len(results), **sums, "by_step": Counter(r["step"] for r in results), "by_state": by_state}
