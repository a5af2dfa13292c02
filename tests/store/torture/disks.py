"""Loads that run out of room, at every step."""

import itertools
import json
import math
import random
import re
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager

from orderkit import store

from .child import FILES, start
from .states import FAILURES, judge

RAW = re.compile(r"Traceback|Errno|Error:|Exception|\bIO\b|duckdb_|\.work|spill|_\w+\(|0x")


@contextmanager
def small_disk(place, size):
    """A disk in memory of `size` bytes at a folder (needs root, Linux)."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def can_mount(folder):
    """Whether small disks can be made here."""
    try:
        with small_disk(folder / "try", 1 << 20):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def disk_full(place, known, base, size, mounted):
    """One load on a disk with room for `size` bytes (mounted), or that may write no larger file; None where it had room."""
    db = place / "shop.duckdb"
    if base:
        shutil.copy(base, db)
    process = start(db, FILES, limit=0 if mounted else size, stderr=subprocess.PIPE)
    out, err = process.communicate()
    said = out.splitlines().count("done")
    if said == len(FILES):
        return None
    told = json.loads(out.splitlines()[-1]) if "{" in out else {"kind": None, "text": err, "stage": None}
    if db.exists():
        store.reader(db).close()  # it opens also while the disk is full
    if mounted:
        subprocess.run(["mount", "-o", "remount,size=1g", place], check=True)
    found = judge(db, known, said)
    safe = "The database is as it was before" if found["state"] == 0 else "Files loaded before it are kept"
    plain = told["kind"] == "DiskFull" and safe in told["text"] and not RAW.search(told["text"] + err)
    return {"stage": told["stage"], "text": told["text"], "unclear": int(not plain)} | found


def disks_full(count, folder, known):
    """Loads on disks of all sizes that are too small, half of them into a new database; the sums."""
    ways = ["mounted", "limited"] if can_mount(folder) else ["limited"]
    each = math.ceil(count / len(ways) / 2) + 1
    points = list(itertools.product(ways, ("base", "fresh"), [(n + 0.5) / each * 1.05 for n in range(each)]))
    random.Random(count).shuffle(points)
    results = []
    for n, (way, first, share) in enumerate(points):
        if len(results) < count:
            found = one_disk(folder, folder / f"disk-{n}", known[first], way == "mounted", first == "base", share)
            results += [found | {"way": way}] if found else []
    keys = (*FAILURES, "unclear")
    by_stage = Counter(f"{r['way']}: {r['stage']}" for r in results)
    return {"points": len(results), **{k: sum(r[k] for r in results) for k in keys}, "by_stage": by_stage, "results": results}


def one_disk(folder, place, known, mounted, first, share):
    """One load where there is room for a share of what is needed."""
    base = folder / "base.duckdb" if first else None
    held = base.stat().st_size if base and mounted else 0
    size = (int(held + share * (folder / "together.duckdb").stat().st_size) // 4096 + 1) * 4096
    with small_disk(place, size) if mounted else plain_folder(place):
        return disk_full(place, known, base, size, mounted)


@contextmanager
def plain_folder(place):
    """A folder where a small disk would be."""
    place.mkdir()
    yield
