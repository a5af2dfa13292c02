"""Runs the cases: fresh processes in turn, results verified, medians and spread. Imports nothing heavy: a child's peak memory
counts from that of the process that started it.
"""

import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.cases import STARTS
from benchmarks.versions import FILES, MAKER

TESTS = Path(__file__).parents[1]
FACTS = ("facts", "facts in Parquet")
NAMES = {
    "gz": "orders.txt.gz",
    "truth": f"truth-{FILES}.json",
    **dict(zip(FACTS, (f"facts-{MAKER}.{end}" for end in ("duckdb", "parquet")), strict=True)),
}


class Wrong(Exception):
    """A contestant failed, or stored something else than what is true."""


def _child(module, *words):
    ended = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *words], cwd=TESTS, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Wrong(f"{module} {words[0][:200]} failed:\n{ended.stderr[-2000:]}")
    return ended.stdout


def files_of(case):
    """The exports that a case reads, those of its prepared databases included."""
    named = [name for entry in case.entries for name in (*entry.files, *STARTS.get(entry.start, ((), 0))[0])]
    return list(dict.fromkeys(["orders"] * ("gz" in named) + named))


class Files:
    """The exports of one size, and the databases prepared from them, made where they are not there yet."""

    def __init__(self, folder, lines, say):
        self.folder, self.lines, self.say = Path(folder), lines, say
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        """The path of an export (or of `truth`)."""
        path = self.folder / NAMES.get(name, f"{name}.txt")
        if not path.exists():
            self.say(f"making {path}")
            words = (str(self.lines), str(path))
            _child(*(("facts", *words) if name in FACTS else ("files", name, *words)))
        return str(path)

    def start(self, name, work):
        """The path of a prepared database in the folder of this run: never an older one, which older code may have made."""
        path = Path(work) / f"{name}.start"
        if not path.exists():
            self.say(f"preparing a database: {name}")
            files, built = STARTS[name]
            job = {"files": [self.path(file) for file in files], "out": str(path), "who": "load" if built else "observations"}
            _child("child", json.dumps(job))
        return path

    def truth(self):
        """What is true of the exports."""
        return json.loads(Path(self.path("truth")).read_text(encoding="utf-8"))


def busy():
    """Seconds of work that all processors have done, or None where the system does not tell."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    except (OSError, ValueError):
        return None
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_once(case, entry, files, work):
    """What one fresh process tells of one contestant, with `others`: the share of the machine that other programs used."""
    out = Path(work) / "out"
    job = {
        "who": entry.who,
        "out": str(out),
        "files": [files.path(name) for name in entry.files],
        "lines": files.lines,
        **case.job,
    }
    job["file"] = job["files"][0] if job["files"] else None
    for old in (out, Path(f"{out}.wal")):
        old.unlink(missing_ok=True)
    if entry.start:
        shutil.copyfile(files.start(entry.start, work), out)
    before, mine, began = busy(), _children(), time.monotonic()
    told = json.loads(_child("child", json.dumps(job)))
    took = time.monotonic() - began
    told["others"] = None if before is None else max(busy() - before - (_children() - mine), 0) / took / os.cpu_count()
    return told


def verify(case, entry, told, truth):
    """Raises Wrong where a contestant stored something else than what is true."""
    for key, expected in case.expect(entry, truth).items():
        found = told["found"].get(key)
        if key == "money":
            found = {currency: float(amount) for currency, amount in found.items()}
            expected = {currency: float(amount) for currency, amount in expected.items()}
        if found != expected:
            raise Wrong(f"{case.name}, {entry.label}: {key} is {found}, true is {expected}")


def run_case(case, files, rounds, work, say):
    """The figures of a case: per entry the median, least and most of each measure. Rounds are interleaved, the order rotates."""
    truth, entries = files.truth(), [entry for entry in case.entries if _is_here(entry, say)]
    told = {entry.label: [] for entry in entries}
    for name in files_of(case):
        files.path(name)
    for turn in range(rounds):
        shift = turn % len(entries)
        for entry in entries[shift:] + entries[:shift]:
            say(f"{case.name}: round {turn + 1} of {rounds}: {entry.label}")
            one = run_once(case, entry, files, work)
            verify(case, entry, one, truth)
            told[entry.label].append(one)
    _agree(case, {entry.label: told[entry.label] for entry in entries if not entry.apart})
    entries = {label: _figures(runs) for label, runs in told.items()}
    return {"case": case.name, "about": case.about, "entries": entries, "goals": [_goal(goal, entries) for goal in case.goals]}


def _is_here(entry, say):
    if entry.needs and importlib.util.find_spec(entry.needs) is None:
        say(f"left out, because {entry.needs} is not installed: {entry.label}")
        return False
    return True


def _agree(case, told):
    """Raises Wrong where contestants that must make the same tables did not, in any round."""
    for key in ("tables", "sample", "columns", "weekly", "explained"):
        found = {label: [run["found"].get(key) for run in runs] for label, runs in told.items()}
        made = [(label, one) for label, all_runs in found.items() for one in all_runs if one and _is_made(key, one)]
        if len({json.dumps(one, sort_keys=True) for _, one in made}) > 1:
            raise Wrong(f"{case.name}: the results differ ({key}): {made}")


def _is_made(key, found):
    """Whether canonical tables were built; all else is always made."""
    return key != "tables" or found.get("order_lines", [1])[0] != 0


def _figures(runs):
    figures = {"rounds": len(runs)}
    for key in ("seconds", "cpu", "peak_mb", "before_build", "from_build", "spill_mb", "others"):
        values = [run[key] for run in runs if run.get(key) is not None]
        if values:
            figures[key] = spread(values)
    if "stages" in runs[0]:
        figures["stages"] = {name: spread([run["stages"][name] for run in runs]) for name in runs[0]["stages"]}
    return figures


def spread(values):
    """Median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def _goal(goal, entries):
    value = entries[goal.entry].get(goal.part, {}).get("median")
    if value is not None and goal.minus:
        value -= entries[goal.minus][goal.part]["median"]
    if value is not None and goal.over:
        value /= entries[goal.over]["seconds"]["median"]
    kept = None if value is None or goal.most is None else value <= goal.most
    return {"text": goal.text, "value": value, "most": goal.most, "kept": kept}
