"""What share of recent orders will have come back in the end, from the returns seen so far: the thinned beta-binomial.

A cohort (the orders of a week) of n units has a return rate p of its own, Beta(a, b) over cohorts; a share G of its returns has
come by now, so r ~ Bin(n, p G). Each of the n - r units left comes back yet with q = p (1 - G) / (1 - p G). All three are not
known for sure, and all three are in the ranges: (a, b) have a posterior on a grid (marginal likelihood of all cohorts), G is
given as equally likely values drawn from the delay pattern, p is integrated out on 21 points about its place for each of them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow

from .delays import counts_of, days, label_numbers, sifted
from .development_prior import POINTS, final_posterior, learn, posterior
from .remaining import Remaining, size_of

LEVELS = (0.5, 0.8, 0.9)
YOUNG = 0.3  # with a smaller share of the returns seen a rate says little: to be shown in grey
DRAWS = 240  # of the delay pattern
VALUES = 6  # of G for each cohort: means of so many equal parts of its draws
BLOCK = 2_000_000  # numbers at a time: bounds the memory
MONDAY = 4  # 1970-01-05


@dataclass(frozen=True)
class Cohorts:
    """Cohorts as of a day: `table`, one row each, and `seen_draws` [cohorts, draws] of G; what was set aside, in units.

    Table: the `by` columns, week (its Monday), shipped, reported, excess (reported above shipped, not in `reported`), seen (G:
    the mean of its days, by units), whole_week (all its days lie at or before the as-of day). `aside`: "after" the as-of,
    "beyond" the window, "unmatched" (returned units of cohorts without shipped units), "shipped_after" the as-of.
    """

    table: pd.DataFrame
    seen_draws: np.ndarray
    aside: dict


@dataclass(frozen=True)
class Ultimate:
    """Ultimate rates: `table` (see `ultimate`), the law of what is still to come, and the prior over cohorts.

    `rate` and `strength` are posterior means of a / (a + b) and (by its median) a + b; `pooled` says that too few returns were
    seen to tell cohorts apart, so that all have one rate.
    """

    table: pd.DataFrame
    remaining: Remaining
    rate: float
    strength: float
    pooled: bool

    def at_most(self, units):
        """The foretold chance of so many returned units in the end, or fewer [cohorts]."""
        return self.remaining.at_most(np.asarray(units, dtype=float) - self.table["reported"].to_numpy())


def weekly(shipped, returned, patterns, *, as_of, by=(), draws=DRAWS, seed=1):
    """Cohorts by order week and the columns `by`.

    Parameters
    ----------
    shipped : frame of day, units, the `by` columns and, if there are several return windows, window; rows may repeat.
    returned : the same with delay: see `delays.learn_patterns`.
    patterns : Patterns learned up to the same day.
    as_of : the last day that the data cover in full: a week that is cut off counts with its days up to then.

    Raises
    ------
    NothingToShow
        No unit was shipped up to the as-of day.
    BadValue, UnknownName
        As `delays.learn_patterns`.
    """
    by = [by] if isinstance(by, str) else list(by)
    last = int(days([as_of])[0])
    seen, aside = sifted(returned, as_of=as_of, windows=patterns.windows)
    units, day = counts_of(shipped["units"]), days(shipped["day"])
    use = (day <= last) & (units > 0)
    if not use.any():
        raise NothingToShow("No unit was shipped up to the as-of day: there is no cohort to show.")
    cells = shipped.loc[use, by].assign(week=_monday(day[use]))
    keys = [*by, "week"]
    number = cells.groupby(keys, dropna=False, sort=True, observed=True).ngroup().to_numpy()
    table = cells.iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
    back = returned[by].iloc[seen.index].assign(week=_monday(seen["day"].to_numpy()), units=seen["units"].to_numpy())
    reported, unmatched = _reported(table, back, keys)
    total = np.bincount(number, units[use], minlength=len(table))
    labels = label_numbers(shipped, patterns.windows)[use]
    share, drawn = _seen(
        number, labels, last - day[use], units[use] / total[number], patterns, draws, np.random.default_rng(seed)
    )
    table = table.assign(
        week=pd.to_datetime(table["week"], unit="D"), shipped=total, reported=np.minimum(reported, total),
        excess=np.maximum(reported - total, 0), seen=share, whole_week=table["week"].to_numpy() + 6 <= last,
    )  # fmt: skip
    aside |= {"unmatched": unmatched, "shipped_after": float(units[day > last].sum())}
    return Cohorts(table, drawn, aside)


def ultimate(cohorts, *, levels=LEVELS):
    """Ultimate of each cohort of `weekly`: its table with the columns of `develop`. See there."""
    found = develop(cohorts.table["reported"], cohorts.table["shipped"], cohorts.seen_draws, levels=levels)
    columns = found.table.drop(columns=["reported", "shipped", "seen"])
    table = cohorts.table.join(columns).assign(too_young=cohorts.table["seen"] < YOUNG)
    return Ultimate(table, found.remaining, found.rate, found.strength, found.pooled)


def develop(reported, shipped, seen, *, levels=LEVELS):
    """Ultimate rates from counts of units.

    `seen` is the share of a cohort's returns that has come by now: one number each [cohorts], or equally likely ones
    [cohorts, draws], above 0 and at most 1. Where the last holds for all of a cohort's draws, its rate is final.

    Table, one row a cohort: reported, shipped, seen, reported_rate, remaining (units expected yet), ultimate_units,
    ultimate_rate, and for each level, as percent, low_90 and high_90: the range of the rate that this cohort will show in the
    end; underlying_rate, underlying_low_90 and underlying_high_90: of its p, the rate of endless such orders; weight: that of
    the cohort's own count against the mean of all in its p; too_young: `seen` below 0.3.

    Raises
    ------
    BadValue
        More reported than shipped, nothing shipped, units that are no whole number, a `seen` outside its range.
    NothingToShow
        No cohort.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 5.3; Jewell (1989), Predicting IBNYR events and delays, ASTIN Bulletin
    19:25-55; its point rule: Bornhuetter, Ferguson (1972).

    >>> develop([8, 9, 7, 8], [100, 100, 100, 100], [1.0, 1.0, 1.0, 1.0]).table["ultimate_rate"].tolist()
    [0.08, 0.09, 0.07, 0.08]
    """
    reported, shipped, seen = _checked(reported, shipped, seen)
    share = seen.mean(axis=1)
    prior = learn(reported, shipped, share)
    moments = _moments(reported, shipped, seen, prior)
    left = Remaining.matched(shipped - reported, moments[:, 2], moments[:, 3])
    units = reported + left.mean
    table = pd.DataFrame(
        {
            "reported": reported, "shipped": shipped, "seen": share, "reported_rate": reported / shipped, "remaining": left.mean,
            "ultimate_units": units, "ultimate_rate": units / shipped,
        }
    )  # fmt: skip
    ranges = _ranges(reported, shipped, left, moments[:, :2], levels)
    exposed = shipped * share
    weight = exposed / (exposed + prior.strength)
    table = table.assign(**ranges, underlying_rate=moments[:, 0], weight=weight, too_young=share < YOUNG)
    return Ultimate(table, left, prior.rate, prior.strength, prior.pooled)


def _ranges(reported, shipped, left, rate, levels):
    from scipy.special import betaincinv

    size, found = size_of(*rate.T), {}
    a, b = size * rate[:, 0], size * (1 - rate[:, 0])
    for level, (low, high) in zip(levels, left.intervals(levels), strict=True):
        name, tail = round(100 * level), (1 - level) / 2
        found |= {f"low_{name}": (reported + low) / shipped, f"high_{name}": (reported + high) / shipped}
        found |= {f"underlying_low_{name}": betaincinv(a, b, tail), f"underlying_high_{name}": betaincinv(a, b, 1 - tail)}
    return found


def _moments(reported, shipped, seen, prior):
    """[cohorts, 4]: posterior mean and variance of p, and of q."""
    found = np.empty((reported.size, 4))
    final = (seen == 1).all(axis=1)
    found[final] = final_posterior(reported[final], shipped[final], prior)
    places = np.flatnonzero(~final)
    step = max(1, BLOCK // (prior.a.size * POINTS.size * VALUES))
    for start in range(0, places.size, step):
        some = places[start : start + step]
        found[some] = posterior(reported[some], shipped[some], _few(seen[some]), prior)
    return found


def _few(seen):
    """Equally likely values [cohorts, values] in place of many draws: means of equal parts of the sorted draws."""
    if seen.shape[1] <= VALUES:
        return seen
    parts = np.array_split(np.sort(seen, axis=1), VALUES, axis=1)
    return np.stack([part.mean(axis=1) for part in parts], axis=1)


def _seen(number, label, age, share, patterns, draws, rng):
    """(G [cohorts], draws of it [cohorts, draws]): means over the days of a cohort, `share` being a row's part of its units."""
    learned = list(patterns.by_window.values())
    starts = np.cumsum([0, *(pattern.window + 1 for pattern in learned)])
    last = np.array([pattern.window for pattern in learned])[label]
    place = starts[label] + np.minimum(age, last)
    width = int(starts[-1])
    weights = np.bincount(number * width + place, share, minlength=(number.max() + 1) * width).reshape(-1, width)
    point = np.concatenate([pattern.share for pattern in learned])
    drawn = np.concatenate([pattern.draws(draws, rng) for pattern in learned], axis=1)
    found, many = weights @ point, weights @ drawn.T
    # sums of shares that make up 1 may miss it by a rounding error
    final = np.bincount(number, age >= last, minlength=len(weights)) == np.bincount(number)
    found[final], many[final] = 1.0, 1.0
    return np.clip(found, 1e-9, 1), np.clip(many, 1e-9, 1)


def _reported(table, back, keys):
    """(returned units by cohort, units of cohorts that shipped none)."""
    sums = back.groupby(keys, dropna=False, observed=True)["units"].sum().reset_index()
    joined = table[keys].merge(sums, on=keys, how="left")["units"].fillna(0).to_numpy()
    return joined, float(back["units"].sum() - joined.sum())


def _monday(day):
    return (day - MONDAY) // 7 * 7 + MONDAY


def _checked(reported, shipped, seen):
    reported, shipped = counts_of(reported), counts_of(shipped)
    seen = np.asarray(seen, dtype=float)
    seen = seen[:, None] if seen.ndim == 1 else seen
    if not reported.shape == shipped.shape == seen.shape[:1]:
        raise BadValue("Reported and shipped units and the share seen must be lists of one length.")
    if reported.size == 0:
        raise NothingToShow("There is no cohort to develop.")
    if (reported > shipped).any() or (shipped <= 0).any():
        raise BadValue("A cohort has more units reported than shipped, or none shipped. Cut it, and say how many it were.")
    if not ((reported % 1 == 0) & (shipped % 1 == 0)).all():
        raise BadValue("Units of a cohort are no whole number. Give counts of units, not money.")
    if not ((seen > 0) & (seen <= 1)).all():
        raise BadValue("A share seen is not above 0 and at most 1. Give that of a delay pattern.")
    return reported, shipped, seen
