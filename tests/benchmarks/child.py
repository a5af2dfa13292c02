"""Runs one contestant once, in this process: `python -m benchmarks.child JOB` (JSON in, JSON out)."""

import importlib
import json
import os
import sys
import time

from benchmarks.contestants import CONTESTANTS

# imported before the clock: what a program that does this work has imported; the engine imports pandas at its first bound value
IMPORTS = {
    "duckdb": ["duckdb"],
    "polars": ["polars"],
    "pandas": ["pandas", "pyarrow"],
    "sha256": [],
    "polars answers": ["benchmarks.by_hand.in_polars"],
    "pandas answers": ["benchmarks.by_hand.in_pandas"],
    "rule-engine": ["benchmarks.by_hand.in_rule_engine"],
    "weekly": ["duckdb", "pandas", "orderkit.shop"],
    "weekly measure": ["duckdb", "pandas", "orderkit.shop"],
    "weekly pandas": ["pandas"],
    "weekly polars": ["polars"],
    "weekly SQL": ["duckdb"],
    "report": ["duckdb", "pandas", "orderkit.shop"],
    "report stages": ["duckdb", "pandas", "plotly.graph_objects", "scipy.stats", "orderkit.shop"],
}
OURS = ["duckdb", "pandas", "orderkit.store"]


def peak_mb():
    """The most memory this process, or one that it started, ever held, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _cpu():
    """Seconds that processors worked for this process and those that it started and that have ended."""
    return sum(os.times()[:4])


def main(job):
    for name in IMPORTS.get(job["who"], OURS):
        importlib.import_module(name)
    contestant = CONTESTANTS[job["who"]]()
    if hasattr(contestant, "prepare"):
        contestant.prepare(job)
    began, cpu = time.perf_counter(), _cpu()
    contestant.run(job)
    ended = time.perf_counter()
    times = getattr(contestant, "times", 1)
    told = {"seconds": (ended - began) * times, "cpu": (_cpu() - cpu) * times, "peak_mb": peak_mb()}
    told |= {name: getattr(contestant, name) for name in ("stages", "spill_mb") if hasattr(contestant, name)}
    if getattr(contestant, "began", None):
        told |= {"before_build": contestant.began - began, "from_build": ended - contestant.began}
    print(json.dumps(told | {"found": contestant.found(job)}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
