"""orderkit: what each marketplace order needs now, by when, who pays, and how much money is at stake.

>>> import orderkit as ok
>>> sorted(ok.__all__)
['OrderkitError', 'Shop', 'classify', 'done', 'load', 'open', 'sample', '__version__']
"""

import os

from orderkit.errors import OrderkitError

# Between the columns of a block the engine leaves up to seven bytes as it found them in memory, and memory held the lines just
# read, buyers' names too. So its memory starts as zeros; it looks at this once, when it is first imported. (Windows and macOS
# have no such setting.)
if "zero:true" not in (_memory := os.environ.get("DUCKDB_JE_MALLOC_CONF", "")):
    os.environ["DUCKDB_JE_MALLOC_CONF"] = f"{_memory},zero:true".lstrip(",")

__version__ = "0.1.0"
__all__ = ["OrderkitError", "Shop", "__version__", "classify", "done", "load", "open", "sample"]

_HOMES = {
    "Shop": "orderkit.shop",
    "open": "orderkit.shop",
    "done": "orderkit.shop",
    "sample": "orderkit.shop",
    "load": "orderkit.shop",
    "classify": "orderkit.policy",
}


def __getattr__(name):
    """Heavy parts are imported when first used, so that `orderkit --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'orderkit' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def load_ipython_extension(shell):
    """`%load_ext orderkit` in a notebook: SQL cells that begin with `%%orders`, see orderkit.magic."""
    from orderkit.magic import register

    register(shell)


def __dir__():
    return sorted(__all__)
