"""What a format tells: the `emits` part of its description, one entry per canonical table."""

import re
from dataclasses import dataclass, replace

PLACE = re.compile(r"\{(\d*)\}")  # in the SQL of a column: where its sources go, {0} or {} the first; other braces are SQL's own
# tables whose rows belong to an order: merged over formats by key and rank
BY_ORDER = ("order_lines", "orders", "parcels", "returns", "requests", "inspections")
# tables of events: each row comes from one format alone
EVENTS = (
    "money", "recoveries", "stock_events", "feedback", "account_health", "products", "tariffs", "rates", "decisions",
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """How one canonical column is given by an export: from which columns, by which expression, when it may be seen.

    `sql` has {0}, {1} ... in the places of its sources; `filled` puts columns there.
    """

    target: str
    sources: tuple
    sql: str
    rank: int
    time: str  # fixed | dated | state
    by: str | None = None
    sum: bool = False

    def filled(self, columns):
        """The SQL with these columns, in the order of `sources`, in their places."""
        return PLACE.sub(lambda place: columns[int(place[1] or 0)], self.sql)


@dataclass(frozen=True)
class Emit:
    """What a format tells of one canonical table: key columns, the columns its rows exist from, and every given column.

    Rows without a date of their own exist from the date of their order. `occurrence`: identical rows are genuine and are numbered
    by these columns. `kind`, `where`: which of the format's rows. `alone`: the format tells of this table only.
    """

    table: str
    keys: dict
    anchor: tuple
    same_line: tuple
    given: dict
    rank: int
    occurrence: tuple | None = None
    kind: str | None = None
    where: str | None = None  # SQL over the observation o
    alone: bool = False

    @property
    def by_order(self):
        """Whether its rows belong to an order."""
        return self.table in BY_ORDER

    @property
    def link(self):
        """What ties its rows to orders where they carry no order number: the name of the only key; else None."""
        return None if "order_id" in self.keys or not self.by_order else next(iter(self.keys))


def read_emits(text, maps, stored, need):
    """{table: Emit} of the `emits` part; `stored(header, key)` gives a column's name, `need(condition, key, problem)` refuses."""
    emits = {table: _emit(table, said, maps, stored, need) for table, said in text.items()}
    orders = {emit.keys.get("order_id") for emit in emits.values() if emit.by_order}
    need(len(orders) <= 1, "emits", "all tables of orders must take the order number from one column")
    return {table: replace(emit, alone=len(emits) == 1) for table, emit in emits.items()}


def _emit(table, said, maps, stored, need):
    key = f"emits.{table}"
    need(table in BY_ORDER + EVENTS, key, f"no such table; known: {', '.join(BY_ORDER + EVENTS)}")
    for part in ("keys", "rank"):
        need(part in said, f"{key}.{part}", "is missing")
    kind = said.get("when")
    need(kind is None or re.fullmatch(r"\w+", str(kind)), f"{key}.when", "must be one word")
    linked = table == "orders" and len(said["keys"]) == 1
    need(table in EVENTS or linked or "order_id" in said["keys"], f"{key}.keys", "needs order_id")
    return Emit(
        table=table,
        keys={target: stored(header, f"{key}.keys") for target, header in said["keys"].items()},
        anchor=tuple(stored(header, f"{key}.anchor") for header in anchors(said)),
        same_line=tuple(stored(header, f"{key}.same_line") for header in said.get("same_line", ())),
        given=_all_given(said, maps, stored, need, key),
        rank=said["rank"],
        occurrence=_occurrence(said, stored, key),
        kind=kind,
        where=_where(said, stored, f"{key}.where"),
    )


def anchors(said):
    """Headers of the columns that a row exists from: the earliest of them counts."""
    anchor = said.get("anchor", [])
    anchor = anchor["first_of"] if isinstance(anchor, dict) else anchor
    return [anchor] if isinstance(anchor, str) else anchor


def _all_given(said, maps, stored, need, key):
    given = {}
    for time in ("fixed", "dated", "state"):
        for target, how in said.get(time, {}).items():
            need(target not in given, f"{key}.{target}", "is given twice")
            given[target] = _given(target, how, time, said["rank"], maps, stored, need, f"{key}.{target}")
    return given


def _occurrence(said, stored, key):
    if "occurrence" not in said:
        return None
    return tuple(stored(header, f"{key}.occurrence") for header in said["occurrence"])


def _where(said, stored, key):
    """The condition with {Header} written as columns of the observation."""
    if "where" not in said:
        return None
    text = said["where"]
    for header in {part.split("}")[0] for part in text.split("{")[1:]}:
        text = text.replace("{" + header + "}", f'o."{stored(header, key)}"')
    return text


def _given(target, how, time, rank, maps, stored, need, key):
    how = {"from": how} if isinstance(how, str) else dict(how)
    need("value" in how or "from" in how, key, "needs `from` or `value`")
    if "value" in how:
        return Given(target, (), _text(how["value"]), how.get("rank", rank), time)
    headers = how["from"] if isinstance(how["from"], list) else [how["from"]]
    sources = tuple(stored(header, key) for header in headers)
    sql = how.get("sql", "{0}")
    if "map" in how:
        need(how["map"] in maps, key, f"no map is called {how['map']!r}")
        cases = " ".join(f"WHEN {_text(str(old).lower())} THEN {_text(new)}" for old, new in maps[how["map"]].items())
        sql = how.get("sql", "{map}").replace("{map}", f"CASE lower({{0}}) {cases} END")
    lacking = [place for place in PLACE.findall(sql) if int(place or 0) >= len(sources)]
    need(not lacking, key, f"{{{''.join(lacking[:1])}}} stands for a column that `from` does not name")
    need(time != "dated" or "by" in how, key, "a dated column needs `by`: the column that holds its date")
    by = stored(how["by"], key) if "by" in how else None
    return Given(target, sources, sql, how.get("rank", rank), time, by, bool(how.get("sum", False)))


def _text(value):
    """A word as SQL. A brace is written by its number, so that none in it is taken for the place of a column."""
    text = "'" + str(value).replace("'", "''") + "'"
    return "(" + text.replace("{", "' || chr(123) || '") + ")" if "{" in text else text
