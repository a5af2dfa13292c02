"""orderkit: what each marketplace order needs now, by when, who pays, and how much money is at stake.

>>> import orderkit as ok
>>> sorted(ok.__all__)
['OrderkitError', 'Shop', 'classify', 'done', 'load', 'open', 'sample', '__version__']
"""

from orderkit.errors import OrderkitError

__version__ = "0.1.0"
__all__ = ["OrderkitError", "Shop", "__version__", "classify", "done", "load", "open", "sample"]

_HOMES = {
    "Shop": "orderkit.shop",
    "open": "orderkit.shop",
    "done": "orderkit.shop",
    "sample": "orderkit.shop",
    "load": "orderkit.store",
    "classify": "orderkit.policy",
}


def __getattr__(name):
    """Heavy parts are imported when first used, so that `orderkit --help` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'orderkit' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__():
    return sorted(__all__)
