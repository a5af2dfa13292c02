"""Measures as attributes, so that an editor or a notebook completes their names and shows what they are about."""

from functools import partial

from orderkit.errors import UnknownName
from orderkit.measures.runner import about, names
from orderkit.printable import for_terminals


class Measures:
    """The measures there are, each a function that takes what `shop.measure` takes after the name; shows as a list."""

    def __init__(self, run, own=None):
        self._run, self._own = run, own

    def __dir__(self):
        return names(self._own)

    def __iter__(self):
        return iter(names(self._own))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in names(self._own):
            raise AttributeError(str(UnknownName("measure", name, names(self._own))))
        found = partial(self._run, name)
        found.__doc__ = "\n".join(f"{key}: {said}" for key, said in about(name, self._own).items())
        return found

    def __getitem__(self, name):
        if name not in names(self._own):
            raise UnknownName("measure", name, names(self._own))
        return getattr(self, name)

    def _ipython_key_completions_(self):
        return names(self._own)

    @for_terminals
    def __repr__(self):
        return "\n".join(f"{name}: {about(name, self._own)['about']}" for name in self)
