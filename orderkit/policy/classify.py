"""classify: a bare frame in, the same rows in the same order out, with the answers to all questions of that grain beside them."""

import tempfile
from pathlib import Path

import duckdb

from orderkit.errors import BadValue, UnknownName
from orderkit.formats import formats
from orderkit.policy.apply import apply
from orderkit.policy.dictionary import dictionary, facts
from orderkit.policy.packs import load_pack
from orderkit.store import context, framed, schema

GRAINS = {"order_lines": ("line_facts", "line"), "returns": ("return_facts", "return_id")}
PARTS = ("rule", "who_pays", "deadline", "deadline_at", "missing")


def classify(frame, *, of="order_lines", pack="amazon", as_of=None, marketplace=None):
    """The frame with, per question of its grain, the answer, rule, who pays, deadline and missing facts, as a pandas frame.

    `QUESTION_deadline` is a day of the marketplace; `QUESTION_deadline_at` the moment, in UTC, where hours are counted.

    `frame`: pandas, polars, Arrow or a DuckDB relation, one row per order line (`of="order_lines"`) or return (`of="returns"`),
    with columns named as in the canonical tables, all optional; or with the headers of an export, as text or typed, where `of` is
    the name of its format (`of="amazon_all_orders"`): they are read as a load reads them. Columns named as facts (facts.yaml:
    handed_over, tracking ...) win over what follows from the others; any other column comes back untouched. What is not given is
    unknown, and an answer that would need it says so. `as_of`: the moment up to which the frame tells, by default the newest
    ordered_at or requested_at in it, of an export the newest date that says when it was made. `marketplace` fills that column
    where the frame has none.

    Raises UnknownName for a grain, format or pack, BadValue for a column that cannot be read as its type.
    """
    if of not in GRAINS and of not in formats():
        raise UnknownName("grain or format", of, [*GRAINS, *formats()])
    pack = load_pack(pack)
    with duckdb.connect(config={"python_enable_replacements": "false"}) as con:
        return _classified(con, frame, of, pack, as_of, marketplace)


def _classified(con, frame, of, pack, as_of, marketplace):
    form = formats().get(of) if of not in GRAINS else None
    grain = framed.table_told(form) if form else of
    facts_table, key = GRAINS[grain]
    schema.create(con)
    _take(con, frame)
    if form:
        newest = framed.rows_of_frame(con, form, "given")
        if marketplace is not None and "marketplace" in con.table(grain).columns:
            con.execute(f"UPDATE {grain} SET marketplace = $site WHERE marketplace IS NULL", {"site": marketplace})
    else:
        _bring_in(con, of, key, marketplace)
        newest = con.sql(f"SELECT max({'ordered_at' if of == 'order_lines' else 'requested_at'}) FROM {of}").fetchall()[0][0]
    context.set_context(con, as_of or newest)
    facts(con)
    _lay_over(con, facts_table, key, form)
    questions = [name for name, question in pack.questions.items() if question.table == facts_table]
    apply(con, pack, only=questions)
    return _with_answers(con, questions, key)


def _take(con, frame):
    """TEMP table `given`: the frame with its row number."""
    try:
        with tempfile.TemporaryDirectory(prefix="orderkit-") as folder:
            source = "_frame"
            if isinstance(frame, duckdb.DuckDBPyRelation):  # of a connection of its own, so it comes by way of a file
                source = f"'{Path(folder) / 'frame.parquet'}'"
                frame.write_parquet(source.strip("'"))
            else:
                con.register("_frame", frame)
            con.execute(f"CREATE TEMP TABLE given AS SELECT row_number() OVER () AS _orderkit_row, * FROM {source}")
    except Exception:  # whatever it is, the engine knows no way to read it
        wanted = "give pandas, polars, Arrow or a DuckDB relation with columns"
        raise BadValue(f"A {type(frame).__name__} is no frame that can be classified: {wanted}.") from None


def _bring_in(con, of, key, marketplace):
    """The canonical rows made of `given`, keyed by its row number."""
    types = dict(zip(con.table(of).columns, map(str, con.table(of).types), strict=True))
    keys = {"account": "'main'", "order_id": "'row'", key: "CAST(_orderkit_row AS VARCHAR)"}
    if "order_id" in con.table("given").columns:
        keys["order_id"] = "coalesce(CAST(order_id AS VARCHAR), 'row')"
    columns = {
        name: f'CAST("{name}" AS {types[name]})' for name in con.table("given").columns if name in types and name not in keys
    }
    if marketplace is not None:
        columns["marketplace"] = f"coalesce({columns.get('marketplace', 'NULL')}, $marketplace)"
    if of == "order_lines" and "ordered_at" in columns and "ordered_at_grain" not in columns:
        columns["ordered_at_grain"] = "'moment'"
    chosen = ", ".join(f'{sql} AS "{name}"' for name, sql in {**keys, **columns}.items())
    try:
        con.execute(
            f"INSERT INTO {of} BY NAME SELECT {chosen} FROM given",
            {"marketplace": marketplace} if marketplace is not None else {},
        )
    except duckdb.Error:
        raise BadValue(_culprit(con, columns, types)) from None  # the engine's own words would show a value


def _culprit(con, columns, types):
    for name in columns:
        if name in types and name in con.table("given").columns:
            try:
                con.sql(f'SELECT count(CAST("{name}" AS {types[name]})) FROM given').fetchall()
            except duckdb.Error:
                wrong = f"Column {name!r} of the frame cannot be read as {types[name]}."
                return f"{wrong} Convert it first, or leave it out: it is then not known."
    return "The frame cannot be read as canonical rows."


def _lay_over(con, facts_table, key, form=None):
    """Facts that the frame gives by name win over those that follow from its other columns; a header of the export is none."""
    read = set(con.table("order_lines").columns) | set(con.table("returns").columns)
    given = [name for name in con.table("given").columns if form is None or form.column(name) is None]
    own = set(given) - read
    over = [fact for name, fact in dictionary(facts_table).items() if name in own]
    for fact in dictionary(facts_table).values():
        if fact.name in given and (fact in over or fact.values):
            _check_values(con, fact)
    if over:
        changes = ", ".join(f'{fact.name} = CAST(given."{fact.name}" AS {fact.sql_type})' for fact in over)
        con.execute(
            f"UPDATE {facts_table} SET {changes} FROM given WHERE {facts_table}.{key} = CAST(given._orderkit_row AS VARCHAR)"
        )


def _check_values(con, fact):
    """Raises BadValue where a column of facts holds what the fact can never be."""
    try:
        values = con.sql(
            f'SELECT DISTINCT CAST("{fact.name}" AS {fact.sql_type}) AS v FROM given WHERE "{fact.name}" IS NOT NULL'
        )
        found = [row[0] for row in values.fetchall()]
    except duckdb.Error:
        raise BadValue(f"Column {fact.name!r} of the frame cannot be read as {fact.type}.") from None
    if fact.type == "text" and fact.values and set(found) - set(fact.values):
        raise BadValue(
            f"Column {fact.name!r} of the frame holds values that this fact never has; known: {', '.join(fact.values)}."
        )


def _with_answers(con, questions, key):
    columns, joins = ["given.* EXCLUDE (_orderkit_row)"], ""
    for name in questions:
        columns += [f"CAST({name}.answer AS VARCHAR) AS {name}"]  # as text: what the frame goes into may know no categories
        columns += [f"{_plain(name, part)} AS {name}_{part}" for part in PARTS]
        joins += f" LEFT JOIN answers_{name} {name} ON {name}.{key} = CAST(given._orderkit_row AS VARCHAR)"
    return con.sql(f"SELECT {', '.join(columns)} FROM given{joins} ORDER BY given._orderkit_row").df()


def _plain(name, part):
    return f"{name}.{part}" if part.startswith("deadline") else f"CAST({name}.{part} AS VARCHAR)"
