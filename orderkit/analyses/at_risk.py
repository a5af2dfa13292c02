"""What may have to be refunded of what is on its way: what the rules refund now, and what is expected never to arrive."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit import measures
from orderkit.analyses import travel
from orderkit.errors import NothingToShow
from orderkit.statistics.delivery import fit
from orderkit.statistics.totals import total
from orderkit.statistics.track_record import known

LEVELS = (0.5, 0.8, 0.9)
DRAWS = 400
SEED = 20210312  # the same shop gives the same figures
SMALL = 2_000  # parcels; the ranges of fewer are simulated ten times as often, as each of them tells
SOON = 14  # days within which p_delivered is told
REFUNDING = ("not_received", "delivery")  # whose answers may refund: to a buyer who wrote, and unasked
CLAIMS = "claims"  # the export of claims with carriers and insurers
OPEN = [
    "account", "order_id", "parcel", "marketplace", "currency", "carrier", "service", "lane", "sku", "shipped_day", "age_days",
    "deliver_by_day", "days_past_deliver_by", "value", "p_delivered", "p_lost", "arrives_in", "expected", "refund_now",
]  # fmt: skip
TOTALS = [
    "currency", "refund_now", "refund_now_lines", "refund_now_without_value", "open_parcels", "open_value",
    "open_without_value", "expected",
    *(f"{end}{100 * level:.0f}" for level in LEVELS for end in ("low", "high")),
    "claimable", "claimable_lines", "claimable_without_value", "brought",
]  # fmt: skip


@dataclass(frozen=True)
class AtRisk:
    """`parcels`: the open ones, one row each, with their chances; `totals`: a row per currency; `model`: None where `why` not.

    `brought` is NaN where no export of claims is loaded. p_delivered: the chance to arrive within 14 days; p_lost: never to
    arrive; arrives_in: the median of the days still to wait, of those that arrive; expected: p_lost times value. refund_now: the
    rules already say to refund it, so that it is not in `expected` of the totals.
    """

    parcels: pd.DataFrame
    totals: pd.DataFrame
    model: object = None
    why: str = ""


def at_risk(con, pack=None, *, marketplace=None, grain="line"):
    """The AtRisk of a shop. Needs the facts and, for what the rules refund now and what can be claimed, the answers of `pack`.

    With a marketplace, all of it is of that marketplace (what recoveries brought: of those that name an order there), but for the
    model, which learns from all parcels. With the grain "order", what the rules refund and what can be claimed is counted by
    order, and the names of columns say so.
    """
    travel.travel(con)
    counts, parcels = travel.counted(con), travel.still_open(con)
    now, claims = _answering(con, pack, REFUNDING, "refund"), _answering(con, pack, ("carrier_claim",), "claim")
    if marketplace is not None:
        parcels, now, claims = (frame[frame["marketplace"] == marketplace] for frame in (parcels, now, claims))
    parcels = parcels.assign(refund_now=_among(parcels, now))
    model, why = None, ""
    try:
        model = fit(known(counts, travel.today(con) or 0)[0], by=travel.BY)
        parcels = _with_chances(parcels, model)
    except NothingToShow as nothing:
        why = str(nothing)
    brought = _brought(con, marketplace)
    due = (now, claims) if grain == "line" else (_by_order(now), _by_order(claims))
    return AtRisk(parcels.reindex(columns=OPEN), _totals(parcels, *due, brought, model, grain), model, why)


def _among(parcels, lines):
    key = ["account", "order_id", "parcel"]
    return pd.MultiIndex.from_frame(parcels[key]).isin(pd.MultiIndex.from_frame(lines[key]))


def _answering(con, pack, questions, act):
    """The FBM lines to which one of the questions answers with an act; a question about a letter counts where the buyer wrote."""
    parts, params = [], {}
    for question in (pack.questions.get(name) for name in questions) if pack else ():
        if question is None:
            continue
        params[question.name] = [name for name, answer in pack.answers.items() if act in answer.acts]
        wrote = "true" if question.standing else "lines.complained AND lines.not_received_answered_at IS NULL"
        parts.append(
            f"SELECT lines.* FROM line_facts AS lines JOIN answers_{question.name} AS answers"
            " USING (account, order_id, line)"
            f" WHERE list_contains(${question.name}, answers.answer) AND lines.channel = 'FBM' AND {wrote}"
        )
    chosen = " UNION ".join(parts) or "SELECT * FROM line_facts WHERE false"
    return con.sql(
        "SELECT account, order_id, line, coalesce(tracking_number, '') AS parcel, marketplace, currency, carrier, sku,"
        f" CAST(value AS DOUBLE) AS value FROM ({chosen}) ORDER BY ALL",
        params=params or None,
    ).df()


def _with_chances(parcels, model):
    stratum, age = model.index(parcels), parcels["age_days"].to_numpy(dtype=int)
    lost = model.p_lost(stratum, age)
    return parcels.assign(
        p_delivered=model.p_delivered(stratum, age, SOON), p_lost=lost, stratum=stratum,
        arrives_in=model.arrival(stratum, age)["median"].to_numpy(), expected=lost * parcels["value"].astype(float),
    )  # fmt: skip


def _by_order(lines):
    """One row per order and currency: its value that of its lines, known only where each of them is."""
    grouped = lines.groupby(["account", "order_id", "currency"], dropna=False)["value"]
    return grouped.sum().where(grouped.count() == grouped.size()).reset_index()


def _totals(parcels, now, claims, brought, model, grain):
    rows = []
    for currency in _currencies(parcels, now, claims, brought):
        mine, due, open_claims = (_of(frame, currency) for frame in (parcels, now, claims))
        row = {
            "currency": currency, "refund_now": _sum(due["value"]), "refund_now_lines": len(due),
            "refund_now_without_value": _without(due), "open_parcels": len(mine), "open_value": _sum(mine["value"]),
            "open_without_value": _without(mine), "claimable": _sum(open_claims["value"]), "claimable_lines": len(open_claims),
            "claimable_without_value": _without(open_claims),
            "brought": np.nan if brought is None else brought.get(currency, 0.0),
        }  # fmt: skip
        rows.append(row | (_expected(mine[~mine["refund_now"]], model) if model else {}))
    found = pd.DataFrame(rows, columns=TOTALS)
    return measures.named(found.assign(currency=pd.Series([row["currency"] for row in rows], dtype=object)), grain)


def _currencies(parcels, now, claims, brought):
    """The currencies that any of them has, sorted; None at the end where some of it has none."""
    told = {currency for frame in (parcels, now, claims) for currency in frame["currency"].unique()} | {*(brought or ())}
    known = {currency for currency in told if not pd.isna(currency)}
    return [*sorted(known), *([None] if any(pd.isna(currency) for currency in told) else [])]


def _of(frame, currency):
    return frame[frame["currency"].isna() if currency is None else frame["currency"] == currency]


def _without(frame):
    return int(frame["value"].isna().sum())


def _sum(amounts):
    """The sum of those known: 0 of none, but NaN where there are some and no amount is known."""
    return amounts.astype(float).sum(min_count=min(1, len(amounts)))


def _expected(parcels, model):
    """What is expected never to arrive, with ranges: by chance and by what is not known of the model's parameters.

    Of the parcels whose amount is known; nothing is said where there are parcels, and of none the amount is.
    """
    some, parcels = len(parcels) > 0, parcels[parcels["value"].notna()]
    if parcels.empty:
        return {} if some else {name: 0.0 for name in TOTALS if name == "expected" or name.startswith(("low", "high"))}
    rng = np.random.default_rng(SEED)
    age = np.minimum(parcels["age_days"], model.horizon + 1)  # from there on all are alike
    cells, cell = np.unique(np.stack([parcels["stratum"], age]), axis=1, return_inverse=True)
    lost = model.draws(DRAWS, rng).p_lost(cells[0], cells[1])
    found = total(
        lost,
        parcels["value"].astype(float),
        cell=cell.ravel(),
        rng=rng,
        levels=LEVELS,
        simulations=20_000 if len(parcels) <= SMALL else 2_000,
    )
    return {"expected": found.expected, **found.ends()}


def _brought(con, marketplace):
    """{currency: what claims with carriers and insurers have brought}; None where no export of such claims is loaded."""
    if not con.sql(CLAIMS_TOLD, params={"format": CLAIMS}).fetchall()[0][0]:
        return None
    return dict(con.sql(BROUGHT, params={"marketplace": marketplace}).fetchall())


CLAIMS_TOLD = """
    SELECT
        EXISTS (SELECT 1 FROM recoveries WHERE source IN ('carrier', 'insurer'))
        OR EXISTS (
            SELECT 1 FROM loads CROSS JOIN context
            WHERE format = $format AND (covers_from IS NULL OR CAST(timezone('UTC', covers_from) AS DATE) <= as_of_day)
        )
"""
BROUGHT = """
    SELECT currency, CAST(sum(amount) AS DOUBLE) AS amount
    FROM recoveries
    WHERE source IN ('carrier', 'insurer') AND (state = 'paid' OR (state = 'reversed' AND amount < 0))
        AND (
            $marketplace IS NULL
            OR EXISTS (
                SELECT 1 FROM order_lines
                WHERE order_lines.account = recoveries.account AND order_lines.order_id = recoveries.order_id
                    AND order_lines.marketplace = $marketplace
            )
        )
    GROUP BY currency
"""
