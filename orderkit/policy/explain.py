"""explain: what the rules say about each line and return of one order, and why."""

from dataclasses import replace

from orderkit.policy import pages
from orderkit.policy.cases import answer, order_rows, order_table, unknown_order
from orderkit.policy.drafts import plain
from orderkit.policy.otherwise import otherwise
from orderkit.policy.packs import load_pack
from orderkit.printable import for_terminals

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
        made = [(title, [*facts, *self._next_day(cases), *self._answers(cases)]) for title, facts, cases in self._rows]
        reviewed = pages.plain(self.pack.reviewed)
        return [*made, ("Rules", [f"{self.pack.title}, pack {self.pack.name}, reviewed {reviewed}; not legal advice"])]

    def _answers(self, cases):
        """What the buyer asked, then what there is to do without a word of the buyer, then what would be if the buyer wrote."""
        for case in (case for case in cases if case.asked):
            yield from [f"{plain(case.question)}, asked", *(f"  {line}" for line in pages.case_lines(case))]
        quiet = [case for case in cases if not case.asked]
        standing = [case for case in quiet if self._stands(case)]
        yield from _under("now, whether or not the buyer writes", [case for case in standing if not self._idle(case)])
        idle = [plain(case.question) for case in standing if self._idle(case)]
        if idle:
            yield f"nothing to do now: {', '.join(idle)}"
        yield from _under("if the buyer writes now", [case for case in quiet if not self._stands(case)])

    def _next_day(self, cases):
        """The nearest day of what is asked or stands."""
        days = [case for case in cases if case.deadline and (case.asked or (self._stands(case) and not self._idle(case)))]
        if days:
            nearest = min(days, key=lambda case: case.deadline)
            at = pages.moment(nearest) or plain(nearest.deadline)
            yield f"next deadline: {at} ({plain(nearest.question)})"

    def _stands(self, case):
        return self.pack.questions[case.question].standing

    def _idle(self, case):
        return case.answer in self.pack.answers and self.pack.answers[case.answer].idle

    @for_terminals
    def __repr__(self):
        return pages.as_text([(f"Order {self.order_id}", []), *self.sections()])

    def _repr_html_(self):
        return pages.as_html([(f"Order {self.order_id}", []), *self.sections()])


def _under(title, cases):
    """A title and the cases beneath it; nothing without cases."""
    if cases:
        yield title
    for case in cases:
        first, *others = pages.case_lines(case)
        yield from [f"  {plain(case.question)}: {first}", *(f"    {line}" for line in others)]


def explain(con, pack, order_id):
    """What the rules of `pack` say about every line and return of an order: answer, rule, statement, who pays, deadline.

    Requests that the buyer really made come first, then what there is to do whether or not the buyer writes, then what would hold
    if the buyer wrote now. Where an answer is unknown
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
            rows.append((_title(row), pages.facts_line(row, _shown(row)), mine))
    return Explanation(order_id, pack, cases, rows)


def _shown(row):
    """The names of the facts that are shown of a line or return; of a claim only where there is one."""
    if "return_id" in row:
        return RETURN_FACTS
    return (*LINE_FACTS, "claim_on_record") if row["claim_on_record"] != "none" else LINE_FACTS


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
