"""Two packs side by side on the same cases: what each answers, by which rule and source, and since when its values hold."""

import functools
from importlib import resources

import duckdb
import yaml

from orderkit.errors import BadValue
from orderkit.policy import pages
from orderkit.policy.cases import answer, given_row
from orderkit.policy.dictionary import dictionary, fact_value
from orderkit.policy.drafts import plain
from orderkit.policy.packs import load_pack
from orderkit.store import schema

SIDES = ("left", "right")
WORDS = ("answer", "says", "rule", "who_pays", "deadline", "source", "why")
COLUMNS = ("question", "case", "part", *(f"{side}_{word}" for side in SIDES for word in WORDS))


def side_by_side(left="article-2021", right="amazon", *, question=None):
    """What two packs answer to the same made-up cases, as a frame with one row per case (side_by_side.yaml).

    `part`: whether the answer differs, or who pays. Per side: the answer, what it says in words, rule, who pays, deadline,
    source, and why: the source with the dated values that the rule read. `question`: that one alone, by default all that both
    packs have.

    Raises UnknownName for a name that is no pack, BadValue for a question that has no cases.
    """
    import pandas as pd  # slow to import, and most callers only read the text

    packs = [load_pack(left), load_pack(right)]
    cases = _file()["cases"]
    if question is not None and question not in cases:
        raise BadValue(f"There are no cases for the question {question!r}; there are for: {', '.join(cases)}.")
    both = [name for name in cases if all(name in pack.questions for pack in packs) and question in (None, name)]
    with duckdb.connect() as con:
        schema.create(con)
        rows = [_row(con, packs, name, **entry) for name in both for entry in cases[name]]
    return pd.DataFrame(rows, columns=COLUMNS)


@functools.cache
def _file():
    """The cases by question, each with its words and the facts given over the plain case; the plain case of each table."""
    return yaml.safe_load(resources.files(__package__).joinpath("side_by_side.yaml").read_text(encoding="utf-8"))


def _row(con, packs, name, *, case, given):
    told = [_answered(con, pack, pack.questions[name], given) for pack in packs]
    part = any(told[0][word] != told[1][word] for word in ("answer", "who_pays"))
    sides = {f"{side}_{word}": each[word] for side, each in zip(SIDES, told, strict=True) for word in WORDS}
    return {"question": name, "case": case, "part": part, **sides}


def _answered(con, pack, question, given):
    known = dictionary(question.table)
    row = dict.fromkeys(known) | {"account": "main", "order_id": "case", "line": "1"}
    row |= {name: fact_value(known[name], value) for name, value in {**_file()["plain"][question.table], **given}.items()}
    if "return_id" in known:
        row["return_id"] = "case"
    case = answer(con, pack, question, table=given_row(question.table), params=row)[0]
    return {
        "answer": case.answer,
        "says": _sentence(case),
        "rule": case.rule,
        "who_pays": case.who_pays,
        "deadline": case.deadline,
        "source": case.source,
        "why": "; ".join([case.source, *(pages.in_force(entry) for entry in case.in_force)]),
    }


def _sentence(case):
    """The answer in words, and who pays."""
    said = case.meaning[:1].upper() + case.meaning[1:] + "."
    said += f" Who pays: {plain(case.who_pays)}." if case.who_pays != "nobody" else ""
    return said + (f" Not known: {', '.join(map(plain, case.missing))}." if case.missing else "")
