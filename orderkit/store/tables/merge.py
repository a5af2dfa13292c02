"""One row per key from what several formats tell of it: their partial rows side by side, per column the best rank first."""

from orderkit.store.tables.partial import ALL, quoted, repeated_sql, rows_sql

FEW = 0.5  # where more of the keys are repeated, all of them go the way of the repeated ones


def ranked(con, name, parts, as_of, types, again=None):
    """(SQL of one row per key of the parts, {canonical column: its ranks}).

    Columns: account, the key, `_item` where parts have one, `column__rank` for all given columns, reconstructed, known_at,
    seen_in, best_rank. again: what `repeated` gave, if it was asked; again=ALL spares asking: of few orders in large tables every
    look costs more than taking all keys for repeated ones.
    """
    parts = sorted(parts, key=lambda part: part.form.name)
    again = again or repeated(con, name, [parts])
    rows = [rows_sql(part, ALL if again == ALL else again[part.form.name], as_of, types) for part in parts]
    keys = ["account", *parts[0].key]
    sides = [f"p{n}" for n in range(len(parts))]
    found = {}  # {column: {rank: [side, ...]}}
    for side, part in zip(sides, parts, strict=True):
        for given in part.emit.given.values():
            found.setdefault(given.target, {}).setdefault(given.rank, []).append(side)
    columns = [f"{_first(sides, quoted(key))} AS {quoted(key)}" for key in keys]
    items = [side for side, part in zip(sides, parts, strict=True) if part.item]
    columns += [f"{_first(items, '_item')} AS _item"] if items else []
    named = {f"{column}__{rank}": on for column, by in found.items() for rank, on in by.items()}
    columns += [f"{_first(on, name)} AS {name}" for name, on in named.items()]
    columns += _provenance(parts, sides, as_of)
    seen = f" WHERE {' OR '.join(f'coalesce({side}._told, false)' for side in sides)}" if as_of else ""
    text = f"SELECT {', '.join(columns)} FROM {_joined(rows, sides, keys)}{seen}"
    return text, {column: set(by) for column, by in found.items()}


def repeated(con, name, looks):
    """{format: the table with the hashes of its repeated keys; ALL where they are many, None where there are none}.

    looks: the parts, once for every scope that is looked through. `name` is used for temporary tables.
    """
    return {parts[0].form.name: _again(con, f"_again_{name}_{n}", parts) for n, parts in enumerate(zip(*looks, strict=True))}


def best(columns, types, side=None):
    """{canonical column: SQL of its value} by the best (lowest) rank that has one; `columns`: {column: its ranks}."""
    at = f"{side}." if side else ""
    ranks = {column: ", ".join(f"{at}{column}__{rank}" for rank in sorted(found)) for column, found in columns.items()}
    return {column: f"coalesce({values}, NULL)" if values else f"NULL::{types[column]}" for column, values in ranks.items()}


def _again(con, table, parts):
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (h UBIGINT)")
    for part in parts:
        con.execute(f"INSERT INTO {table} {repeated_sql(part)}")
    keys = con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if not keys:
        return None
    stored = con.sql(f"SELECT count(*) FROM obs_{parts[0].form.name}").fetchall()[0][0]
    return ALL if keys > FEW * stored / 2 else table


def _first(sides, column):
    return f"coalesce({', '.join(f'{side}.{column}' for side in sides)}, NULL)"


def _joined(rows, sides, keys):
    """SQL of the partial rows side by side: a key that one format does not tell of has nothing on its side."""
    text = f"({rows[0]}) p0"
    for n in range(1, len(rows)):
        equal = " AND ".join(f"p{n}.{quoted(key)} IS NOT DISTINCT FROM {_first(sides[:n], quoted(key))}" for key in keys)
        text += f" FULL JOIN ({rows[n]}) p{n} ON {equal}"
    return text


def _provenance(parts, sides, as_of):
    """SQL of the last columns, from the sides that tell of the key."""
    told = {side: f"{side}._told" for side in sides}
    sources = [f"CASE WHEN {told[side]} THEN '{part.form.name}' END" for side, part in zip(sides, parts, strict=True)]
    ranks = [f"CASE WHEN {told[side]} THEN {part.emit.rank} END" for side, part in zip(sides, parts, strict=True)]
    later = [f"coalesce({side}._reconstructed OR NOT {told[side]}, true)" for side in sides]
    return [
        f"{' AND '.join(later) if as_of else 'false'} AS reconstructed",
        f"greatest({', '.join(f'{side}._known_at' for side in sides)}, NULL) AS known_at",
        f"concat_ws(', ', {', '.join(sources)}) AS seen_in",
        f"least({', '.join(ranks)}, NULL) AS best_rank",
    ]
