"""Readers and writers at once."""

import threading
import time

from orderkit import store
from orderkit.errors import DatabaseLocked, OrderkitError

from .child import BASE, FILES, SAMPLE, start
from .kills import wait_for


def parts(file, folder, count):
    """A file cut into `count` files, each with its header line."""
    head, *lines = file.read_bytes().splitlines(keepends=True)
    size = -(-len(lines) // count)
    paths = [folder / f"{n}-{file.name}" for n in range(count)]
    for n, path in enumerate(paths):
        path.write_bytes(head + b"".join(lines[n * size : (n + 1) * size]))
    return paths


def read_on(db, known, long_open, stop, result):
    """Reads until told to stop: each reading must be one of the published states, never one before the last seen."""
    last, before = 0, _numbers(long_open)
    while not stop.is_set():
        try:
            con = store.reader(db)
            seen = _numbers(con)
            con.close()
            wrong = seen not in known or known.index(seen) < last or _numbers(long_open) != before
            last = known.index(seen) if seen in known else last
            result["wrong"] += wrong
        except Exception:  # whatever it is, a reader must not see it
            result["errors"] += 1
        result["reads"] += 1


def _numbers(con):
    return con.sql("SELECT (SELECT count(*) FROM loads), (SELECT count(*) FROM requests)").fetchall()[0]


def readers(folder, loads=20):
    """Readers in this process and in another, while a third (and then this one) loads."""
    files = parts(SAMPLE / "requests.csv", folder, loads)
    db, still = folder / "read.duckdb", folder / "still.duckdb"
    known = []
    for file in [BASE, *files]:
        store.load(file, db=still)
        known.append(_numbers(store.reader(still)))
    store.load(BASE, db=db)
    result, stop = {"reads": 0, "errors": 0, "wrong": 0}, threading.Event()
    threads = [threading.Thread(target=read_on, args=(db, known, store.reader(db), stop, result)) for _ in range(2)]
    for thread in threads:
        thread.start()
    start(db, files[: loads // 2], "each").communicate()
    for file in files[loads // 2 :]:
        store.load(file, db=db)
    stop.set()
    for thread in threads:
        thread.join()
    last = _numbers(store.reader(db))
    return result | {"loads": loads, "lost": int(last != known[-1])}


def writers(folder, rounds=10, files=8):
    """A second writer is refused with the first one's number; a killed one's lock is free; two at once lose nothing."""
    result = {"rounds": rounds, "not_refused": 0, "lock_left": 0, "lost": 0}
    for n in range(rounds):
        db = folder / f"write {n}.duckdb"
        first = start(db, FILES)
        wait_for(first, db, "copy")
        result["not_refused"] += not refused(db, first.pid)
        first.kill()
        began = time.monotonic()
        try:
            store.load(FILES[2], db=db)
            result["lock_left"] += time.monotonic() - began > 10
        except OrderkitError:
            result["lock_left"] += 1
        first.communicate()
    db = folder / "both.duckdb"
    halves = parts(SAMPLE / "requests.csv", folder, files)
    for process in [start(db, halves[n::2], "insist") for n in range(2)]:
        process.communicate()
    con = store.reader(db)
    result["lost"] = files - con.sql("SELECT count(*) FROM loads").fetchall()[0][0]
    return result


def refused(db, pid):
    """Whether a load into a database is refused with the number of the process that holds it."""
    try:
        store.load(FILES[2], db=db)
    except DatabaseLocked as problem:
        return problem.pid == pid and str(pid) in str(problem)
    return False
