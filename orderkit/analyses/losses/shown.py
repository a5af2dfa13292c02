"""How losses and cover look: the losses, under them what each tariff would cost and bring, and all of it for machines."""

import pandas as pd

from orderkit.analyses import show
from orderkit.analyses.losses.ahead import SPANS
from orderkit.analyses.losses.rarity import rarity_said
from orderkit.analyses.result import Result
from orderkit.analyses.words import sure
from orderkit.languages import phrase
from orderkit.printable import for_terminals, printable
from orderkit.statistics.losses.cover import EITHER, INSURE, NONE_OFFERED, NOT
from orderkit.statistics.losses.rates import FEW_EVENTS
from orderkit.statistics.losses.recommend import NONE

MONEY = ("value", "recovered", *(f"{figure}_{span}" for span in SPANS for figure in ("cost", "cost_high")))
VIEW = {
    "what": "what", "currency": "currency", "events": "parcels", "known_outcome": "of known", "value": "worth",
    "recovered": "claims brought", "one_in": "rate", "at_worst": "at worst", "expected_year": "expect a year",
    "cost_year": "costing", "cost_high_year": "19 of 20 years at most",
}  # fmt: skip
OFFERED = {
    "tariff": "tariff", "currency": "currency", "answer": "answer", "insured": "parcels a year", "premium": "price in a year",
    "brings": "should bring", "saves": "saves", "sure": "sure that it pays", "cost_none": "cost without cover",
    "cost": "cost with the best of it",
}  # fmt: skip
OFFERED_TITLE = "What cover would cost and bring in a year"
OFFERED_MONEY = ("premium", "brings", "saves", "cost_none", "cost")
ANSWERS = {INSURE: "insure some", NOT: "insure none", NONE_OFFERED: "no price for your parcels"}
TOLD = ("services", "ahead", "offers", "groups", "ways", "shares", "switch", "weeks", "unfiled")  # of the tables, to machines


class Losses(Result):
    """Losses and cover: under the losses stands what each tariff would cost and bring in a year."""

    def to_json(self):
        """All of it for machines: headline, how, totals, rows and the tables."""
        told = {name: _records(self.tables[name]) for name in TOLD}
        return {"headline": self.headline, "how": self.how, "totals": self.totals, "rows": _records(self.frame)} | told

    def _shown(self):
        """Of few events the rate says so."""
        few = self.frame["verdict"].eq("too few to tell").head(self.rows_shown)
        shown = super()._shown()
        said = {name: shown[name].map(rarity_said) for name in ("one_in", "at_worst") if name in shown}
        if few.any():
            uncertain = [phrase("too few to tell: {rate}", rate=rate) for rate in said["one_in"][few]]
            said["one_in"] = said["one_in"].mask(few, pd.Series(uncertain, said["one_in"].index[few]))
        return shown.assign(**said)

    def _repr_html_(self):
        shown = self._shown()
        table = [show.table(shown, money=dict.fromkeys([*MONEY], "currency"), titles=self.view)] if len(shown) else []
        advice = [first for first, _ in self.tables["advice"]]
        return str(show.section(self.headline, *advice, *self._more(), *table, show.fold(phrase("How we know"), self.how)))

    @for_terminals
    def __repr__(self):
        headline = printable(self.headline)
        return super().__repr__().replace(headline, "\n".join([headline, *(first for first, _ in self.tables["advice"])]), 1)

    def _more(self):
        offers = self._offers()
        shown = offers.assign(**{name: _amounts(offers, name) for name in OFFERED_MONEY}, insured=_counts(offers["insured"]))
        right = ("insured", "sure", *OFFERED_MONEY)
        return [show.table(shown, caption=phrase(OFFERED_TITLE), right=right, titles=OFFERED)] if len(offers) else []

    def _more_words(self):
        offers = self._offers().round(2).rename(columns={name: phrase(title) for name, title in OFFERED.items()})
        return ["", phrase(OFFERED_TITLE), offers.to_string(index=False, na_rep="-")] if len(offers) else []

    def _offers(self):
        """What is shown of the offers: amounts of cover that nobody should buy, and of few losses, are empty."""
        offers = self.tables["offers"]
        counted = self.frame.groupby("currency")["events_counted"].sum()
        few = offers["currency"].map(counted) < FEW_EVENTS
        none = (offers["way"] == NONE) | few
        answer = offers["verdict"].map(ANSWERS).fillna(offers["verdict"])
        answer = answer.mask(offers["verdict"] == EITHER, none.map({True: "probably none", False: "some may pay"}))
        answer = answer.where(~few, "too few losses to tell").map(phrase, na_action="ignore")
        certain = offers["probability"].map(sure, na_action="ignore")
        shown = offers.assign(answer=answer, sure=certain, insured=offers["insured"].round()).reindex(columns=[*OFFERED])
        return shown.mask(
            pd.DataFrame(dict.fromkeys(("insured", "premium", "brings", "saves"), none)).reindex(
                columns=shown.columns, fill_value=False
            )
        )


def _records(frame):
    """The rows of a frame as plain mappings, None for what is not known."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _amounts(offers, name):
    return [
        "" if pd.isna(amount) else show.money(amount, code) for amount, code in zip(offers[name], offers["currency"], strict=True)
    ]


def _counts(numbers):
    return ["" if pd.isna(number) else show.number(int(number)) for number in numbers]
