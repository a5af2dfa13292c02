"""A frame with the columns of an export becomes canonical rows, each row for itself, read as a load reads a file.

For those who want answers beside the rows of a frame, and no database.
"""

from dataclasses import replace

from orderkit.errors import BadValue
from orderkit.formats import Match
from orderkit.store import ledger, observations
from orderkit.store.reading.selecting import kept_fields, select, stored
from orderkit.store.reasons import reason_words
from orderkit.store.schema import column_types
from orderkit.store.tables import canonical
from orderkit.store.tables.merge import best
from orderkit.store.tables.partial import Part, quoted, rows_sql
from orderkit.store.tables.recipes import RECIPES, column
from orderkit.store.values import evidence

KEYS = {"order_lines": "line", "returns": "return_id"}
ROW = "_orderkit_row"


def table_told(form):
    """Which table a row of the format is about: order_lines or returns. Raises BadValue where it is neither."""
    for table in KEYS:
        if table in form.emits and form.tree is None:
            return table
    raise BadValue(f"A row of {form.name} is neither an order line nor a return, so there is nothing to classify in it.")


def rows_of_frame(con, form, given):
    """Fills the canonical table that the format tells of from the table `given`, keyed by its column `_orderkit_row`.

    Gives the newest moment that the rows tell of, or None. What the frame has no column for is not known. Raises BadValue for a
    frame without any column of the format, with one of them twice, or with a cell that a load would set aside.
    """
    form = replace(form, needs=())  # an empty cell is not known; whoever gives the frame wants every row answered
    match = _matched(con, form, given)
    file_id = ledger.enter(con, "frame", form, "main")
    observations.ensure(con, form)
    con.execute(f"ALTER TABLE {observations.table_of(form)} ADD COLUMN {ROW} BIGINT")
    _observe(con, match, given, file_id)
    table = table_told(form)
    con.execute(f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (best_rank) FROM ({_canonical(form, table)})")
    if table == "returns":
        canonical.returns_to_lines(con, "main")
    return observations.covers(con, form, file_id)[1]


def _matched(con, form, given):
    headers = [name for name in con.table(given).columns if name != ROW]
    match = Match(form, ",", headers, [form.column(header) for header in headers], [], [])
    if not kept_fields(match):
        raise BadValue(f"The frame has no column of {form.name}; orderkit formats {form.name} lists them.")
    if match.twice:
        raise BadValue(f"The frame has the column {match.twice[0]!r} of {form.name} twice; which one counts cannot be told.")
    return match


def _observe(con, match, given, file_id):
    """Types the cells by the values code of a load and stores them as observations; raises BadValue at the first wrong column."""
    kinds = dict(zip(con.table(given).columns, map(str, con.table(given).types), strict=True))
    fields = [f"{_as_text(kinds[match.headers[at]], match.headers[at])} AS f{at}" for at, _ in kept_fields(match)]
    cells, _, _ = select(match, evidence.Style(native=True), None)
    texts = f"SELECT {ROW}, {', '.join(fields)} FROM {given}"
    con.execute(f"CREATE TEMP TABLE _cells AS SELECT {ROW}, {', '.join(cells)} FROM ({texts})")
    style = evidence.decide(con, match, "_cells", native=True)
    _, values, reasons = select(match, style, None)
    con.execute(f"CREATE TEMP TABLE _typed AS SELECT *, {', '.join(values)} FROM _cells")
    for at, reason in reasons:
        _refuse_wrong(con, match, match.headers[at], reason)
    con.execute(
        f"INSERT INTO {observations.table_of(match.format)} BY NAME"
        f" SELECT {', '.join(stored(match))}, {ROW}, $id::INTEGER AS _file FROM _typed",
        {"id": file_id},
    )
    con.execute("DROP TABLE _typed; DROP TABLE _cells")


def _refuse_wrong(con, match, header, reason):
    told = f"SELECT r, count(*) FROM (SELECT {reason} AS r FROM _typed) WHERE r IS NOT NULL GROUP BY r ORDER BY r"
    if wrong := con.sql(told).fetchall():
        said = ", ".join(f"{reason_words()[word]} ({rows:,} rows)" for word, rows in wrong)
        raise BadValue(
            f"Column {header!r} of the frame cannot be read as {match.format.name}: {said}. Mend it, or leave it out: it is then"
            " not known."
        )


def _as_text(kind, name):
    """SQL of a column's text as a Parquet file's is read: days and moments as ISO text, whole numbers without a point."""
    name = quoted(name.replace('"', '""'))
    if kind.startswith("TIMESTAMP"):
        moment = f"make_timestamp(epoch_us({name}))" if "ZONE" in kind else f"CAST({name} AS TIMESTAMP)"
        text = f"replace(CAST({moment} AS VARCHAR), ' ', 'T')"
        return f"{text} || 'Z'" if "ZONE" in kind else f"regexp_replace({text}, 'T00:00:00$', '')"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{name} = trunc({name}) AND abs({name}) < 1e15"
        plain = f"WHEN NOT isnan({name}) THEN CAST({name} AS VARCHAR)"
        return f"CASE WHEN {whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) {plain} END"
    return f"CAST({name} AS VARCHAR)"


def _canonical(form, table):
    """SQL of the canonical rows: one per observation, whatever other rows say of the same line."""
    recipe, emit = RECIPES[table], form.emits[table]
    emit = replace(emit, given={given.target: given for given in recipe["extra"](emit)} | emit.given)
    own = f"CAST(o.{ROW} AS VARCHAR)"
    order = {"order_id": f"coalesce({column(emit, 'order_id')}, 'row')"} if table == "order_lines" else {}
    text = rows_sql(Part(form, emit, {**order, KEYS[table]: own}), None, False, column_types(table))
    ranks = {given.target: {given.rank} for given in emit.given.values()}
    columns = best({target: set() for target in recipe["refers"]} | ranks, column_types(table))
    values = ", ".join(f"{value} AS {quoted(target)}" for target, value in columns.items())
    names = ", ".join(["account", *order, KEYS[table]])
    rows = f"SELECT {names}, {values}, _reconstructed AS reconstructed, _known_at AS known_at, 1 AS best_rank FROM ({text})"
    finished = f"SELECT *, 1 AS occurrence FROM ({rows})" if table == "order_lines" else rows
    return recipe["finish"].format(merged=finished)
