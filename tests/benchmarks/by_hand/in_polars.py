"""The pack article-2021 in polars: one lazy plan, the four questions collected together by the streaming engine."""

import datetime as dt

import polars as pl

from benchmarks.by_hand.article import DEADLINES, GAPS, KEYS, READ

CHANNEL, STATUS, HANDED, TRACKING = (pl.col(name) for name in ("channel", "status", "handed_over", "tracking"))
INSURED, BACK, AGREES, ORDERED = (pl.col(name) for name in ("insured", "returned_to_sender", "seller_agrees", "ordered_day"))
MINUTES, PAST, SILENT = (pl.col(name) for name in ("minutes_since_order", "days_past_deliver_by", "days_without_scan"))


def _first(branches, otherwise):
    """The number of the first condition that holds."""
    made = pl.when(branches[0][0]).then(pl.lit(branches[0][1], pl.Int16))
    for condition, number in branches[1:]:
        made = made.when(condition).then(pl.lit(number, pl.Int16))
    return made.otherwise(pl.lit(otherwise, pl.Int16))


BEGIN = [(CHANNEL.is_null(), -1), (CHANNEL == "FBA", 1)]
SENT = [*BEGIN, (HANDED.is_null(), -2), (HANDED, 2), (STATUS.is_null(), -3), (STATUS == "cancelled", 3)]
NOT_SENT = ~HANDED
ORDINALS = {
    "cancel": _first(
        [
            *SENT,
            (ORDERED.lt(dt.date(2019, 12, 31)), -1004),
            (MINUTES.is_null() | ORDERED.is_null(), -4),
            (MINUTES <= 30, 4),
        ],
        5,
    ),
    "upgrade": _first([*SENT, (AGREES.is_null(), 4), (AGREES, 5)], 6),
    "address": _first(
        [
            *BEGIN,
            (HANDED & BACK, 2),
            (HANDED & BACK.is_null(), -2),
            (HANDED, 3),
            (HANDED.is_null() & BACK.not_(), -3),
            (HANDED.is_null(), -2),
            (STATUS.is_null(), -4),
            (STATUS == "cancelled", 4),
        ],
        5,
    ),
    "not_received": _first(
        [
            *BEGIN,
            (HANDED.is_null() & (STATUS != "cancelled"), -3),
            (HANDED.is_null(), -2),
            (NOT_SENT & STATUS.is_null(), -2),
            (NOT_SENT & (STATUS == "cancelled"), 2),
            (NOT_SENT, 3),
            (TRACKING == "delivered", 7),
            (TRACKING.is_null() & INSURED.not_(), -5),
            (TRACKING.is_null(), -4),
            ((TRACKING == "lost") & INSURED.is_null(), -4),
            ((TRACKING == "lost") & INSURED, 4),
            (TRACKING == "lost", 5),
            (TRACKING == "damaged", 6),
            (TRACKING == "returned", 8),
            (TRACKING == "returning", 9),
            (PAST.is_null(), -10),
            (PAST > 0, 10),
            (TRACKING != "in_transit", 13),
            (ORDERED.lt(dt.date(2000, 1, 1)), -1011),
            (SILENT.is_null() | ORDERED.is_null(), -11),
            (SILENT >= 7, 11),
        ],
        12,
    ),
}


def answers(path, words):
    """{question: frame of its answers}; `words`: {question: [(ordinal, answer, rule, who_pays)]}."""
    facts = pl.scan_parquet(path).select(READ)
    plans = [_answered(facts, name, words[name]) for name in ORDINALS]
    return dict(zip(ORDINALS, pl.collect_all(plans, engine="streaming"), strict=True))


def _answered(facts, name, rows):
    ordinal = pl.col("ordinal")
    columns = [_words(ordinal, rows, place, title) for place, title in enumerate(("answer", "rule", "who_pays"), 1)]
    deadline = pl.lit(None, pl.Date)
    for number, day in DEADLINES[name].items():
        deadline = pl.when(ordinal == number).then(pl.col(day)).otherwise(deadline)
    missing = pl.lit(None, pl.String)
    for number, gaps in GAPS[name].items():
        missing = pl.when(ordinal == number).then(_named(gaps)).otherwise(missing)
    latest = pl.lit(None, pl.Date).alias("deadline_latest")
    return facts.with_columns(ordinal=ORDINALS[name]).select(
        *KEYS, *columns, deadline.alias("deadline"), latest, missing.alias("missing")
    )


def _words(ordinal, rows, place, title):
    told = {row[0]: row[place] for row in rows}
    return ordinal.replace_strict(told, return_dtype=pl.Enum(sorted(set(told.values())))).alias(title)


def _named(gaps):
    if len(gaps) == 1:
        return pl.lit(gaps[0])
    return pl.concat_str([pl.when(pl.col(gap).is_null()).then(pl.lit(gap)) for gap in gaps], separator=",", ignore_nulls=True)
