"""Shows answers as readable text and as escaped HTML."""

import html

from orderkit import display
from orderkit.marketplaces import marketplaces
from orderkit.policy.drafts import plain
from orderkit.printable import in_line

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WHO = {"by_fault": "whoever is at fault"}
COLUMNS = (
    "question", "asked", "answer", "rule", "statement", "who_pays", "recovery_source", "deadline", "deadline_at", "missing",
    "ask_for", "source", "otherwise",
)  # fmt: skip


def frame(cases):
    """One row per case: keys, then COLUMNS."""
    import pandas as pd  # slow to import, and most callers only read the text

    rows = []
    for case in cases:
        row = {"order_id": case.keys["order_id"], "line": case.keys["line"], "return_id": case.keys.get("return_id")}
        for name in COLUMNS:
            value = getattr(case, name)
            row[name] = ", ".join(value) if isinstance(value, tuple) else value
        rows.append(row)
    return pd.DataFrame(rows, columns=["order_id", "line", "return_id", *COLUMNS])


def case_lines(case):
    """Sentences about one case: answer, why, who pays, by when, what is missing."""
    lines = [f"{case.answer}: {case.meaning}"]
    rule = f"rule {case.rule}" + (f", statement {case.statement}" if case.statement else "")
    lines.append(f"why: {rule} ({case.source})")
    if case.answer not in ("unknown", "no_rule_known"):
        back = "" if case.recovery_source == "none" else f", to be recovered from: {case.recovery_source}"
        lines.append(f"who pays: {WHO.get(case.who_pays, plain(case.who_pays))}{back}")
    if case.deadline:
        lines.append(by_when(case.deadline, case.deadline_latest, moment(case)))
    lines += [in_force(entry) for entry in case.in_force]
    if case.missing:
        lines.append(f"not known: {', '.join(plain(name) for name in case.missing)}; it is in: {'; '.join(case.ask_for)}")
    return lines + [f"otherwise: {words}" for words in case.otherwise]


def by_when(deadline, latest, at=""):
    """A sentence about a deadline; where the sources differ or one alone tells it, the safest day and what it rests on.

    `at`: the moment in words, where hours are counted.
    """
    safest = at or plain(deadline)
    if latest is None:
        return f"by: {safest}"
    if latest == deadline:
        return f"by: safest date {safest}, by a source that is not sure"
    return f"by: safest date {safest}; sources go up to {plain(latest)}"


def moment(case):
    """The moment of a case's deadline on the clock of its marketplace, as 14:05 on Fri 6 Nov 2026; empty where it is a day."""
    at = case.deadline_at
    if at is None:
        return ""
    clock = case.facts["marketplace"] if case.facts["marketplace"] in marketplaces() else "UTC"
    return f"{at:%H:%M} on {WEEKDAYS[at.weekday()]} {plain(at.date())}, on the clock of {clock}"


def in_force(entry):
    """A sentence about a parameter's value in force: the value or the range, since when, how sure, by which source."""
    period = entry["period"]
    return f"{plain(entry['parameter'])}: {value_in_words(entry['unit'], period)}{certainty(period)}"


def value_in_words(unit, period):
    """The value or the range of a period with its unit, and since when it holds."""
    since = {"exact": f"since {plain(period.start)}", "at_latest": f"since {plain(period.start)} at latest"}
    return f"{amount_in_words(unit, period)}, {since.get(period.known, 'since when is not known')}"


def amount_in_words(unit, period):
    """The value or the range of a period with its unit."""
    if period.value is None:
        return "not known to any source"
    least, most = period.bounds
    plural = "" if most == 1 or unit in ("percent", "units") else "s"
    of_unit = "" if unit == "date" else f" {period.currency}" if unit == "money" else f" {unit.replace('_', ' ')}{plural}"
    return (plain(least) if least == most else f"sources say {plain(least)} to {plain(most)}") + of_unit


def certainty(period):
    """How sure a value is and by which source, in brackets."""
    return f" (certainty {period.certainty}; {period.source})"


def facts_line(row, names):
    """Two sentences: the facts that are known, then those that are not."""
    known = [f"{plain(name)} {plain(row[name])}" for name in names if row.get(name) is not None]
    unknown = [plain(name) for name in names if name in row and row[name] is None]
    lines = ["facts: " + "; ".join(known)] if known else []
    return lines + (["facts not known: " + ", ".join(unknown)] if unknown else [])


def as_text(sections):
    """Sections of (title, lines) as indented text."""
    return "\n".join(in_line(line) for title, lines in sections for line in [title, *(f"  {line}" for line in lines)])


def as_html(sections):
    """Sections of (title, lines) as HTML, lines that stand further in as a list of their own; every text is escaped."""
    parts = [f"<h4>{html.escape(str(title))}</h4>{_list([str(line) for line in lines])}" for title, lines in sections]
    return display.framed(f'<div class="orderkit-answer">{"".join(parts)}</div>')


def _list(lines):
    """Lines as a list in which those that stand further in are a list below the line before them."""
    if not lines:
        return ""
    groups = []
    for line in lines:
        if line.startswith("  ") and groups:
            groups[-1][1].append(line[2:])
        else:
            groups.append((line.strip(), []))
    return "<ul>" + "".join(f"<li>{html.escape(line)}{_list(inner)}</li>" for line, inner in groups) + "</ul>"
