"""Replies to buyers, filled in only when they are shown, always marked as drafts."""

import datetime as dt
import re

from orderkit.marketplaces import marketplaces

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MARK = "Draft, not sent: "


def draft(rule, facts, *, gaps=None):
    """The draft of a rule with the facts of one row filled in; a fact that is not known leaves a gap in brackets.

    In the language of the row's marketplace where the rule has one in it, else in English. `gaps` may name a fact in other
    words, for example {"deliver_by_day": "latest delivery day"}.
    """
    if not rule or not rule.drafts:
        return ""
    site = marketplaces().get(facts.get("marketplace"))
    text = rule.drafts.get(site.language if site else "en", rule.drafts["en"])

    def fill(found):
        name = found.group(1)
        value = facts.get(name)
        return f"[{(gaps or {}).get(name, name.replace('_', ' '))} not known]" if value in (None, "") else plain(value)

    return MARK + re.sub(r"\{(\w+)\}", fill, text)


def plain(value):
    """A value as a reader says it: days as 15 Nov 2026, true as yes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    return str(value).replace("_", " ") if re.fullmatch(r"[a-z_]+", str(value)) else str(value)
