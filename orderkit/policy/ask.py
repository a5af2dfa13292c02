"""ask: what if a buyer writes this about an order, with facts of the seller's choosing laid over those that are known."""

from orderkit.errors import BadValue, UnknownName
from orderkit.policy import pages
from orderkit.policy.cases import answer, given_row, order_rows, unknown_order
from orderkit.policy.dictionary import dictionary, fact_value
from orderkit.policy.packs import load_pack
from orderkit.policy.written import read_moment
from orderkit.printable import for_terminals

REQUESTS = ("cancel", "upgrade", "address", "not_received", "return")
KEYS = ("account", "order_id", "line", "return_id")
COMMON = (
    "answer", "meaning", "rule", "statement", "who_pays", "recovery_source", "deadline", "missing", "ask_for", "source", "draft",
)  # fmt: skip


class Asked:
    """Answers to a what-if, one per line: reads as text, shows as HTML; `.frame`, `.cases`."""

    def __init__(self, order_id, request, given, cases):
        self.order_id, self.request, self.given, self.cases = order_id, request, given, cases

    @property
    def frame(self):
        """One row per line."""
        return pages.frame(self.cases)

    def __getattr__(self, name):
        """answer, rule, statement, who_pays, deadline, draft ...: that of the one line, or of all where they agree."""
        if name not in COMMON:
            raise AttributeError(name)
        found = list(dict.fromkeys(getattr(case, name) for case in self.cases))
        if len(found) > 1:
            lines = ", ".join(str(case.keys["line"]) for case in self.cases)
            raise BadValue(f"The lines of order {self.order_id} have different answers. Name one of them with line=: {lines}.")
        return found[0]

    def sections(self):
        """(title, lines) per line."""
        given = "".join(f", {name}={pages.plain(value)}" for name, value in self.given.items())
        made = [(f"What if: {self.request}, order {self.order_id}{given}", [])]
        for case in self.cases:
            draft = [case.draft] if case.draft else []
            made.append((f"Line {case.keys['line']}", [*pages.case_lines(case), *draft]))
        return made

    @for_terminals
    def __repr__(self):
        return pages.as_text(self.sections())

    def _repr_html_(self):
        return pages.as_html(self.sections())


def ask(con, pack, order_id, *, request, line=None, **facts):
    """What the rules of `pack` say if the buyer makes `request` (cancel, upgrade, address, not_received, return) now.

    Facts given by name (see facts.yaml; None or "unknown" for not known) replace those of the order for this answer only:
    `ask(..., request="return", received=True, state="incomplete", fault="buyer")`. What follows from a given fact is set with it:
    a parcel that is lost was handed over. Hours to answer are counted from the open request on record, else from the as-of.
    Raises UnknownName and BadValue.
    """
    pack, order_id = load_pack(pack), str(order_id)
    if request not in REQUESTS:
        raise UnknownName("request", request, REQUESTS)
    rows, table = _rows(con, order_id, request)
    if line is not None:
        lines = [row["line"] for row in rows if row["line"]]
        rows = [row for row in rows if row["line"] == str(line)]
        if not rows:
            raise UnknownName("line", str(line), sorted(lines), f" in order {order_id}")
    given, now = _given(table, facts), con.sql("SELECT CAST(as_of AS VARCHAR) FROM context").fetchall()[0][0]
    cases = []
    for row in sorted(rows, key=lambda row: tuple(str(row[key]) for key in KEYS if key in row)):
        row = {**row, **_asked(request, row, now), **follows(given, row), **given}
        question = pack.questions.get(_question(request, row))
        if question is None:
            raise UnknownName("question", _question(request, row), pack.questions, f" in pack {pack.name}")
        cases += answer(con, pack, question, table=given_row(table), params=row)
    return Asked(order_id, request, given, cases)


def _rows(con, order_id, request):
    lines = order_rows(con, "line_facts", order_id)
    returns = order_rows(con, "return_facts", order_id)
    if not lines and not returns:
        raise unknown_order(con, order_id)
    if request != "return":
        if not lines:
            raise BadValue(f"Order {order_id} is known only by its return. Load the All Orders report to ask about the order.")
        return lines, "line_facts"
    return returns or [_return_of(line) for line in lines], "return_facts"


def _asked(request, row, now):
    """The request as made now, unless one is on record that nobody has answered."""
    asked, answered = f"{request}_asked_at", f"{request}_answered_at"
    if asked not in row or (row[asked] is not None and row[answered] is None):
        return {}
    return {asked: now, answered: None}


def _return_of(line):
    """The facts of a return that nobody has asked for yet: what the line tells; the rest does not apply or is not known."""
    row = {name: line.get(name) for name in dictionary("return_facts")}
    nothing_yet = {"received": False, "state": "not_received", "closed": False, "days_since_received": 0}
    return {**row, **nothing_yet, "return_id": "what if"}


def _given(table, facts):
    known, given = dictionary(table), {}
    for name, value in facts.items():
        if name not in known or name in KEYS:
            raise UnknownName("fact", name, [fact for fact in known if fact not in KEYS], f" in {table}")
        try:
            given[name] = fact_value(known[name], value)
        except ValueError as error:
            raise BadValue(f"{error}.") from None
        if known[name].type == "moment" and given[name] is not None:
            _check_moment(name, given[name])
    return given


def _check_moment(name, text):
    try:
        read_moment(text)
    except ValueError as error:
        raise BadValue(f"{name}: {'. '.join(error.args)}") from None


def follows(given, row):
    """What must change with the given facts so that the row does not contradict itself."""
    follows = {}
    if given.get("received") is True and row.get("state") == "not_received":
        follows["state"] = None  # back, but nobody has looked at it
    if given.get("received") is False:
        follows |= {"state": "not_received", "days_since_received": 0}
    if given.get("state") not in (None, "not_received"):
        follows["received"] = True
    if given.get("returned_to_sender") is True:
        follows |= {"tracking": "returned", "handed_over": True}
    if "tracking" in given:
        follows["returned_to_sender"] = None if given["tracking"] is None else given["tracking"] == "returned"
    if given.get("tracking") not in (None, "none"):
        follows["handed_over"] = True
    handed_over = {**follows, **given}.get("handed_over")
    if handed_over is True and row.get("handed_over") is False:
        unknown = dict.fromkeys(("tracking", "returned_to_sender", "insured", "protected", "days_without_scan"))
        follows = {**unknown, "status": "shipped", **follows}
    if handed_over is False:
        follows |= {"tracking": "none", "returned_to_sender": False, "insured": False, "protected": False, "days_without_scan": 0}
        follows |= {"status": "unshipped"} if row.get("status") not in ("pending", "unshipped", "cancelled") else {}
    return follows


def _question(request, row):
    if request == "return":
        return "return_received" if row["received"] else "return_request"
    return request
