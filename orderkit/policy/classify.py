"""classify: a bare frame in, the same rows in the same order out, with the answers to all questions of that grain beside them."""

import duckdb

from orderkit.errors import BadValue, UnknownName
from orderkit.policy.apply import apply
from orderkit.policy.dictionary import dictionary, facts
from orderkit.policy.packs import load_pack
from orderkit.store import context, schema

GRAINS = {"order_lines": ("line_facts", "line"), "returns": ("return_facts", "return_id")}
PARTS = ("rule", "who_pays", "deadline", "missing")


def classify(frame, *, of="order_lines", pack="amazon", as_of=None, marketplace=None):
    """The frame with, per question of its grain, the answer, rule, who pays, deadline and missing facts, as a pandas frame.

    `frame`: pandas, polars or Arrow, one row per order line (`of="order_lines"`) or return (`of="returns"`), with columns named
    as in the canonical tables, all optional; columns named as facts (facts.yaml: handed_over, tracking ...) win over what follows
    from the others; any other column comes back untouched. What is not given is unknown, and an answer that would need it says
    so. `as_of`: the moment up to which the frame tells, by default the newest ordered_at or requested_at in it. `marketplace`
    fills that column where the frame has none.

    Raises UnknownName for a grain or pack, BadValue for a column that cannot be read as its type.
    """
    if of not in GRAINS:
        raise UnknownName("grain", of, GRAINS)
    pack = load_pack(pack)
    with duckdb.connect(config={"python_enable_replacements": "false"}) as con:
        return _classified(con, frame, of, pack, as_of, marketplace)


def _classified(con, frame, of, pack, as_of, marketplace):
    facts_table, key = GRAINS[of]
    schema.create(con)
    _bring_in(con, frame, of, key, marketplace)
    newest = con.sql(f"SELECT max({'ordered_at' if of == 'order_lines' else 'requested_at'}) FROM {of}").fetchall()[0][0]
    context.set_context(con, as_of or newest)
    facts(con)
    _lay_over(con, facts_table, key)
    questions = [name for name, question in pack.questions.items() if question.table == facts_table]
    apply(con, pack, only=questions)
    return _with_answers(con, questions, key)


def _bring_in(con, frame, of, key, marketplace):
    """TEMP table `given` (the frame, with its row number) and the canonical rows made of it, keyed by that number."""
    try:
        con.register("_frame", frame)
    except Exception:  # whatever it is, the engine knows no way to read it
        raise BadValue(
            f"A {type(frame).__name__} is no frame that can be classified: give pandas, polars or Arrow with columns."
        ) from None
    con.execute("CREATE TEMP TABLE given AS SELECT row_number() OVER () AS _orderkit_row, * FROM _frame")
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


def _lay_over(con, facts_table, key):
    """Facts that the frame gives by name win over those that follow from its other columns."""
    canonical = set(con.table("order_lines").columns) | set(con.table("returns").columns)
    own = set(con.table("given").columns) - canonical
    over = [fact for name, fact in dictionary(facts_table).items() if name in own]
    for fact in dictionary(facts_table).values():
        if fact.name in con.table("given").columns and (fact in over or fact.values):
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
        columns += [f"{name}.answer AS {name}"] + [f"{name}.{part} AS {name}_{part}" for part in PARTS]
        joins += f" LEFT JOIN answers_{name} {name} ON {name}.{key} = CAST(given._orderkit_row AS VARCHAR)"
    return con.sql(f"SELECT {', '.join(columns)} FROM given{joins} ORDER BY given._orderkit_row").df()
