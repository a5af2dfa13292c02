"""Which of carrier, value and lane goes with more losses, each apart from the others: where there are events enough to tell."""

import pandas as pd

from orderkit.errors import TooFewEvents
from orderkit.languages import phrase
from orderkit.statistics.losses.regression import OVERDISPERSED, negative_binomial_regression, poisson_regression

FACTORS = {"carrier": "carrier and service", "band": "value"}
COLUMNS = ["currency", "factor", "level", "events", "exposure", "relativity", "low", "high"]
LEAST = 10  # events of every level


def factors(found):
    """(frame, sentences): for each currency with at least 10 losses at every carrier's service and value band how many times as
    often parcels of a level are lost or damaged as those of the first, all else alike: relativity with low and high (90 %); the
    level that others are compared with has 1. A sentence for each currency of which that cannot be told.

    Poisson regression on the counts by class; where they vary more than chance (dispersion above 1.5), negative binomial.
    """
    parts, said = [], []
    for currency in found.currencies:
        counts = _counts(found.of(currency))
        if currency is None or counts.empty:
            continue
        try:
            parts.append(_fitted(counts).assign(currency=currency))
        except TooFewEvents:
            few = "{currency}: too few losses to tell carriers and values apart ({least} at every level are needed)."
            said.append(phrase(few, currency=currency, least=LEAST))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.reindex(columns=COLUMNS), said


def _counts(classes):
    """Lost and damaged parcels, among those with a known outcome, by carrier's service and value band."""
    ended = classes.assign(
        events=classes["lost"] + classes["damaged"],
        exposure=classes[["delivered", "returned", "lost", "damaged"]].sum(axis=1),
        carrier=(classes["carrier"].fillna("no carrier named") + " " + classes["service"].fillna("")).str.strip(),
        band=classes["band"].fillna("value not known"),
    )
    sums = ended.groupby([*FACTORS], as_index=False)[["events", "exposure"]].sum()
    return sums[sums["exposure"] > 0]


def _fitted(counts):
    varied = [name for name in FACTORS if counts[name].nunique() > 1]
    if not varied:
        raise TooFewEvents("All parcels are of one carrier and one value band: there is nothing to compare.")
    asked = {"events": "events", "exposure": "exposure", "factors": varied, "least": LEAST}
    fit = poisson_regression(counts, **asked)
    if fit.dispersion > OVERDISPERSED:
        fit = negative_binomial_regression(counts, **asked)
    return fit.relativities.replace({"factor": FACTORS})
