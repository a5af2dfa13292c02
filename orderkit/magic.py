"""SQL cells for notebooks: `%load_ext orderkit`, then `%%orders`, with variables of the notebook bound as $name."""

import datetime as dt
import difflib
import functools
import keyword
import os
import re
from decimal import Decimal
from pathlib import Path

from IPython.core.completer import SimpleCompletion, context_matcher
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from orderkit import measures, places, policy, store
from orderkit import shop as shops
from orderkit.errors import BadValue, OrderkitError

NAME = "orders"
USAGE = "%%orders [a database or the name of an open Shop] [-o NAME] [--as-of DAY]"
OPTIONS = {"-o": "out", "--out": "out", "--as-of": "as_of"}
BEGINS = re.compile(r"(select|with|from|values|describe|show|summarize|pivot|unpivot|table)\b|[(]|--\s|/[*]", re.IGNORECASE)
NAMED = r"""(?:(?P<measure>\.measure\(\s*)|\.compare\(\s*|\bpack\s*=\s*)["'](?P<begun>[\w-]*)$"""
BOUND = (str, bool, int, float, Decimal, dt.date, dt.timedelta, type(None))


def register(shell):
    """Makes `%%orders`, `%orders` and their completion known to an IPython shell."""
    magic = OrdersMagic(shell)
    shell.register_magics(magic)
    shell.Completer.custom_matchers[:] = [
        matcher for matcher in shell.Completer.custom_matchers if getattr(matcher, "orderkit", None) is None
    ] + [completions_of(magic)]


def asked(line):
    """({shop, out, as_of}, SQL) of what follows `%orders`: options and a shop in front, the query after them.

    >>> asked("shop -o late SELECT 1")
    ({'shop': 'shop', 'out': 'late'}, 'SELECT 1')
    """
    found, rest = {}, line.strip()
    while rest and not BEGINS.match(rest):
        word, rest = _first(rest)
        if word in OPTIONS:
            found[OPTIONS[word]], rest = _first(rest)
            if not found[OPTIONS[word]]:
                raise BadValue(f"{word} needs a word after it: {USAGE}.")
        elif word.startswith("-") or "shop" in found:
            raise BadValue(f"{word!r} is not understood. Write {USAGE}, then the query.")
        else:
            found["shop"] = word
    return found, rest


def _first(text):
    """(first word, rest); quotes hold a path with blanks together."""
    quoted, bare, rest = re.match(r"""\s*(?:["']([^"']*)["']|(\S*))\s*(.*)""", text, re.DOTALL).groups()
    return bare if quoted is None else quoted, rest


@magics_class
class OrdersMagic(Magics):
    """The magic of one IPython shell; databases named by path stay open until their file changes."""

    def __init__(self, shell):
        super().__init__(shell)
        self._opened = {}

    @no_var_expand  # IPython would put the text of $name into the line
    @line_cell_magic(NAME)
    def orders(self, line, cell=None):
        """Runs one SELECT on the shop's tables and gives a pandas frame.

        %%orders [a database or the name of an open Shop] [-o NAME] [--as-of DAY]
        SELECT order_id, value FROM line_facts WHERE marketplace = $site

        `$site` is the variable `site` of the notebook, handed over as a value, never as text of the query. Without a shop it is
        the one that is open in this notebook, else the database that ORDERKIT_DB names, else orderkit.duckdb. `-o NAME` keeps the
        frame under that name instead of showing it. `--as-of` shows what was known at the end of that day. On one line:
        `frame = %orders SELECT ...`.
        """
        try:
            return self._run(line, cell)
        except OrderkitError as problem:
            problem._render_traceback_ = functools.partial(_sentence, str(problem))  # what IPython shows in place of a traceback
            raise

    def _run(self, line, cell):
        options, begun = asked(line)
        text = "\n".join(filter(None, [begun, (cell or "").strip()]))
        out = options.get("out")
        if not text:
            raise BadValue(f"There is no query. Write {USAGE}, and a SELECT beneath it.")
        if out is not None and (not out.isidentifier() or keyword.iskeyword(out)):
            raise BadValue(f"{out!r} is no name for a variable. Write for example -o late.")
        frame = self._frame(self.shop(options.get("shop")), options.get("as_of"), text)
        if out is None:
            return frame
        self.shell.user_ns[out] = frame
        print(f"{out}: {len(frame):,} rows, {len(frame.columns)} columns")
        return None

    def _frame(self, shop, as_of, text):
        values = {name: self._value(name) for name in sorted(store.asked_values(shop.con, text))}
        if as_of is None:
            return shop.sql(text, **values)
        past = shop.as_of(as_of)
        try:
            return past.sql(text, **values)
        finally:
            past.close()

    def shop(self, name=None):
        """The Shop of a variable or a database; without a name the one that is open in the notebook, else the usual database."""
        there = self.shops()
        if name in there:
            return there[name]
        if name is not None:
            return self._open(name)
        if len({id(shop) for shop in there.values()}) > 1:
            raise BadValue(f"Several shops are open: {', '.join(sorted(there))}. Say which, for example %%orders {min(there)}.")
        return next(iter(there.values())) if there else self._open(os.environ.get("ORDERKIT_DB") or "orderkit.duckdb")

    def shops(self):
        """{name: Shop} of the notebook's variables, without those that IPython keeps of earlier outputs."""
        mine = dict(self.shell.user_ns)
        return {name: value for name, value in mine.items() if isinstance(value, shops.Shop) and not name.startswith("_")}

    def _open(self, path):
        path = Path(path)
        if path.name.isidentifier() and not path.suffix and not path.exists():
            known = ", ".join(sorted(self.shops())) or "none"
            raise BadValue(f"{str(path)!r} is neither an open Shop nor a database file. Open shops: {known}.")
        made = path.stat().st_mtime_ns if path.exists() else None
        before, shop = self._opened.get(path, (None, None))
        if shop is None or before != made:
            if shop is not None:
                shop.close()
            self._opened[path] = made, shops.Shop(path)
        return self._opened[path][1]

    def _value(self, name):
        mine = self.shell.user_ns
        if name not in mine:
            near = difflib.get_close_matches(name, [word for word in mine if not word.startswith("_")], n=1)
            hint = f" Did you mean ${near[0]}?" if near else ""
            raise BadValue(f"The query asks for ${name}, and no variable is called {name}.{hint} Set it first: {name} = ...")
        return bindable(name, mine[name])


def _sentence(text):
    return [f"orderkit: {text}"]


def bindable(name, value):
    """A variable's value as the engine takes it; pandas and numpy values become Python's, what is missing becomes None.

    Raises BadValue for anything but text, numbers, days, moments and lists of these.
    """
    import pandas as pd

    if isinstance(value, pd.Series | pd.Index) or (type(value).__module__ == "numpy" and getattr(value, "ndim", 0)):
        value = value.tolist()
    if isinstance(value, list | tuple | set):
        return [bindable(name, each) for each in value]
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value.item() if hasattr(value, "item") else value
    if not isinstance(value, BOUND):
        kind = type(value).__name__
        raise BadValue(f"${name} is a {kind}. Only text, numbers, days, moments and lists of these can be put into a query.")
    return value


def completions_of(magic):
    """The matcher that completes tables, columns and $variables in `%%orders` cells, and names that our functions take."""

    @context_matcher()
    def orderkit_matcher(context):
        """Tables and columns of the shop that a cell asks, its variables after a $; names of measures and packs in Python."""
        if (named := names_at(magic, _before(context))) is not None:
            return {"completions": [SimpleCompletion(word, type="text") for word in named], "suppress": True}
        if not re.match(rf"\s*(?:\w+\s*=\s*)?%%?{NAME}\b", _statement(context)):
            return {"completions": []}
        return {"completions": [SimpleCompletion(word, type="field") for word in words(magic, context)], "suppress": True}

    orderkit_matcher.orderkit = True
    return orderkit_matcher


def _statement(context):
    """The text that the magic governs: the whole of a `%%orders` cell, else the line that the cursor is in."""
    whole = context.full_text.lstrip()
    return whole if whole.startswith("%%") else context.line_with_cursor


def words(magic, context):
    """What fits at the cursor: a variable after $, a shop on the first line, else a table, a column or alias.column."""
    token = context.token
    before = _before(context).removesuffix(token)
    if before.endswith("$"):
        there = [name for name, value in magic.shell.user_ns.items() if not name.startswith("_") and isinstance(value, BOUND)]
        return sorted(name for name in there if name.startswith(token))
    try:
        options, _ = asked(context.full_text.split(NAME, 1)[1].split("\n", 1)[0])
        tables = store.columns(magic.shop(options.get("shop")).con)
    except OrderkitError:
        return sorted(name for name in magic.shops() if name.startswith(token))
    alias, dot, begun = token.rpartition(".")
    known = {table: found for table, found in tables.items() if not table.startswith("obs_") or token.startswith("obs_")}
    columns = {column for table in known for column in known[table] if not dot or alias not in known or table == alias}
    fitting = columns if dot else columns | set(known)
    return sorted(f"{alias}{dot}{word}" for word in fitting if word.startswith(begun.lower()))


def names_at(magic, before):
    """The measures or packs that fit where a name is being written, as in `shop.measure("ord`; None anywhere else."""
    found = re.search(NAMED, before)
    if not found:
        return None
    beside = next((shop.path for shop in magic.shops().values()), Path(os.environ.get("ORDERKIT_DB") or "orderkit.duckdb"))
    if found["measure"]:
        known = measures.names(places.beside(beside, "measures"))
    else:
        known = policy.packs(places.beside(beside, "packs"))
    return [name for name in known if name.startswith(found["begun"])]


def _before(context):
    """The text up to the cursor: IPython tells its line and the place within it."""
    lines = context.full_text.split("\n")
    return "\n".join([*lines[: context.cursor_line], lines[context.cursor_line][: context.cursor_position]])
