"""Partial rows: what one format tells of one canonical table, one row per key, as known at a moment.

For each column the value is the newest non-empty observation that may be seen at the as-of: a *fixed* column from the row's
anchor (an order from its purchase) on, a *dated* one from its own date on, a *state* only from the moment of the snapshot on.
Equal versions are told apart by content, never by the order of loading.

Most keys are observed once; those pass through as they are, which costs a fraction of looking for the newest word.
"""

from dataclasses import dataclass

from orderkit.formats import Emit, Format
from orderkit.store.observations import day_end, known_at, moment_of, table_of, version_of, zone_join

PROMISES = {"ship_by", "deliver_by", "deliver_by_before_extension"}  # a promised day is kept until its end
ALL = "all keys"


@dataclass(frozen=True)
class Part:
    """What one format tells of one canonical table, and how its rows are keyed and chosen.

    key: {key column: SQL over the observation `o` of load `l`}; join: SQL joined to `o` to make keys; only and where: SQL joined,
    and a condition, to keep the rows that are wanted; item: SQL of a further id that goes with the key, not subject to the as-of.
    """

    form: Format
    emit: Emit
    key: dict
    join: str = ""
    only: str = ""
    where: str = "true"
    item: str | None = None


def quoted(name):
    """A canonical column's name as SQL: some (of, at, row) are words of the language."""
    return f'"{name}"'


def repeated_sql(part):
    """SQL of the hashes (h) of the keys that more than one observation has, and perhaps of some others."""
    return f"SELECT {_hash(part)} AS h FROM {_source(part)} GROUP BY h HAVING count(*) > 1"


def rows_sql(part, again, as_of, types):
    """SQL of the partial rows of a part: account, key columns, one column `name__rank` per given column, `_told` and others.

    again: ALL, or the table with the hashes of the keys that more than one observation has, or None where there are none.
    as_of: whether to show only what was known at `context.as_of` (`_told`: whether anything was); types: {column: SQL type}.
    """
    if again in (None, ALL):
        return _rows(part, again is None, "", as_of, types)
    once = _rows(part, True, f" ANTI JOIN {again} twice ON twice.h = {_hash(part)}", as_of, types)
    more = _rows(part, False, f" SEMI JOIN {again} twice ON twice.h = {_hash(part)}", as_of, types)
    return f"{once} UNION ALL BY NAME {more}"


def _hash(part):
    return f"hash({', '.join(['l.account', *part.key.values()])})"


def _source(part, joined=""):
    """SQL (FROM ... WHERE) of the observations that are wanted."""
    joins = f"{table_of(part.form)} o JOIN loads l ON l.file_id = o._file{part.join}{joined}{part.only}"
    return f"{joins} WHERE {' AND '.join([part.where, *rows_of(part.emit)])}"


def _rows(part, once, lane, as_of, types):
    """SQL of partial rows: of keys that stand once, or of any; `lane` is the SQL joined to choose the keys."""
    form, emit = part.form, part.emit
    given = [_column(form, given, once, as_of, types.get(given.target)) for given in emit.given.values()]
    keys = [f"_key_{key} AS {quoted(key)}" for key in part.key]
    item = [f"{'_item' if once else 'max(_item)'} AS _item"] if part.item else []
    columns = ", ".join(["_account AS account", *keys, *item, *given, *_last(once, as_of)])
    source = f"({_seen(part, once, lane, as_of, 'o._zone' in columns)}) o{', context c' if as_of else ''}"
    grouped = "" if once else f" GROUP BY _account, {', '.join(f'_key_{key}' for key in part.key)}"
    return f"SELECT {columns} FROM {source}{grouped}"


def _last(once, as_of):
    """SQL of the last columns: whether anything may be seen, whether only a later snapshot exists, the newest snapshot seen."""
    if not as_of:
        return ["true AS _told", "false AS _reconstructed", f"{'_known' if once else 'max(_known)'} AS _known_at"]
    told, full = _cut("o"), "coalesce(_known <= c.as_of, false)"
    if once:
        return [f"{told} AS _told", f"NOT {full} AS _reconstructed", f"CASE WHEN {told} AND {full} THEN _known END AS _known_at"]
    reconstructed = f"NOT bool_or({told} AND {full}) AS _reconstructed"
    return [f"bool_or({told}) AS _told", reconstructed, f"max(_known) FILTER ({told} AND {full}) AS _known_at"]


def _cut(name):
    """SQL condition that an observation may be seen at all at the as-of."""
    return f"coalesce({name}._anchor <= c.as_of OR {name}._known <= c.as_of, false)"


def _seen(part, once, lane, as_of, zoned):
    """SQL of the observations of a part with the moments, the version and the keys that the columns are chosen by."""
    form, names = part.form, ", ".join(f'o."{column.name}"' for column in part.form.kept)
    join, zone = zone_join(form)
    dated, anchor = _anchor(part) if as_of else ("", "NULL")
    columns = ["o.*", "l.account AS _account", f"{known_at(form)} AS _known", f"{anchor} AS _anchor"]
    columns += [f"{zone} AS _zone"] if zoned else []
    columns += [f"{part.item} AS _item"] if part.item else []
    columns += [f"{sql} AS _key_{key}" for key, sql in part.key.items()]
    if not once:
        columns += [f"{_version(form, names)} AS _version", *_newest_of_promotion(part, names)]
    source = _source(part, (join if zoned else "") + dated + lane)
    return f"SELECT {', '.join(columns)} FROM {source}"


def _newest_of_promotion(part, names):
    """SQL of whether a row is the newest word on its promotion, where a format has one row per promotion."""
    if not part.form.repeats:
        return []
    owners = ", ".join(["l.account", *part.key.values(), *(f'o."{name}"' for name in part.form.repeats)])
    return [f"row_number() OVER (PARTITION BY {owners} ORDER BY {known_at(part.form)} DESC, hash({names})) = 1 AS _newest"]


def _anchor(part):
    """SQL (join, moment) from which a row exists: its own date, else that of its order."""
    emit = part.emit
    if emit.anchor:
        anchors = [moment_of(part.form, name) for name in emit.anchor]
        return "", f"least({', '.join(anchors)})" if len(anchors) > 1 else anchors[0]
    if not emit.by_order:
        return "", "NULL::TIMESTAMPTZ"
    order = part.key.get("order_id") or f'o."{emit.keys["order_id"]}"'
    return f" LEFT JOIN order_dates d ON d.account = l.account AND d.order_id = {order}", "d.since"


def rows_of(emit):
    """SQL conditions that keep the rows of a format that tell of this table."""
    told = [f"o._kind = '{emit.kind}'"] if emit.kind else []
    return told + ([f"({emit.where})"] if emit.where else [])


def _version(form, names):
    """SQL for the version with the content behind it, so that equal versions are told apart by what they say."""
    if form.newer_by:
        return f"struct_pack(version := {version_of(form)}, content := hash({names}))"
    return f"coalesce(CAST(epoch_us({known_at(form)}) AS HUGEINT), 0) * {1 << 64} + hash({names})"


def _column(form, given, once, as_of, kind):
    """SQL of a given column: its value where it may be seen, of several observations the newest one."""
    sources = [f'o."{name}"' for name in given.sources]
    value = _placed(form, given, given.filled(sources), kind)
    told = f"({' OR '.join(f'{source} IS NOT NULL' for source in sources)})" if sources else "true"
    plain = given.sql == "{0}" or not sources
    visible = ([] if once and plain else [told]) + _visible(form, given, as_of)
    name = f"{given.target}__{given.rank}"
    seen = " AND ".join(visible)
    if once:
        return f"CASE WHEN {seen} THEN {value} END AS {name}" if seen else f"{value} AS {name}"
    where = f"FILTER ({seen})"
    order = "o._version"
    if given.by and given.by not in given.sources:  # of dated words the one with the newest date of its own counts
        order = f"struct_pack(date := coalesce({moment_of(form, given.by)}, o._known), version := o._version)"
    if given.sum:  # one row per promotion: the newest word on each promotion counts, and these add up
        return f"sum({value}) {where[:-1]}{' AND o._newest' if form.repeats else ''}) AS {name}"
    if plain:
        return f"arg_max({value}, {order}) {where} AS {name}"
    # a newer word that means nothing to us makes the value unknown: it must not leave an older one standing
    return f"arg_max(struct_pack(v := {value}), {order}) {where}.v AS {name}"


def _visible(form, given, as_of):
    """SQL conditions that a given column may be seen at the as-of."""
    if not as_of:
        return []
    if given.time == "state":
        since = "o._known"
    elif given.time == "dated":
        since = f"coalesce({moment_of(form, given.by)}, o._known)"
    else:
        since = "coalesce(o._anchor, o._known)"
    return [_cut("o"), f"{since} <= c.as_of"]


def _placed(form, given, value, kind):
    """SQL of a value as its canonical column wants it: a day as a moment (a promise: its end), a moment as a day of the zone."""
    if not given.sources and kind not in (None, "VARCHAR"):
        return f"CAST({value} AS {kind})"  # a constant is written as text
    source = form.columns[given.sources[0]].type if given.sources and given.sql == "{0}" else None
    if source == "day" and kind == "TIMESTAMPTZ":
        return day_end(value, "o._zone") if given.target in PROMISES else f"timezone(o._zone, CAST({value} AS TIMESTAMP))"
    if source == "moment" and kind == "DATE":
        return f"CAST(timezone(o._zone, {value}) AS DATE)"
    return value
