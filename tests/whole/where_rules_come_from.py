"""Writes docs/where-rules-come-from.md from the packs, the sample shop and the list of researched facts.

`python tests/whole/where_rules_come_from.py` writes the page anew.
"""

import csv
import re
from pathlib import Path

from orderkit import policy, shop

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "where-rules-come-from.md"
ROWS = ROOT / "tests" / "policy" / "rows_of_facts.csv"
COMMAND = "python tests/whole/where_rules_come_from.py"
VAGUE = ("unknown", "no_rule_known", "nothing_to_do", "look_in_seller_central", "already_refunded")
REQUESTS = {"return_request": "return", "return_received": "return"}
INTRO = """# Where the rules come from

<!-- Made from the packs, the sample shop and tests/policy/rows_of_facts.csv by `{command}`.
Change these, not this page. -->

Every answer rests on a rule, and every rule on a source. This page goes the other way: from each source to what was made of it.
Rules: `{article}` reviewed {article_reviewed}, `{today}` reviewed {today_reviewed}; `orderkit policy show {today}` prints all
values.

## The fifteen statements of the article of 12 March 2021
What each became in the pack `{article}`, which rules of the pack `{today}` still rest on it, and what both answer for an order of
the sample shop (`orderkit ask ORDER --request ...`).

| statement | in short | rules of `{article}` | rules of `{today}` | sample order | the article answers | today's rules answer |
|---|---|---|---|---|---|---|
"""
FACTS = """
## The researched facts
Each row is one dated statement that was looked up, by its number and name: where it is encoded, or why not. The sources of a
value stand beside it in the pack. The last column names the questions whose conditions or deadlines read the value (decides), and
those whose answers show it (told with); limits of the account, and what no export tells enough of, are in the pack alone.

| row | fact | marketplace | where | what for |
|---|---|---|---|---|
"""


def page(sample):
    """The text of the page; `sample`: the sample shop."""
    article, today = policy.load_pack("article-2021"), policy.load_pack("amazon")
    days = {"article_reviewed": article.reviewed, "today_reviewed": today.reviewed}
    head = INTRO.format(command=COMMAND, article=article.name, today=today.name, **days)
    answered = _answered(sample, article, today)
    statements = [_statement(sample, article, today, answered, name) for name in article.statements]
    return head + "".join(statements) + FACTS + "".join(_facts(today))


def _answered(sample, pack, today):
    """{(question, rule): an order of the sample that the rule answers}: best one for which today's rules know an answer too."""
    found = {}
    for question in pack.questions.values():
        asked = {"return_request": "NOT f.received", "return_received": "f.received"}.get(question.name, "true")
        joins = [
            f"JOIN ({policy.question_sql(each, each.questions[question.name])}) {name}"
            f" ON {' AND '.join(f'{name}.{key} IS NOT DISTINCT FROM f.{key}' for key in question.keys)}"
            for name, each in (("a", pack), ("t", today))
        ]
        vague = ", ".join(f"'{answer}'" for answer in VAGUE)
        rows = sample._facts.sql(
            f"SELECT a.rule, arg_min(f.order_id, (t.answer IN ({vague}), f.order_id)) FROM {question.table} f {' '.join(joins)}"
            f" WHERE a.answer NOT IN ('unknown', 'no_rule_known') AND {asked} GROUP BY a.rule"
        ).fetchall()
        found |= {(question.name, rule): order for rule, order in rows}
    return found


def _statement(sample, article, today, answered, name):
    found = [(q.name, rule) for q in article.questions.values() for rule in q.rules if name in rule.statements]
    rules = [(question, rule.name) for question, rule in found]
    nearest = [(q, rule.name) for q, rule in sorted(found, key=lambda pair: len(pair[1].statements))]  # it alone before several
    order = next(((*rule, answered[rule]) for rule in nearest if rule in answered), None)
    cells = [name, article.statements[name], _named(rules), _named(_resting(today, name))]
    cells += _example(sample, article, today, *order) if order else ["none", "", ""]
    return f"| {' | '.join(cells)} |\n"


def _named(rules):
    return ", ".join(f"`{question}.{rule}`" for question, rule in rules) or "none"


def _resting(today, statement):
    """The rules whose source names the statement of the article."""
    found = []
    for question in today.questions.values():
        for rule in question.rules:
            named = re.findall(r"article ((?:\d (?:[a-z]+ )?\(\d\)(?:, )?)+)", rule.source)
            if statement in re.findall(r"\d (?:[a-z]+ )?\(\d\)", " ".join(named)):
                found.append((question.name, rule.name))
    return found


def _example(sample, article, today, question, rule, order):
    request = REQUESTS.get(question, question)
    told = [policy.ask(sample._facts, pack, order, request=request) for pack in (article, today)]
    line = next(n for n, case in enumerate(told[0].cases) if case.rule == rule)
    return [f"{order}, {request}", *(f"`{each.cases[line].answer}` (rule {each.cases[line].rule})" for each in told)]


def _facts(today):
    with ROWS.open(encoding="utf-8", newline="") as table:
        for number, row in enumerate(csv.DictReader(table), 1):
            where = re.sub(r"\b[a-z]+(?:[_.][a-z]+)+\b", r"`\g<0>`", row["where"]).replace("|", "\\|")
            yield f"| {number} | `{row['fact_id']}` | {row['marketplace']} | {where} | {_use(today, row['where'])} |\n"


def _use(today, where):
    """Which questions have the rules, and read or tell the parameters, that a cell names."""
    named = [name for name in re.findall(r"[a-z_]+", where) if name in today.parameters]
    questions = {name: question.rules for name, question in today.questions.items()}
    ruled = re.findall(r"\b([a-z_]+)\.[a-z_]+\b", where) if "rule " in where else []
    reading = [name for name, rules in questions.items() if any(p in rule.parameters for rule in rules for p in named)]
    reading = [name for name in questions if name in (*reading, *ruled)]
    telling = [name for name, rules in questions.items() if any(p in rule.tells for rule in rules for p in named)]
    parts = {"decides": reading, "told with": [name for name in telling if name not in reading]}
    said = "; ".join(f"{verb} {', '.join(f'`{name}`' for name in names)}" for verb, names in parts.items() if names)
    return said or ("in the pack alone" if named else "")


if __name__ == "__main__":
    opened = shop.sample()
    PAGE.write_text(page(opened), encoding="utf-8")
    opened.close()
