"""The figures that are kept: results.json beside this file, one record per case and size, the newest in place of an older one."""

import datetime as dt
import json
import os
import platform
from importlib import metadata
from pathlib import Path

FILE = Path(__file__).with_name("results.json")
PACKAGES = ("duckdb", "pandas", "polars", "pyarrow", "numpy")


def read(path=FILE):
    """All records, in the order of their cases and sizes; none where nothing was ever kept."""
    return json.loads(path.read_text(encoding="utf-8"))["records"] if path.exists() else []


def keep(results, *, lines, rounds, loud, path=FILE):
    """Puts what cases told in the place of older figures of the same cases and size."""
    about = {
        "lines": lines,
        "rounds": rounds,
        "loud": loud,
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": machine(),
    }
    new = {(result["case"], lines): result | about for result in results}
    old = {(record["case"], record["lines"]): record for record in read(path)}
    records = [record for _, record in sorted((old | new).items())]
    path.write_text(json.dumps({"records": _rounded(records)}, indent=1) + "\n", encoding="utf-8")


def machine():
    """What the figures depend on: processors, memory, system, versions."""
    return {
        "processors": os.cpu_count(), "memory_gb": _memory(), "processor": _processor(),
        "system": platform.system(), "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
    }  # fmt: skip


def _memory():
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))
    except (AttributeError, ValueError, OSError):
        return None


def _processor():
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in listed.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _rounded(told):
    """Figures to four places: more would only be noise."""
    if isinstance(told, dict):
        return {key: _rounded(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_rounded(value) for value in told]
    return round(told, 4) if isinstance(told, float) else told
