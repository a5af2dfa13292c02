"""Partial rows: what one format tells of one canonical table, one row per key, as known at a moment.

For each column the value is the newest non-empty observation that may be seen at the as-of: a *fixed* column from the row's
anchor (an order from its purchase) on, a *dated* one from its own date on, a *state* only from the moment of the snapshot on.
Equal versions are told apart by content, never by the order of loading.
"""

from orderkit.store.observations import day_end, known_at, moment_of, table_of, version_of, zone_join

PROMISES = {"ship_by", "deliver_by", "deliver_by_before_extension"}  # a promised day is kept until its end


def partial_sql(form, emit, key_sql, key_join, as_of, only, types):
    """SQL of the partial rows of one format and table: account, key columns, one column `name__rank` per given column.

    key_sql: {key column: SQL over the observation `o`}; key_join: SQL joined to `o` to make keys; as_of: whether to show only
    what was known at `context.as_of`; only: SQL joined to keep the rows that are wanted; types: {canonical column: SQL type}.
    """
    join, zone = zone_join(form)
    known = known_at(form)
    dated, anchor = _anchor(form, emit, key_sql)
    names = ", ".join(f'o."{column.name}"' for column in form.kept)
    seen = f"SELECT o.*, l.account AS _account, {known} AS _known, {anchor} AS _anchor, {zone} AS _zone,"
    seen += f" {_version(form, names)} AS _version"
    if form.repeats:
        repeats = ", ".join(f'o."{name}"' for name in form.repeats)
        owners = ", ".join(["l.account", *key_sql.values(), repeats])
        seen += f", row_number() OVER (PARTITION BY {owners} ORDER BY {known} DESC, hash({names})) = 1 AS _newest"
    for key, sql in key_sql.items():
        seen += f", {sql} AS _key_{key}"
    seen += f" FROM {table_of(form)} o JOIN loads l ON l.file_id = o._file{join}{key_join}{dated}{only}{_rows_of(emit)}"
    cut = " WHERE _anchor <= c.as_of OR _known <= c.as_of" if as_of else ""
    keys = ", ".join(f"_key_{key}" for key in key_sql)
    own_keys = [f"_key_{key} AS {quoted(key)}" for key in key_sql]
    columns = ", ".join(own_keys + [_column(form, given, as_of, types.get(given.target)) for given in emit.given.values()])
    full = "bool_or(_known <= c.as_of)" if as_of else "true"
    newest = "max(_known) FILTER (_known <= c.as_of)" if as_of else "max(_known)"
    context = ", context c" if as_of else ""
    return (
        f"SELECT _account AS account, {columns}, NOT coalesce({full}, false) AS _reconstructed, {newest} AS _known_at,"
        f" '{form.name}' AS _source, {emit.rank} AS _rank FROM ({seen}) o{context}{cut} GROUP BY _account, {keys}"
    )


def _anchor(form, emit, key_sql):
    """SQL (join, moment) from which a row exists: its own date, else that of its order."""
    if emit.anchor:
        anchors = [moment_of(form, name) for name in emit.anchor]
        return "", f"least({', '.join(anchors)})" if len(anchors) > 1 else anchors[0]
    if not emit.by_order:
        return "", "NULL::TIMESTAMPTZ"
    order = key_sql.get("order_id") or f'o."{emit.keys["order_id"]}"'
    return f" LEFT JOIN order_dates d ON d.account = l.account AND d.order_id = {order}", "d.since"


def quoted(name):
    """A canonical column's name as SQL: some (of, at, row) are words of the language."""
    return f'"{name}"'


def _rows_of(emit):
    """SQL that keeps the rows of a format that tell of this table."""
    told = [f"o._kind = '{emit.kind}'"] if emit.kind else []
    told += [f"({emit.where})"] if emit.where else []
    return f" WHERE {' AND '.join(told)}" if told else ""


def _version(form, names):
    """SQL for the version with the content behind it, so that equal versions are told apart by what they say."""
    if form.newer_by:
        return f"struct_pack(version := {version_of(form)}, content := hash({names}))"
    return f"coalesce(CAST(epoch_us({known_at(form)}) AS HUGEINT), 0) * {1 << 64} + hash({names})"


def _column(form, given, as_of, kind):
    sources = [f'o."{name}"' for name in given.sources]
    told = f"({' OR '.join(f'{source} IS NOT NULL' for source in sources)})" if sources else "true"
    value = _placed(form, given, given.sql.format(*sources), kind)
    visible = [told]
    if as_of and given.time == "state":
        visible.append("o._known <= c.as_of")
    elif as_of and given.time == "dated":
        visible.append(f"coalesce({moment_of(form, given.by)}, o._known) <= c.as_of")
    elif as_of:
        visible.append("coalesce(o._anchor, o._known) <= c.as_of")
    where = f"FILTER ({' AND '.join(visible)})"
    name = f"{given.target}__{given.rank}"
    order = "o._version"
    if given.by and given.by not in given.sources:  # of dated words the one with the newest date of its own counts
        order = f"struct_pack(date := coalesce({moment_of(form, given.by)}, o._known), version := o._version)"
    if given.sum:  # one row per promotion: the newest word on each promotion counts, and these add up
        return f"sum({value}) {where[:-1]}{' AND o._newest' if form.repeats else ''}) AS {name}"
    if given.sql == "{0}" or not sources:
        return f"arg_max({value}, {order}) {where} AS {name}"
    # a newer word that means nothing to us makes the value unknown: it must not leave an older one standing
    return f"arg_max(struct_pack(v := {value}), {order}) {where}.v AS {name}"


def _placed(form, given, value, kind):
    """SQL of a value as its canonical column wants it: a day as a moment (a promise: its end), a moment as a day of the zone."""
    source = form.columns[given.sources[0]].type if given.sources and given.sql == "{0}" else None
    if source == "day" and kind == "TIMESTAMPTZ":
        return day_end(value, "o._zone") if given.target in PROMISES else f"timezone(o._zone, CAST({value} AS TIMESTAMP))"
    if source == "moment" and kind == "DATE":
        return f"CAST(timezone(o._zone, {value}) AS DATE)"
    return value
