"""How often parcels of a class are lost or damaged: rare events, so every class learns from its carrier and this from all.

A hierarchical beta-binomial. The rate of a class (a lane and value band of a carrier's service) is drawn from a Beta law about
the rate of its group (the service), this from a Beta law about the rate of all. How far rates differ within and between groups
is not known either: it has a prior of its own, and every draw of the rates has its own answer to it. Fewer than five events, or
events in fewer than three classes, tell nothing of differences: then all classes have one rate, the Jeffreys posterior of the
pooled count.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents

from .checks import broadcast, inner_share, number, numbers

FEW_EVENTS, FEW_CLASSES = 5, 3  # with fewer events, or classes that have any, all classes have one rate
USUAL_SPREAD = (
    0.5  # median of the half-Cauchy prior of the coefficient of variation of rates: half as much again, or half as often
)
SPREADS = np.linspace(0.05, 2.0, 20)  # coefficients of variation that are tried; below, classes are alike for all purposes
MEANS = 41  # rates of all that are tried
WIDE = 5  # standard errors about the pooled rate within which they lie
JEFFREYS = 0.5  # events that the prior of a rate is worth
OF_TWO = JEFFREYS / 2  # of each of two perils that are learnt apart and foretold together, as lost and damaged are
DRAWS = 4_000  # for the figures of the table


@dataclass(frozen=True)
class ClassRates:
    """Rates of classes. `table`: a row per class, in their order, of events, exposure, raw (events / exposure; NaN of none),
    rate (shrunk: posterior mean), low, high (`level`, equal tails), upper (so high at worst: one-sided, `level`), credibility
    (0..1: how much of its own count a class is believed).

    `pooled`: `rate`, `low`, `high`, `upper` of all parcels together, by exposure. `method`: "hierarchical", or "pooled" where all
    classes have one rate. `few`: fewer than five events: too few to tell a rate.
    """

    table: pd.DataFrame
    pooled: dict
    method: str
    level: float
    _law: object

    @property
    def few(self):
        return bool(self.table["events"].sum() < FEW_EVENTS)

    def draws(self, number, rng):
        """So many draws of all rates from their posterior, [number, classes]; the same state of `rng` gives the same ones."""
        return self._law.draws(number, rng)


def fit_rates(events, exposure, *, group=None, level=0.9, prior=JEFFREYS):
    """The ClassRates of parcels lost: arrays of events and exposure by class (both may be fractions: see `known_share`).

    group: by class the label of what it is part of (its carrier's service), from which it learns first; without it there is one.
    prior: how many events the prior of the rate of all is worth. Perils that are learnt apart and foretold together have equal
    parts of one: 0.25 each of two. With 0.5 each, the totals of shops with few events would be foretold too high.

    Raises
    ------
    BadValue
        Events that are negative or more than the exposure; a prior of nothing, or of more than one event.
    TooFewEvents
        No exposure at all: nothing to learn from.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, sections 5.1 to 5.3; Gelman (2006), Bayesian Analysis 1:515-534, for the prior
    of the spread; Klugman, Panjer, Willmot, Loss Models, greatest accuracy credibility;
    Berger, Bernardo, Sun (2015), Overall objective priors, Bayesian Analysis 10:189-221, for one prior shared between perils.

    >>> found = fit_rates([0, 0, 0], [100, 200, 100])
    >>> found.method, round(found.pooled["upper"], 4), found.few
    ('pooled', 0.0034, True)
    """
    events, exposure = _checked(events, exposure, level)
    code = np.zeros(events.size, dtype=int) if group is None else pd.factorize(np.asarray(group), use_na_sentinel=False)[0]
    prior = number(prior, "prior")
    if not 0 < prior <= 1:
        raise BadValue(f"A prior worth {prior:g} events: expected more than 0 and at most 1, for example 0.5.")
    if code.size != events.size:
        raise BadValue(f"{code.size:,} groups for {events.size:,} classes: give one label per class.")
    enough = events.sum() >= FEW_EVENTS and (events > 0).sum() >= FEW_CLASSES
    law = _Hierarchy(events, exposure, code, prior) if enough else _Pooled(events, exposure, prior)
    drawn = law.spread_out()
    return ClassRates(
        _table(events, exposure, law, drawn, level), _pooled(events, exposure, drawn, level), law.method, level, law
    )


def known_share(lost, start):
    """How much of an open parcel's fate is known, 0..1: `lost`, the chance that it never arrives at its age, `start` the chance
    that a parcel had of that when it left (arrays). Added up it is what open parcels add to the events and to the exposure.

    A parcel that left today tells nothing (0); one that is surely lost is an event of one parcel (1). In between, with the
    likelihood p L + (1 - p) S of an open parcel (L, S: how likely it is open if lost, if not), this is the number of events in
    as many parcels whose likelihood has the same slope at p = `start`.

    >>> known_share(np.array([0.01, 0.505, 1.0]), np.array([0.01, 0.01, 0.01])).tolist()
    [0.0, 0.5, 1.0]
    """
    lost, start = broadcast(numbers(lost, "Chances of open parcels"), numbers(start, "Chances at the start"))
    if not (((lost >= 0) & (lost <= 1)).all() and ((start >= 0) & (start < 1)).all()):
        raise BadValue("Chances must lie between 0 and 1, that at the start below 1.")
    return np.clip((lost - start) / (1 - start), 0, 1)


def at_worst(events, exposure, *, level=0.95):
    """So high a rate is at most: the exact one-sided bound (Clopper, Pearson 1934) of a count, for words about few events.

    0 of n gives about 3 / n, the rule of three (Hanley, Lippman-Hand 1983). Fractions of events count as they are.

    >>> round(1 / at_worst(1, 1300)), round(1 / at_worst(0, 400))
    (274, 134)
    """
    from scipy.stats import beta

    events, exposure = number(events, "events"), number(exposure, "exposure")
    events, exposure = (part[0] for part in _checked([events], [exposure], level))
    return 1.0 if events >= exposure else float(beta.ppf(level, events + 1, exposure - events))


class _Pooled:
    """One rate for all classes."""

    method = "pooled"

    def __init__(self, events, exposure, prior):
        self.a, self.b, self.classes = events.sum() + prior, exposure.sum() - events.sum() + 0.5, events.size
        self.credibility = np.zeros(events.size)

    def draws(self, number, rng):
        return np.repeat(rng.beta(self.a, self.b, number)[:, None], self.classes, axis=1)

    def spread_out(self):
        """Draws that stand for the law as well as so many can: its quantiles at equal steps."""
        from scipy.stats import beta

        return np.repeat(beta(self.a, self.b).ppf((np.arange(DRAWS) + 0.5) / DRAWS)[:, None], self.classes, axis=1)


class _Hierarchy:
    """Classes about their groups, groups about all. Strengths (how many parcels a rate is worth) are 1 / (spread^2 mean) - 1."""

    method = "hierarchical"

    def __init__(self, events, exposure, code, prior):
        self.events, self.exposure, self.code, self.prior = events, exposure, code, prior
        self.overall = max(events.sum() / exposure.sum(), 1e-9)
        self.groups = code.max() + 1
        centre = self._centres(_strength(USUAL_SPREAD, self.overall))
        told = np.array([_likelihood(events, exposure, centre[code], spread) for spread in SPREADS])
        self.within = _weights(told + _prior(SPREADS))
        self.credibility = exposure / (exposure + _strength((self.within * SPREADS).sum(), centre[code]))

    def draws(self, number, rng):
        rates = np.empty((number, self.events.size))
        chosen = np.sort(rng.choice(SPREADS.size, number, p=self.within))
        for place in np.unique(chosen):
            rows = np.flatnonzero(chosen == place)
            centre = self._groups(SPREADS[place], rows.size, rng)[:, self.code]
            strength = _strength(SPREADS[place], centre)
            rates[rows] = rng.beta(centre * strength + self.events, (1 - centre) * strength + self.exposure - self.events)
        return rates[rng.permutation(number)]

    def spread_out(self):
        return self.draws(DRAWS, np.random.default_rng(20210312))

    def _deflated(self, spread):
        """Events and exposure by group, as far as classes that differ so much tell of their group: n (s + 1) / (n + s) of n."""
        strength = _strength(spread, self.overall)
        worth = (strength + 1) / (strength + np.maximum(self.exposure, 1e-12))
        worth = np.minimum(worth, 1)
        return tuple(np.bincount(self.code, part * worth, self.groups) for part in (self.events, self.exposure))

    def _centres(self, strength):
        """About the rate of each group: its own, half drawn to that of all."""
        events, exposure = (np.bincount(self.code, part, self.groups) for part in (self.events, self.exposure))
        return (events + self.overall * strength) / (exposure + strength)

    def _groups(self, spread, number, rng):
        """Draws [number, groups] of the rates of groups."""
        events, exposure = self._deflated(spread)
        if self.groups == 1:
            return rng.beta(events + self.prior, exposure - events + 0.5, (number, 1))
        means, spreads, chance = _grid(events, exposure, self.prior)
        place = rng.choice(chance.size, number, p=chance)
        mean, own = means[place][:, None], spreads[place][:, None]
        strength = _strength(own, mean)
        return rng.beta(mean * strength + events, (1 - mean) * strength + exposure - events)


def _grid(events, exposure, prior):
    """The posterior of (rate of all, spread of groups) on a grid: both, and their chances."""
    overall = (events.sum() + 0.5) / (exposure.sum() + 1)
    error = np.sqrt(1 / (events.sum() + 0.5) + USUAL_SPREAD**2 / events.size)
    logit = np.log(overall / (1 - overall)) + np.linspace(-WIDE, WIDE, MEANS) * error
    rate, spread = (part.ravel() for part in np.meshgrid(1 / (1 + np.exp(-logit)), SPREADS))
    told = _likelihood(events, exposure, rate[:, None], spread[:, None])
    told += (
        _prior(spread) + prior * np.log(rate) + 0.5 * np.log1p(-rate)
    )  # Beta(prior, 0.5), and d rate = rate (1 - rate) d logit
    return rate, spread, _weights(told)


def _likelihood(events, exposure, mean, spread):
    """Log beta-binomial likelihood of classes about `mean` with a coefficient of variation `spread`, summed over the last
    axis."""
    from scipy.special import betaln

    strength = _strength(spread, mean)
    a, b = mean * strength, (1 - mean) * strength
    return (betaln(a + events, b + exposure - events) - betaln(a, b)).sum(axis=-1)


def _strength(spread, mean):
    """a + b of the Beta law of this mean whose standard deviation is `spread` times the mean; at least 1: then it has no hump."""
    return np.maximum((1 - mean) / (mean * np.square(spread)) - 1, 1.0)


def _prior(spread):
    """Log density of the half-Cauchy law with median USUAL_SPREAD, but for a constant."""
    return -np.log1p((spread / USUAL_SPREAD) ** 2)


def _weights(told):
    chance = np.exp(told - told.max())
    return chance / chance.sum()


def _table(events, exposure, law, drawn, level):
    tail = (1 - level) / 2
    low, high, upper = np.quantile(drawn, [tail, 1 - tail, level], axis=0)
    raw = events / np.where(exposure > 0, exposure, np.nan)
    return pd.DataFrame(
        {
            "events": events, "exposure": exposure, "raw": raw, "rate": drawn.mean(axis=0), "low": low, "high": high,
            "upper": upper, "credibility": law.credibility,
        }
    )  # fmt: skip


def _pooled(events, exposure, drawn, level):
    mixed = drawn @ exposure / exposure.sum()
    tail = (1 - level) / 2
    low, high, upper = np.quantile(mixed, [tail, 1 - tail, level])
    return {"rate": float(mixed.mean()), "low": float(low), "high": float(high), "upper": float(upper)}


def _checked(events, exposure, level):
    events, exposure = numbers(events, "Events"), numbers(exposure, "Exposures")
    fits = events.ndim == 1 and events.shape == exposure.shape and bool(np.isfinite(exposure).all())
    if not fits or not ((events >= 0) & (events <= exposure)).all():
        raise BadValue("Events must be between 0 and the exposure of each class, one number of each per class.")
    inner_share(level, "level")
    if not exposure.sum() > 0:
        raise TooFewEvents("No parcel with a known outcome: there is nothing to learn a rate from.")
    return events, exposure
