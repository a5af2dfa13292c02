"""The classification: answers to all questions of a pack about every order line, over facts that are there already.

Each contestant reads the facts from a file of its own kind and ends with one table of answers per question, in memory (or, beyond
the limit that all uses of the engine are given, in the engine's own temporary files). A job names the pack and the limit.
"""

from pathlib import Path

from benchmarks import spilled
from benchmarks.files import sampled
from benchmarks.words import COLUMNS, COMPARED, asked, dated, words

BY_HAND = Path(__file__).parent / "by_hand"
MEMORY_LIMIT = "700MB"  # as in orderkit's own loads; a process needs some more than the engine counts


def _digest(con, table):
    """[rows, a number that is the same for the same rows in any order] of the columns that all contestants must have alike."""
    days = ("deadline", "deadline_latest")  # frames hold them as moments
    cells = ", ".join(
        f"CAST({f'CAST({name} AS DATE)' if name in days else name} AS VARCHAR)"
        for name in ("account", "order_id", "line", *COMPARED)
    )
    rows = con.sql(f"SELECT count(*), CAST(sum(hash({cells})) AS VARCHAR) FROM {table}").fetchall()
    return list(rows[0])


class _Classified:
    whole = True  # whether all lines are answered, not the sample alone
    times = 1.0  # what the time of the sample is multiplied by

    def prepare(self, job):
        """What is there before the clock: the pack, read and checked, and what all are given of it."""
        self.pack, self.questions = asked(job["pack"])

    def found(self, job):
        """The digests of all rows, and of the rows of the sample, by question."""
        con = self.results(job)
        answers = {question.name: f"answers_{question.name}" for question in self.questions}
        tables = {name: _digest(con, table) for name, table in answers.items()}
        sample = {name: _digest(con, sampled(table)) for name, table in answers.items()}
        return {"sample": sample} | ({"tables": tables} if self.whole else {})


class _Engine(_Classified):
    """Whatever runs in the engine: from a database file, read-only, into TEMP tables."""

    def prepare(self, job):
        import duckdb

        super().prepare(job)
        config = {"memory_limit": job.get("memory_limit", MEMORY_LIMIT), "temp_directory": f"{job['out']}.spill"}
        self.con = duckdb.connect(job["file"], read_only=True, config=config)

    def results(self, job):
        return self.con

    def found(self, job):
        """And the sums of all columns: those that only the rivals in the engine make must be alike too."""
        texts = "sum(hash(CAST(COLUMNS(*) AS VARCHAR)))"
        rows = {question.name: self.con.sql(f"SELECT {texts} FROM answers_{question.name}") for question in self.questions}
        return super().found(job) | {"columns": {name: [str(cell) for cell in row.fetchall()[0]] for name, row in rows.items()}}


class Classify(_Engine):
    """orderkit: policy.apply."""

    def run(self, job):
        from orderkit.policy.apply import apply

        with spilled.watched(f"{job['out']}.spill") as spill:
            apply(self.con, self.pack, only=[question.name for question in self.questions])
        self.spill_mb = spill.most_mb


class ByHand(_Engine):
    """The statements of by_hand/, with the texts of the rules as enumerated words and the dated values in small tables."""

    def prepare(self, job):
        super().prepare(job)
        for question in self.questions:
            self._words(question)
            for name, rows in dated(self.pack, question).items():
                self._dated(name, rows)

    def run(self, job):
        text = (BY_HAND / f"{job['pack'].partition('-')[0]}.sql").read_text(encoding="utf-8")
        with spilled.watched(f"{job['out']}.spill") as spill:
            for statement in text.split("\n;\n"):
                self.con.execute(statement)
        self.spill_mb = spill.most_mb

    def _words(self, question):
        rows = words(self.pack, question)
        columns = ["ordinal SMALLINT"]
        for place, name in enumerate(COLUMNS, 1):
            listed = ", ".join("'" + word.replace("'", "''") + "'" for word in sorted({row[place] for row in rows} - {None}))
            columns.append(f"{name} ENUM ({listed})")
        self.con.execute(f"CREATE TEMP TABLE words_{question.name} ({', '.join(columns)})")
        self.con.executemany(f"INSERT INTO words_{question.name} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _dated(self, name, rows):
        columns = "key VARCHAR, valid_from DATE, valid_to DATE, value INTEGER, low INTEGER, high INTEGER, sure BOOLEAN"
        self.con.execute(f"CREATE TEMP TABLE dated_{name} ({columns})")
        self.con.executemany(f"INSERT INTO dated_{name} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


class _Article(_Classified):
    """A rival outside the engine, for the pack article-2021 alone: frames (or rows) per question."""

    def prepare(self, job):
        super().prepare(job)
        self.words = {question.name: words(self.pack, question) for question in self.questions}

    def results(self, job):
        import duckdb

        con = duckdb.connect()
        for name, answers in self.made.items():
            con.register(f"answers_{name}", answers)
        return con


class Polars(_Article):
    """polars, lazy, from Parquet, streaming; the answers are frames in memory."""

    def run(self, job):
        from benchmarks.by_hand import in_polars

        self.made = in_polars.answers(job["file"], self.words)

    def results(self, job):
        self.made = {name: frame.to_arrow() for name, frame in self.made.items()}
        return super().results(job)


class Pandas(_Article):
    """pandas with numpy.select over masks, from Parquet; the answers are frames in memory."""

    def run(self, job):
        from benchmarks.by_hand import in_pandas

        self.made = in_pandas.answers(job["file"], self.words)


class RuleEngine(_Article):
    """A library of rules, asked row by row; only the sample is answered, and its time is multiplied. Rows are dicts before."""

    whole = False

    def prepare(self, job):
        import duckdb

        super().prepare(job)
        with duckdb.connect() as con:
            parquet = sampled(f"read_parquet('{job['file']}')")
            self.rows = con.sql(f"FROM {parquet}").to_arrow_table().to_pylist()
        self.times = job["lines"] / len(self.rows)

    def run(self, job):
        from benchmarks.by_hand import in_rule_engine

        self.made = in_rule_engine.answers(self.rows, self.words)

    def results(self, job):
        import pyarrow as pa

        columns = ("account", "order_id", "line", *COMPARED)
        types = pa.schema([(name, pa.date32() if name.startswith("deadline") else pa.string()) for name in columns])
        self.made = {name: pa.Table.from_pylist(rows, types) for name, rows in self.made.items()}
        return super().results(job)


class Facts:
    """The facts themselves (dictionary.facts), from the canonical tables of a loaded database: no part of the classification."""

    def prepare(self, job):
        import duckdb

        config = {"memory_limit": MEMORY_LIMIT, "temp_directory": f"{job['out']}.spill"}
        self.con = duckdb.connect(job["out"], read_only=True, config=config)
        self.con.execute("SET TimeZone = 'UTC'")
        newest = self.con.sql("SELECT max(ordered_at) FROM order_lines").fetchall()[0][0]
        from orderkit.store import context

        context.set_context(self.con, newest)

    def run(self, job):
        from orderkit.policy.dictionary import facts

        facts(self.con)

    def found(self, job):
        return {"rows": self.con.sql("SELECT count(*) FROM line_facts").fetchall()[0][0]}
