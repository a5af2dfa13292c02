"""Applies a pack: one TEMP table of answers per question."""

from orderkit.errors import UnknownName
from orderkit.policy.compile import question_sql
from orderkit.policy.dictionary import facts
from orderkit.policy.packs import load_pack


def apply(con, pack, *, only=None):
    """Makes TEMP table answers_<question> for every question of the pack, or for the names in `only`; returns their names.

    One row per order line or return, with the columns of question_sql; the words of the rules are ENUMs, which sort and
    compare as their texts do. Makes the facts first where they are not there yet; after another as-of or load, call
    `facts(con)` again. Raises UnknownName for a question that the pack does not have.
    """
    pack = load_pack(pack)
    names = list(pack.questions) if only is None else list(only)
    for name in names:
        if name not in pack.questions:
            raise UnknownName("question", name, pack.questions, f" in pack {pack.name}")
    if not have_facts(con):
        facts(con)
    for name in names:
        answers = question_sql(pack, pack.questions[name], enumerated=True)
        con.execute(f"CREATE OR REPLACE TEMP TABLE answers_{name} AS {answers}")
    return [f"answers_{name}" for name in names]


def have_facts(con):
    """Whether both tables of facts are there."""
    found = con.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('line_facts', 'return_facts')").fetchall()
    return found[0][0] == 2
