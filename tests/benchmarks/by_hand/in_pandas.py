"""The pack article-2021 in pandas: numpy.select over masks, texts as categories. The whole table of facts stands in memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.by_hand.article import DEADLINES, GAPS, KEYS, READ, TEXTS

NULLABLE = {pa.bool_(): pd.BooleanDtype(), pa.int32(): pd.Int32Dtype()}


class _Masks:
    """Masks over the facts as plain numpy arrays: what is unknown makes no comparison true."""

    def __init__(self, facts):
        self.facts = facts

    def unknown(self, name):
        return self.facts[name].isna().to_numpy()

    def true(self, name):
        return self.facts[name].to_numpy(dtype=bool, na_value=False)

    def false(self, name):
        return ~self.facts[name].to_numpy(dtype=bool, na_value=True)

    def text(self, name, value):
        return (self.facts[name] == value).to_numpy()

    def numbers(self, name):
        return self.facts[name].to_numpy(dtype="float64", na_value=np.nan)

    def days(self, name):
        return self.facts[name].to_numpy()


def _sent(m):
    return [
        (m.unknown("channel"), -1), (m.text("channel", "FBA"), 1), (m.unknown("handed_over"), -2), (m.true("handed_over"), 2),
        (m.unknown("status"), -3), (m.text("status", "cancelled"), 3),
    ]  # fmt: skip


def _cancel(m):
    ordered = m.days("ordered_day")
    return [
        *_sent(m),
        (ordered < np.datetime64("2019-12-31"), -1004),
        (m.unknown("minutes_since_order") | m.unknown("ordered_day"), -4),
        (m.numbers("minutes_since_order") <= 30, 4),
    ], 5


def _upgrade(m):
    return [*_sent(m), (m.unknown("seller_agrees"), 4), (m.true("seller_agrees"), 5)], 6


def _address(m):
    handed, unsaid = m.true("handed_over"), m.unknown("handed_over")
    return [
        *_sent(m)[:2],
        (handed & m.true("returned_to_sender"), 2),
        (handed & m.unknown("returned_to_sender"), -2),
        (handed, 3),
        (unsaid & m.false("returned_to_sender"), -3),
        (unsaid, -2),
        (m.unknown("status"), -4),
        (m.text("status", "cancelled"), 4),
    ], 5


def _not_received(m):
    unsaid, here, cancelled = m.unknown("handed_over"), m.false("handed_over"), m.text("status", "cancelled")
    untold, lost, past = m.unknown("tracking"), m.text("tracking", "lost"), m.numbers("days_past_deliver_by")
    return [
        *_sent(m)[:2],
        (unsaid & ~cancelled & ~m.unknown("status"), -3),
        (unsaid, -2),
        (here & m.unknown("status"), -2),
        (here & cancelled, 2),
        (here, 3),
        (m.text("tracking", "delivered"), 7),
        (untold & m.false("insured"), -5),
        (untold | (lost & m.unknown("insured")), -4),
        (lost & m.true("insured"), 4),
        (lost, 5),
        (m.text("tracking", "damaged"), 6),
        (m.text("tracking", "returned"), 8),
        (m.text("tracking", "returning"), 9),
        (np.isnan(past), -10),
        (past > 0, 10),
        (~m.text("tracking", "in_transit"), 13),
        (m.days("ordered_day") < np.datetime64("2000-01-01"), -1011),
        (m.unknown("days_without_scan") | m.unknown("ordered_day"), -11),
        (m.numbers("days_without_scan") >= 7, 11),
    ], 12


RULES = {"cancel": _cancel, "upgrade": _upgrade, "address": _address, "not_received": _not_received}


def answers(path, words):
    """{question: frame of its answers}; `words`: {question: [(ordinal, answer, rule, who_pays)]}."""
    read = pq.read_table(path, columns=list(READ), read_dictionary=list(TEXTS))
    facts = read.to_pandas(types_mapper=NULLABLE.get, date_as_object=False)
    return {name: _answered(facts, name, rules(_Masks(facts)), words[name]) for name, rules in RULES.items()}


def _answered(facts, name, rules, rows):
    branches, otherwise = rules
    masks, numbers = zip(*branches, strict=True)
    ordinal = np.select(masks, [np.int16(number) for number in numbers], np.int16(otherwise))
    frame = facts[list(KEYS)].copy(deep=False)
    places = np.searchsorted(told := np.array(sorted(row[0] for row in rows)), ordinal)
    by_number = {row[0]: row for row in rows}
    for place, title in enumerate(("answer", "rule", "who_pays"), 1):
        texts = pd.Categorical([by_number[number][place] for number in told])
        frame[title] = pd.Categorical.from_codes(texts.codes[places], dtype=texts.dtype)
    frame["deadline"] = _deadline(facts, ordinal, DEADLINES[name])
    frame["deadline_latest"] = np.full(len(facts), np.datetime64("NaT"), "datetime64[s]")
    frame["missing"] = _missing(facts, ordinal, GAPS[name])
    return frame


def _deadline(facts, ordinal, deadlines):
    days = [facts[day].to_numpy() for day in deadlines.values()]
    return np.select([ordinal == number for number in deadlines], days, np.datetime64("NaT"))


def _missing(facts, ordinal, gaps):
    missing = np.full(len(facts), None, dtype=object)
    for number, names in gaps.items():
        at = np.flatnonzero(ordinal == number)
        missing[at] = names[0] if len(names) == 1 else _named(facts[list(names)].iloc[at].isna())
    return missing


def _named(unknown):
    named = pd.Series("", index=unknown.index, dtype=object)
    for name in unknown.columns:
        named = named.where(~unknown[name], named + "," + name)
    return named.str[1:].to_numpy(dtype=object)
