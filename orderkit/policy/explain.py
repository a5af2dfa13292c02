"""explain: what the rules say about each line and return of one order, and why."""

from dataclasses import replace

from orderkit.policy import pages
from orderkit.policy.cases import answer, order_rows, order_table, unknown_order
from orderkit.policy.otherwise import otherwise
from orderkit.policy.packs import load_pack

LINE_FACTS = (
    "status", "channel", "marketplace", "value", "currency", "ordered_day", "ship_by_day", "deliver_by_day", "handed_over",
    "tracking", "delivery", "carrier", "tracking_number", "shipped_day", "delivered_day", "days_without_scan", "insured",
    "days_past_deliver_by",
)  # fmt: skip
RETURN_FACTS = ("reason", "in_policy", "fault", "requested_at", "received_at", "state", "value", "currency", "refunded_amount")


class Explanation:
    """The answers about one order: reads as text, shows as HTML, `.frame` as a table, `.cases` as objects."""

    def __init__(self, order_id, pack, cases, rows):
        self.order_id, self.pack, self.cases, self._rows = order_id, pack, cases, rows

    @property
    def frame(self):
        """One row per line or return and question; `asked` is true where the buyer really asked and has no answer yet."""
        return pages.frame(self.cases)

    def sections(self):
        """(title, lines) per line and return, then what the rules are and when they were reviewed."""
        made = []
        for title, facts, cases in self._rows:
            lines = list(facts)
            for case in (case for case in cases if case.asked):
                lines += [f"{case.question}, asked", *(f"  {line}" for line in pages.case_lines(case))]
            rest = [case for case in cases if not case.asked]
            if rest:
                lines.append("if the buyer writes now")
            for case in rest:
                first, *others = pages.case_lines(case)
                lines += [f"  {case.question}: {first}", *(f"    {line}" for line in others)]
            made.append((title, lines))
        reviewed = pages.plain(self.pack.reviewed)
        return [*made, ("Rules", [f"{self.pack.title}, pack {self.pack.name}, reviewed {reviewed}; not legal advice"])]

    def __repr__(self):
        return pages.as_text([(f"Order {self.order_id}", []), *self.sections()])

    def _repr_html_(self):
        return pages.as_html([(f"Order {self.order_id}", []), *self.sections()])


def explain(con, pack, order_id):
    """What the rules of `pack` say about every line and return of an order: answer, rule, statement, who pays, deadline.

    Requests that the buyer really made come first, then what would hold if the buyer wrote now. Where an answer is unknown
    it names the missing fact and the export that tells it. Below each answer stands what else would be answered if one fact
    were another: by the nearest rule above and the nearest below that such a fact leads to.

    Raises UnknownName for an order that is not in the shop.
    """
    pack, order_id = load_pack(pack), str(order_id)
    tables = {name: order_rows(con, name, order_id) for name in ("line_facts", "return_facts")}
    if not any(tables.values()):
        raise unknown_order(con, order_id)
    cases, rows = [], []
    for table, found in tables.items():
        questions = [question for question in pack.questions.values() if question.table == table]
        params, select = {"order_id": order_id}, order_table(table)
        answered = [case for question in questions for case in answer(con, pack, question, table=select, params=params)]
        for row in sorted(found, key=lambda row: (row["account"], row["line"] or "", row.get("return_id") or "")):
            mine = [_whole(con, pack, case) for case in answered if case.facts == row and _applies(case)]
            cases += mine
            rows.append((_title(row), pages.facts_line(row, RETURN_FACTS if "return_id" in row else LINE_FACTS), mine))
    return Explanation(order_id, pack, cases, rows)


def _whole(con, pack, case):
    return replace(case, asked=_asked(case), otherwise=otherwise(con, pack, pack.questions[case.question], case))


def _title(row):
    if "return_id" in row:
        return f"Return {row['return_id']}" + (f" of line {row['line']}" if row["line"] else "")
    return f"Line {row['line']}" + (f" (account {row['account']})" if row["account"] else "")


def _applies(case):
    # a return that is not back yet is asked for, one that is back is judged; other questions always may come up
    if case.question == "return_request":
        return not case.facts["received"]
    return case.facts["received"] if case.question == "return_received" else True


def _asked(case):
    # a request that the seller has answered is no longer open
    row = case.facts
    if "return_id" in row:
        return not row["closed"]
    by_button = case.question == "cancel" and row["official_request"] is True
    asked = row.get(f"{case.question}_asked_at") is not None or by_button
    return asked and row.get(f"{case.question}_answered_at") is None
