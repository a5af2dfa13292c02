"""Which of the lines that are late and open a buyer can claim for (A-to-z) now, later, or no more, by the pack's days."""

import pandas as pd

from orderkit import measures
from orderkit.analyses.words import add, amounts, count
from orderkit.languages import joined, phrase
from orderkit.policy.dictionary import dictionary
from orderkit.policy.periods import held, holds, is_joined, parts, periods_cte

OPENS, CLOSES = "claim_opens_after", "claim_closes_after"  # parameters of packs: days past the promised day
LATER, NOW, CLOSED, NOT_KNOWN = "opens later", "can be claimed now", "closed", "not known"
STATES = (LATER, NOW, CLOSED, NOT_KNOWN)
COLUMNS = ["marketplace", "currency", "state", "lines", "value", "lines_without_value", "refunded"]
COUNTED = {LATER: "claim_opens_later", NOW: "claim_open", CLOSED: "claim_closed", NOT_KNOWN: "claim_window_not_known"}
NONE = {**dict.fromkeys(COUNTED.values(), 0), "value_claim_open": None}
# the days as the rules compare them: a claim opens once more than `opens` days have passed and closes after `closes`; where one
# of the two is not known, the other may tell all the same
QUERY = """
WITH {periods}late AS (
    SELECT f.marketplace, f.currency, f.value, f.refund_on_record, f.days_past_deliver_by AS days,
        {opens} AS opens, {closes} AS closes
    FROM line_facts AS f{joins}
    WHERE f.channel = 'FBM' AND f.days_past_deliver_by > 0 AND ($site IS NULL OR f.marketplace = $site)
        AND (f.delivery = 'open_late' OR (f.delivery = 'not_shipped' AND f.status IN ('unshipped', 'partially_shipped')))
),
judged AS (
    SELECT *,
        CASE
            WHEN days <= opens THEN 1
            WHEN days > closes THEN 3
            WHEN days > opens AND days <= closes THEN 2
            ELSE 4
        END AS state
    FROM late
)
SELECT
    marketplace, currency, state, count(*) AS lines, CAST(sum(value) AS DECIMAL(18, 2)) AS value,
    count(*) FILTER (WHERE value IS NULL) AS lines_without_value, count(*) FILTER (WHERE refund_on_record = 'yes') AS refunded
FROM judged
GROUP BY marketplace, currency, state
ORDER BY marketplace, currency, state
"""


def claim_windows(con, pack=None, *, marketplace=None, grain="line"):
    """The FBM lines past the promised day and open, by marketplace, currency and STATES of the buyer's claim: a list of dicts.

    Each has lines, value (an exact Decimal), lines_without_value, and refunded: those that the bookings show as refunded already.
    Days are those that `pack` holds in force for a line; a value that is not sure, or none, makes "not known".
    With the grain "order" it is orders that are counted, each as its latest line stands. Needs the facts.
    """
    rows = con.sql(measures.told_by(grain, _query(pack)), params={"site": marketplace}).fetchall()
    return [dict(zip(COLUMNS, (*row[:2], STATES[row[2] - 1], *row[3:]), strict=True)) for row in rows]


def _query(pack):
    chosen = {name: pack.parameters[name] for name in (OPENS, CLOSES) if pack and name in pack.parameters}
    chosen = {name: parameter for name, parameter in chosen.items() if _is_of_lines(parameter)}
    joined = [parameter for parameter in chosen.values() if is_joined(parameter)]
    return QUERY.format(
        periods="".join(f"{periods_cte(parameter)},\n" for parameter in joined),
        joins="".join(f"\n    LEFT JOIN {each.name}_periods ON {holds(each, f'{each.name}_periods')}" for each in joined),
        opens=_sure(chosen.get(OPENS)), closes=_sure(chosen.get(CLOSES)),
    )  # fmt: skip


def _is_of_lines(parameter):
    """Whether it is in days, and chosen by facts of order lines."""
    return parameter.unit == "day" and set(parameter.selectors) <= set(dictionary("line_facts"))


def _sure(parameter):
    """The SQL of the value in force for a row, NULL where it is not sure or there is none."""
    if parameter is None:
        return "CAST(NULL AS INTEGER)"
    value = held(parameter, "value")
    return f"CASE WHEN {held(parameter, 'sure')} THEN {value} END" if "sure" in parts(parameter) else value


def by_place(rows):
    """{(marketplace, currency): columns of the exposure frame}: how many open later, can be claimed, are closed, not known."""
    places = {}
    for row in rows:
        place = places.setdefault((row["marketplace"], row["currency"]), dict(NONE))
        place[COUNTED[row["state"]]] = row["lines"]
        if row["state"] == NOW:
            place["value_claim_open"] = row["value"]
    return places


def frame(rows):
    """The rows as a frame, amounts as floats."""
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": float})


def words(rows, pack, noun="line"):
    """For how many of the late and open lines, or orders, buyers can claim now, later, no more, and for how many nobody knows."""
    if not rows:
        return
    claims = joined([_told_of(rows, state, noun) for state in STATES], "clauses")
    said = [phrase("A-to-z: a buyer {claims}.", claims=claims)]
    refunded = sum(row["refunded"] for row in rows if row["state"] == NOW)
    if refunded:
        text = "Of what can be claimed, {things} {is} refunded already by your bookings."
        said += [phrase(text, things=count(refunded, noun), **{"is": "is" if refunded == 1 else "are"})]
    if pack:
        said += [phrase("Days past the promise by the rules {rules}.", rules=pack.name)]
    yield joined(said, "sentences")


WORDS = {
    LATER: "can claim later for {things}", NOW: "can claim now for {things}", CLOSED: "can claim no more for {things}",
    NOT_KNOWN: "may claim for {things}, but the days for a claim are not known",
}  # fmt: skip


def _told_of(rows, state, noun):
    mine = [row for row in rows if row["state"] == state]
    lines, without = (sum(row[name] for row in mine) for name in ("lines", "lines_without_value"))
    if not lines:
        return ""
    worth = {}
    for row in mine:
        add(worth, row["currency"], row["value"])
    unpriced = phrase("{n} without an amount", n=f"{without:,}") if without else ""
    things, told = count(lines, noun), joined([amounts(worth), unpriced], "clauses")
    return phrase(WORDS[state], things=phrase("{things} ({told})", things=things, told=told) if told else things)
