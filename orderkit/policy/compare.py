"""compare: which orders two packs of rules answer differently, and how much money stands behind them."""

from decimal import Decimal

from orderkit.policy import pages
from orderkit.policy.apply import have_facts
from orderkit.policy.compile import question_sql
from orderkit.policy.dictionary import facts
from orderkit.policy.drafts import plain
from orderkit.policy.packs import load_pack
from orderkit.printable import for_terminals

APPLIES = {"return_request": "NOT coalesce(f.received, false)", "return_received": "f.received"}  # others always may come up
WORDS = ("answer", "rule", "who_pays", "deadline")
COLUMNS = (
    "question", "account", "order_id", "line", "return_id", *WORDS, *(f"other_{word}" for word in WORDS), "value", "currency",
)  # fmt: skip
PAIR = ("question", "answer", "rule", "other_answer", "other_rule")


class Comparison:
    """What changes between two packs: reads as text, shows as HTML.

    `.frame` has one row per changed line or return and question, `.changes` one per question and pair of rules: with the
    number of lines and orders, the money by currency, and the lines whose money is not known.
    """

    def __init__(self, left, right, compared, rows, names=None):
        self.left, self.right, self.compared, self._rows = left, right, compared, rows
        self.names = names or (left.name, right.name)
        self.changes = _added_up(rows)

    @property
    def frame(self):
        """Every line or return whose answer, payer or deadline differs, with both answers; `other_` is the right pack's."""
        import pandas as pd  # slow to import, and most callers only read the text

        return pd.DataFrame([[row[name] for name in COLUMNS] for row in self._rows], columns=COLUMNS).astype({"value": float})

    @property
    def rows(self):
        """The rows of the frame as plain mappings, with exact money."""
        return [{name: row[name] for name in COLUMNS} for row in self._rows]

    @property
    def pairs(self):
        """The pairs of rules whose answers differ, in plain words, with orders and money: `.changes` as a frame for pages."""
        import pandas as pd

        rows = [
            {
                "question": plain(change["question"]), "before": plain(change["answer"]), "after": plain(change["other_answer"]),
                "rule": change["rule"], "other_rule": change["other_rule"], "orders": change["orders"],
                "money": " and ".join(f"{currency} {Decimal(total):,.2f}" for currency, total in change["money"].items()),
            }
            for change in self.changes
            if change["answer"] != change["other_answer"]
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["question", "before", "after", "rule", "other_rule", "orders", "money"])

    @property
    def headline(self):
        """One sentence: how many orders, of how many, for how much."""
        orders = {(row["account"], row["order_id"]) for row in self._rows}
        where = f"between {self.names[0]} and {self.names[1]}"
        if not orders:
            return f"Nothing differs {where}."
        return f"{len(orders):,} of {self.compared:,} orders differ in at least one question {where}."

    def only(self):
        """The questions that one pack alone has: (of the left, of the right)."""
        left, right = self.left.questions, self.right.questions
        return [name for name in left if name not in right], [name for name in right if name not in left]

    def sections(self):
        """(title, lines): the headline, then each question with its pairs of rules, the largest first."""
        made = [(self.headline, [])]
        for question in dict.fromkeys(change["question"] for change in self.changes):
            pairs = [change for change in self.changes if change["question"] == question]
            made.append((question, [_pair(change) for change in pairs]))
        alone = [
            f"only in {pack.name}: {', '.join(names)}"
            for pack, names in zip((self.left, self.right), self.only(), strict=True)
            if names
        ]
        rules = [f"{pack.name}: {pack.title}, reviewed {pages.plain(pack.reviewed)}" for pack in (self.left, self.right)]
        how = ["what would be answered if the buyer of each order wrote now; money is the value of the lines concerned"]
        return [*made, ("How", [*how, *alone, *rules])]

    def to_json(self):
        """The packs, the questions that one of them lacks, the changes, and every line concerned; money as exact text."""
        left, right = self.only()
        names = {"left": self.names[0], "right": self.names[1], "only_left": left, "only_right": right}
        return {**names, "headline": self.headline, "changes": self.changes, "rows": self._rows}

    @for_terminals
    def __repr__(self):
        return pages.as_text(self.sections())

    def _repr_html_(self):
        return pages.as_html(self.sections())


def compare(con, left, right, *, other=None, only=None):
    """Which lines and returns the packs `left` and `right` answer differently, for the questions that both have.

    `only`: the questions to compare, by name; by default all.

    `other`: a connection whose facts are of another as-of; the right pack then answers there. Lines and returns that only one
    of the two as-ofs knows are left out.

    Makes the facts first where they are not there yet. Raises UnknownName for a name that is no pack, PackError for a pack
    that is refused.
    """
    left, right = load_pack(left), load_pack(right)
    for each in (con, other):
        if each is not None and not have_facts(each):
            facts(each)
    rows = []
    for name in left.questions if only is None else only:
        if name in right.questions and left.questions[name].of == right.questions[name].of:
            rows += _differences(con, left, right, name) if other is None else _between(con, other, left, right, name)
    orders = "SELECT account, order_id FROM line_facts UNION SELECT account, order_id FROM return_facts"
    compared = con.sql(f"SELECT count(*) FROM ({orders})").fetchall()[0][0]
    names = None if other is None else [f"{pack.name} {_as_of(each)}" for pack, each in ((left, con), (right, other))]
    return Comparison(left, right, compared, rows, names)


def _as_of(con):
    return f"as of {pages.plain(con.sql('SELECT as_of_day FROM context').fetchall()[0][0])}"


def _between(con, other, left, right, name):
    """The differences of two as-ofs, with the money of the later look."""
    before, after = _answers(con, left, name), _answers(other, right, name)
    width, rule = len(WORDS), WORDS.index("rule")
    return [
        dict(zip(COLUMNS, (name, *key, *was[:width], *after[key]), strict=True))
        for key, was in before.items()
        if key in after and any(was[n] != after[key][n] for n in range(width) if n != rule)
    ]


def _answers(con, pack, name):
    """The answer to one question by key of the row, then value and currency."""
    question = pack.questions[name]
    same = " AND ".join(f"l.{key} IS NOT DISTINCT FROM f.{key}" for key in question.keys)
    columns = [*_keys(question), *(f"l.{word}" for word in WORDS), "f.value", "f.currency"]
    found = con.sql(
        f"SELECT {', '.join(columns)} FROM {question.table} AS f JOIN ({question_sql(pack, question)}) AS l ON {same}"
        f" WHERE {APPLIES.get(name, 'true')} ORDER BY {', '.join(f'f.{key}' for key in question.keys)}"
    ).fetchall()
    return {row[:4]: row[4:] for row in found}


def _keys(question):
    return [f"f.{key}" if key in question.keys else f"NULL AS {key}" for key in ("account", "order_id", "line", "return_id")]


def _differences(con, left, right, name):
    question = left.questions[name]
    columns = [
        *_keys(question),
        *(f"l.{word}" for word in WORDS),
        *(f"r.{word} AS other_{word}" for word in WORDS),
        "f.value",
        "f.currency",
    ]
    same = {side: " AND ".join(f"{side}.{key} IS NOT DISTINCT FROM f.{key}" for key in question.keys) for side in "lr"}
    differ = " OR ".join(f"l.{word} IS DISTINCT FROM r.{word}" for word in WORDS if word != "rule")
    found = con.sql(
        f"SELECT {', '.join(columns)} FROM {question.table} AS f"
        f" JOIN ({question_sql(left, question)}) AS l ON {same['l']}"
        f" JOIN ({question_sql(right, right.questions[name])}) AS r ON {same['r']}"
        f" WHERE ({differ}) AND {APPLIES.get(name, 'true')}"
        f" ORDER BY {', '.join(f'f.{key}' for key in question.keys)}"
    ).fetchall()
    return [dict(zip(COLUMNS, (name, *row), strict=True)) for row in found]


def _added_up(rows):
    """One entry per question and pair of answers and rules, in the order of questions, the most lines first."""
    pairs = {}
    for row in rows:
        pairs.setdefault(tuple(row[name] for name in PAIR), []).append(row)
    made = []
    for pair, members in pairs.items():
        money = {}
        for row in members:
            if row["value"] is not None:
                money[row["currency"]] = money.get(row["currency"], Decimal(0)) + row["value"]
        counts = {
            "lines": len(members),
            "orders": len({(row["account"], row["order_id"]) for row in members}),
            "money": {str(currency or "currency not known"): str(total) for currency, total in sorted(money.items(), key=str)},
            "without_value": sum(row["value"] is None for row in members),
        }
        made.append({**dict(zip(PAIR, pair, strict=True)), **counts})
    place = {name: n for n, name in enumerate(dict.fromkeys(row["question"] for row in rows))}
    return sorted(made, key=lambda change: (place[change["question"]], -change["lines"], str(change)))


def _pair(change):
    """A sentence about one pair of rules."""
    lines, orders = (f"{change[name]:,} {name if change[name] != 1 else name[:-1]}" for name in ("lines", "orders"))
    money = [f"{currency} {Decimal(total):,.2f}" for currency, total in change["money"].items()]
    unknown = [f"{change['without_value']:,} without a known value"] if change["without_value"] else []
    answer, other = (f"{change[f'{side}answer']} (rule {change[f'{side}rule']})" for side in ("", "other_"))
    what = f"{answer} becomes {other}"
    if change["answer"] == change["other_answer"]:
        what = f"{answer} stays, but who pays or the deadline is another by rule {change['other_rule']}"
    return f"{lines} of {orders}, {' and '.join([*money, *unknown])}: {what}"
