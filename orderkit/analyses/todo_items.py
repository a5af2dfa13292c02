"""The items of the to-do list: rows of facts and answers become things to do, in the order in which they matter."""

import datetime as dt
import hashlib
from importlib import resources
from urllib.parse import quote

from orderkit import languages
from orderkit.analyses import rule_words, show
from orderkit.analyses.words import count
from orderkit.languages import phrase
from orderkit.marketplaces import marketplaces

SOON = 7  # days: claims and cancel requests that run out within them stand first
STALE = 30  # days: what ran out longer ago stands last
LAST = 5  # the group of what is long past
NEVER_BACK = ("fba_refund", "never_back")
WHAT = {
    "cancel": "The buyer asks to cancel",
    "upgrade": "The buyer asks for faster shipping",
    "address": "The buyer asks for another address",
    "not_received": "The buyer writes that the parcel has not come",
    "return_request": "The buyer asks to send it back",
    "return_received": "A return arrived; look in Seller Central first whether it is refunded",
    "late_open": "Check the tracking: past the promised day, not delivered, no complaint yet",
    "lost": "A parcel is lost; look in Seller Central first whether the buyer is refunded",
    "ship_late": "Ship or cancel: the ship-by day has passed",
}
BUILT_IN = {"late_open": "not_received", "lost": "not_received"}  # the question whose answer such an item shows
EVIDENCE = {  # what a claim needs: by who is to pay, and of what never came back
    "carrier": "tracking number, day of handing over, proof of the value (invoice)",
    "insurer": "the label or policy with its cover, tracking number, proof of the value (invoice)",
    "marketplace": "order number, the refund booked, tracking of the return, photos of what came back",
    "never_back": "order number, the refund booked, tracking of the return",
}
SAID = ("what", "advice", "evidence", "why")  # columns with whole sentences
ANSWER = "answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source"


def items(con, pack=None):
    """All things to do, those that cannot wait first, and those that the seller has closed: two lists of dicts."""
    _ask_standing(con, pack)
    relation = con.sql(resources.files(__package__).joinpath("todo.sql").read_text(encoding="utf-8"))
    clock = con.sql("SELECT clock_day FROM context").fetchall()[0][0]
    rows = [_with_day(dict(zip(relation.columns, row, strict=True)), clock, pack) for row in relation.fetchall()]
    things = [_item(row, clock, pack) for row in rows]
    said = decided(con)
    left = sorted((thing for thing in things if not _is_closed(thing, said)), key=lambda thing: _place(thing, clock))
    return left, [thing for thing in things if _is_closed(thing, said)]


def standing(pack):
    """The questions that a pack asks without a buyer's request."""
    return [question for question in pack.questions.values() if question.standing] if pack else []


def about_claims(pack, question):
    """Whether a question is about money to claim back: one of its answers claims, and does nothing else."""
    return any(pack.answers[rule.then].acts == ("claim",) for rule in question.rules)


def _ask_standing(con, pack):
    """TEMP tables: standing_kinds, the standing questions, and standing, those of their answers that leave something to do."""
    asked = standing(pack)
    con.execute("CREATE OR REPLACE TEMP TABLE standing_kinds (kind VARCHAR, grain VARCHAR)")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE standing (
            kind VARCHAR, account VARCHAR, order_id VARCHAR, item_key VARCHAR, answer VARCHAR, rule VARCHAR, who_pays VARCHAR,
            recovery_source VARCHAR, deadline DATE, deadline_latest DATE, missing VARCHAR, ask_for VARCHAR, source VARCHAR,
            grain VARCHAR, claims BOOLEAN
        )
    """)
    for question in asked:
        con.execute("INSERT INTO standing_kinds VALUES ($kind, $grain)", {"kind": question.name, "grain": question.of})
        busy = sorted({rule.then for rule in question.rules if not pack.answers[rule.then].idle} | {"look_first"})
        told = {"kind": question.name, "grain": question.of, "claims": about_claims(pack, question), "busy": busy}
        key = "line" if question.of == "order_lines" else "return_id"
        con.execute(
            f"INSERT INTO standing SELECT $kind, account, order_id, {key}, {ANSWER}, $grain, $claims"
            f" FROM answers_{question.name} WHERE list_contains($busy, answer)",
            told,
        )


def _with_day(row, clock, pack):
    """A deadline "on the day of the data" means at once: it is counted from the clock, however old the data are."""
    kind, rule = (row["also_kind"], row["also_rule"]) if row["also_kind"] else (row["kind"], row["rule"])
    question = pack.questions.get(BUILT_IN.get(kind, kind)) if pack else None
    days = {made.name: made.deadline.text for made in question.rules if made.deadline} if question else {}
    at_once = days.get(rule) == "as_of_day"
    return {**row, "deadline": clock} if at_once and row["deadline"] else row


def _item(row, clock, pack):
    """A thing to do. Its words are English, as frames are; in `said` they stand in the language in use."""
    question = pack.questions.get(row["kind"]) if pack else None
    past = bool(row["deadline"]) and (row["deadline_latest"] or row["deadline"]) < clock
    claim = bool(question and about_claims(pack, question) and question.standing)
    if claim and "claim" not in pack.answers[row["answer"]].acts:
        past = True  # a claim that may not be made any more is still listed: some sources give more time
    with languages.speaking(languages.ENGLISH):
        words = _words(row, question, clock, pack)
    return {
        **row,
        **words,
        "item": _name(row),
        "days_left": (row["deadline"] - clock).days if row["deadline"] else None,
        "latest": row["deadline_latest"],
        "state": "expired" if past else "open",
        "claim": claim or _claims(row, pack),
        "link": _link(row),
        "said": words if languages.current() == languages.ENGLISH else _words(row, question, clock, pack),
    }


def _words(row, question, clock, pack):
    """What a thing to do says, in the language in use."""
    said = _what(row, question), _advice(row, clock, pack), _evidence(row, pack), _why(row)
    return dict(zip(SAID, said, strict=True))


def _name(row):
    """The name of a thing to do: the same for as long as it stands, whatever exports come."""
    number = f"#{row['occurrence']}" if row["item_key"] == row["line"] and row["occurrence"] > 1 else ""
    key = "|".join([row["account"], row["order_id"], row["named"] + number, row["kind"]])
    return "t" + hashlib.sha256(key.encode()).hexdigest()[:8]  # a letter first: no spreadsheet takes it for a number


def _claims(row, pack):
    return bool(pack and row["answer"] in pack.answers and "claim" in pack.answers[row["answer"]].acts)


def _evidence(row, pack):
    """What to have ready, for what can be claimed; None for all else."""
    found = "never_back" if row["kind"] in NEVER_BACK else row["recovery_source"] if _claims(row, pack) else None
    return phrase(EVIDENCE[found]) if found in EVIDENCE else None


def _link(row):
    """The order in Seller Central; None for an order of no Amazon site."""
    if row["marketplace"] not in marketplaces() or not row["order_id"]:
        return None
    return f"https://sellercentral.{row['marketplace']}/orders-v3/order/{quote(row['order_id'], safe='')}"


def sentence(text):
    """A text as a sentence: a capital first, a full stop last."""
    return languages.ended(f"{text[:1].upper()}{text[1:]}")


def _advice(row, clock, pack):
    """What the answer means, as a sentence; for a parcel that nobody has complained about it would be advice too early."""
    if row["kind"] == "ship_late":
        return phrase("Look in Seller Central first: it may have shipped since the export.")
    if row["kind"] == "late_open":
        return ""
    known = row["answer"] not in (None, "unknown")
    said = [sentence(rule_words.meaning(row["answer"], pack)) if known else phrase("What the rules say is not known.")]
    if row["also"] and row["also"] != row["answer"]:
        said += [sentence(rule_words.meaning(row["also"], pack))]
    return languages.joined([*said, _about_day(row, clock)], "sentences")


def _about_day(row, clock):
    """What is to be said of a deadline that is past, or is only the safest of several."""
    latest = row["deadline_latest"]
    if row["deadline"] and (latest or row["deadline"]) < clock:
        return phrase("Probably past: look now.")
    if not latest or latest == row["deadline"]:
        return ""
    if row["deadline"] < clock:
        return phrase("The safest date is past: look now; some sources say {day}.", day=show.day(latest))
    return phrase("That is the safest date; some sources say {day}.", day=show.day(latest))


def _what(row, question):
    if question and question.about:
        return rule_words.about(question)
    said = phrase(WHAT[row["kind"]]) if row["kind"] in WHAT else rule_words.named(row["kind"])
    if row["kind"] == "late_open" and row["days"]:
        return phrase("{what} ({days} ago)", what=said, days=count(row["days"], "day"))
    return said


def _why(row):
    if row["answer"] == "unknown":
        missing = rule_words.facts(row["missing"]) if row["missing"] else phrase("a fact")
        if not row["ask_for"]:
            return phrase("not known: {facts}", facts=missing)
        return phrase("not known: {facts}; {exports} would tell", facts=missing, exports=rule_words.asked(row["ask_for"]))
    if row["kind"] == "ship_late":
        return phrase("the latest ship day of the order")
    if row["kind"] == "never_back":
        days = count(row["days"], "day")
        return phrase("the buyer has the refund, and no arrival is on record {days} after asking", days=days)
    if not row["rule"]:
        return phrase("no rule known")
    return languages.known(row["source"]) if row["source"] else phrase("rule {rule}", rule=row["rule"])


def _place(thing, clock):
    """Where a thing stands in the list: by its group, then by day (what has none, by what it is), then by money."""
    money = thing["money"]
    dear = (money is None, -(money or 0))
    key = (thing["account"], thing["order_id"], thing["item_key"], thing["kind"])
    group = _group(thing, clock)
    alike = (thing["kind"], thing["answer"] or "") if group == LAST or not thing["deadline"] else ("", "")  # shown as one
    return group, *alike, thing["deadline"] or dt.date.max, *dear, *key


def _group(thing, clock):
    """Money already gone, claims and cancel requests that run out soon, claims probably past; all else; what is long past."""
    past = thing["state"] == "expired"
    soon = past or (thing["deadline"] and thing["deadline"] <= clock + dt.timedelta(days=SOON))
    cancel = thing["kind"] == "cancel" or thing["answer"] == "cancel_as_buyer_request"
    if thing["kind"] in NEVER_BACK:
        return 0
    if thing["claim"] and soon:
        return 3 if past else 1
    if cancel and soon and thing["status"] in ("pending", "unshipped", "partially_shipped"):
        return 2
    return LAST if past and thing["deadline"] and thing["deadline"] < clock - dt.timedelta(days=STALE) else 4


def decided(con):
    """{(account, item): (the newest day on which the seller closed it, the word for it: done, ignored or claimed)}."""
    return {
        (account, task): (day, word)
        for account, task, day, word in con.sql(
            'SELECT account, task, max(CAST(timezone(\'UTC\', decisions."at") AS DATE)), arg_max(state, decisions."at")'
            " FROM decisions WHERE state IN ('done', 'ignored', 'claimed') GROUP BY account, task"
        ).fetchall()
    }


def _is_closed(thing, said):
    """Closed for good, unless the buyer asked once more on a later day."""
    key = (thing["account"], thing["item"])
    if key not in said:
        return False
    asked, day = thing["asked_at"], said[key][0]
    return asked is None or day is None or asked.astimezone(dt.UTC).date() <= day


def won_back(con):
    """What came back this year by currency: recoveries paid, and amounts that the seller noted for orders without one."""
    clock = con.sql("SELECT clock_day FROM context").fetchall()[0][0]
    text = """
        WITH paid AS (
            SELECT account, order_id, currency, amount
            FROM recoveries
            WHERE decided_at >= $start AND (state = 'paid' OR (state = 'reversed' AND amount < 0))
        ),
        noted AS (
            SELECT account, order_id, currency, amount
            FROM decisions
            WHERE decisions."at" >= $start AND state = 'claimed'
                AND NOT EXISTS (
                    SELECT 1 FROM paid WHERE paid.account = decisions.account AND paid.order_id = decisions.order_id
                )
        )
        SELECT currency, sum(amount)
        FROM (SELECT currency, amount FROM paid UNION ALL SELECT currency, amount FROM noted)
        WHERE amount IS NOT NULL
        GROUP BY currency
        HAVING sum(amount) > 0
    """
    return dict(con.sql(text, params={"start": dt.datetime(clock.year, 1, 1, tzinfo=dt.UTC)}).fetchall())
