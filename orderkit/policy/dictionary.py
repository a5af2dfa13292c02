"""The dictionary of facts (facts.yaml) and the tables that hold them (facts.sql)."""

import datetime as dt
import functools
import re
from dataclasses import dataclass
from importlib import resources

import yaml

TABLES = ("line_facts", "return_facts")
SQL_TYPES = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "money": "DECIMAL(18,2)",
    "day": "DATE",
    "moment": "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class Fact:
    """One published fact: where it stands, what it means, which export tells it."""

    name: str
    tables: tuple
    type: str
    meaning: str
    source: str
    ask_for: str
    ask_for_words: str
    values: tuple = ()

    @property
    def sql_type(self):
        """The type of its column."""
        return SQL_TYPES[self.type]

    @property
    def asks(self):
        """The export that tells it, by format name and in words."""
        return f"{self.ask_for} ({self.ask_for_words})"


@functools.cache
def dictionary(table):
    """All facts of `table` (line_facts or return_facts) by name, in the order of facts.yaml."""
    read = yaml.safe_load(resources.files(__package__).joinpath("facts.yaml").read_text(encoding="utf-8"))
    facts = {}
    for name, entry in read["facts"].items():
        if table in entry["tables"]:
            words = read["exports"][entry["ask_for"]]
            entry = {**entry, "tables": tuple(entry["tables"]), "values": tuple(entry.get("values", ()))}
            facts[name] = Fact(name=name, ask_for_words=words, **entry)
    return facts


@functools.cache
def facts_sql():
    """The statements of facts.sql, in order."""
    text = resources.files(__package__).joinpath("facts.sql").read_text(encoding="utf-8")
    return tuple(re.split(r"^;\s*$", text, flags=re.MULTILINE))


def facts_selects():
    """The SELECTs of the tables in TABLES, in their order, as facts.sql states them; they call its macro local_day."""
    return tuple(re.sub(r"^.*?^CREATE [^\n]*\n", "", made, flags=re.DOTALL | re.MULTILINE) for made in facts_sql()[1:])


def facts(con):
    """Makes the TEMP tables line_facts and return_facts from the canonical tables and the one-row table `context`."""
    for statement in facts_sql():
        con.execute(statement)


def fact_value(fact, given):
    """`given` (text or a Python value) as a value of the fact; "unknown" and None are None. Raises ValueError."""
    text = str(given).strip()
    if given is None or text == "unknown":
        return None
    if fact.type == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{fact.name} is true or false, not {text!r}")
        return text.lower() == "true"
    if fact.type == "integer":
        if not re.fullmatch(r"-?\d+", text):
            raise ValueError(f"{fact.name} is a whole number, not {text!r}")
        return int(text)
    if fact.type == "day":
        return dt.date.fromisoformat(text[:10])
    if fact.values and text not in map(str, fact.values):
        raise ValueError(f"{fact.name} is never {text!r}; its values: {', '.join(map(str, fact.values))}")
    return text
