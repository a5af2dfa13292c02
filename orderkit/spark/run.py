"""Runs our SQL in the caller's Spark session, over temp views named as the tables are."""

import re
from pathlib import Path

from orderkit import measures, policy
from orderkit.errors import BadValue, NothingToShow
from orderkit.spark.dialect import translated
from orderkit.store.export import read_manifest

TYPES = {"VARCHAR": "STRING", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "INTEGER": "INT"}  # others have the same name
SETTINGS = {
    "spark.sql.session.timeZone": ("UTC", "a day is the day of a marketplace, reckoned from UTC"),
    "spark.sql.ansi.enabled": ("true", "a sum that overflows must fail, not become unknown"),
    "spark.sql.timestampType": ("TIMESTAMP_LTZ", "a moment is an instant"),
}
FACTS = ("line_facts", "return_facts")


def read(session, folder):
    """Makes a temp view of every table in a folder that `orderkit export` wrote; gives its manifest.

    The folder is one that the workers can read, and that this program can too: on a cluster, mounted. Facts made before are
    forgotten. Raises BadValue for another folder, and for a session whose settings would give other numbers.
    """
    _must_fit(session)
    manifest = read_manifest(folder)
    for name in FACTS:
        if session.catalog.tableExists(name):
            session.table(name).unpersist()
            session.catalog.dropTempView(name)
    for table, told in manifest["tables"].items():
        schema = ", ".join(f"`{name}` {TYPES.get(kind, kind)}" for name, kind in told["columns"].items())
        if told["rows"]:  # columns come from the files: those in the names of folders would be guessed, 007 becoming 7
            files = session.read.schema(schema).option("recursiveFileLookup", "true")
            frame = files.parquet(str(Path(folder).absolute() / table))
        else:
            frame = session.createDataFrame([], schema)
        frame.createOrReplaceTempView(table)
    return manifest


def facts(session):
    """Makes the temp views line_facts and return_facts from the tables of `read`, kept by Spark; gives {name: DataFrame}."""
    made = {}
    for name, text in zip(FACTS, policy.facts_selects(), strict=True):
        made[name] = sql(session, text).persist()
        made[name].createOrReplaceTempView(name)
    return made


def answers(session, pack=policy.USUAL):
    """{question: DataFrame of its answers} by a pack's name or file, each also as temp view answers_QUESTION.

    One row per order line or return, with the columns of `policy.question_sql`. Makes the facts where they are not there.
    """
    pack = policy.load_pack(pack)
    _see_to_facts(session)
    made = {name: sql(session, policy.question_sql(pack, question)) for name, question in pack.questions.items()}
    for name, frame in made.items():
        frame.createOrReplaceTempView(f"answers_{name}")
    return made


def measure(session, name, *, by=None, since=None, until=None, marketplace=None, own=None):
    """A measure as a DataFrame, by name, as a .sql file or from the folder `own`; what may be asked for is told by Shop.measure.

    Makes the facts where they are not there. Raises BadValue for a measure of one's own that Spark would read otherwise.
    """
    _see_to_facts(session)
    asked = {"by": by, "since": since, "until": until, "marketplace": marketplace, "own": own}
    text, values = measures.asked(lambda query: _columns(session, query), name, **asked)
    return sql(session, text, **(values or {}))


def sql(session, text, **values):
    """The DataFrame of one SELECT, written for DuckDB; values go in as $name. Raises BadValue for what Spark reads otherwise."""
    _must_fit(session)
    _must_have_tables(session)
    return session.sql(translated(text), args=values or None)


def _columns(session, text):
    """(column, type as DuckDB calls it) of a SELECT."""
    names = {spark: ours for ours, spark in TYPES.items()}
    return [(name, names.get(kind.upper(), kind.upper())) for name, kind in sql(session, text).dtypes]


def _see_to_facts(session):
    if not all(session.catalog.tableExists(name) for name in FACTS):
        facts(session)


def _must_fit(session):
    if int(re.match(r"\d+", session.version)[0]) < 4:
        raise BadValue(f"This is Spark {session.version}. orderkit's SQL is tried on Spark 4.")
    for setting, (wanted, why) in SETTINGS.items():
        found = session.conf.get(setting)
        if found.upper() != wanted.upper():
            raise BadValue(
                f"{setting} is {found}, and must be {wanted}: {why}. Set it: session.conf.set({setting!r}, {wanted!r})"
            )


def _must_have_tables(session):
    if not session.catalog.tableExists("order_lines"):
        raise NothingToShow("This session has no tables of orderkit yet: spark.read(session, FOLDER) makes them.")
