"""How far a class's own experience is to be believed: Buhlmann, Buhlmann-Straub, and limited fluctuation credibility.

In all of them a class's premium is Z x its own mean + (1 - Z) x the collective mean. The greatest accuracy models find the spread
between classes (`between`, a) and within one (`within`, s2) from the data; Z = weight / (weight + K) with K = s2 / a.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents

from .checks import answer, broadcast, checked_values, inner_share, listed, not_negative, numbers, numbers_from_zero, positive
from .designs import check_columns


@dataclass(frozen=True)
class Credibility:
    """What greatest accuracy credibility gives to each class.

    `collective`: the mean for a class about which nothing is known. `between` (a): the variance of class means. `within` (s2):
    the variance of one period of weight 1. `k`: `within` / `between`, infinite where classes do not differ. `classes`: frame by
    class with columns weight, periods, mean (NaN without experience), factor (Z, 0 to 1), premium. `note`: what was unusual.
    """

    collective: float
    between: float
    within: float
    k: float
    classes: pd.DataFrame
    note: str

    def factor_of(self, weight):
        """The credibility factor Z of a further class with so much weight: weight / (weight + k); arrays too."""
        weight = numbers_from_zero(weight, "Weights")
        return answer(weight / (weight + self.k) if self.k else np.where(weight > 0, 1.0, 0.0))

    def premium_of(self, mean, weight):
        """The credibility premium of a further class with this own mean of so much weight (number of periods, exposure)."""
        mean, factor = broadcast(numbers_from_zero(mean, "Means"), np.asarray(self.factor_of(weight)))
        return answer(factor * mean + (1 - factor) * self.collective)

    @property
    def factors(self):
        """The credibility factor Z of each class, an array."""
        return self.classes["factor"].to_numpy()

    @property
    def premiums(self):
        """The credibility premium of each class, an array."""
        return self.classes["premium"].to_numpy()

    @property
    def means(self):
        """The own weighted mean of each class, an array."""
        return self.classes["mean"].to_numpy()


def buhlmann_straub(ratios, weights, *, collective=None):
    """Credibility premiums of classes with differing weights, with unbiased structure parameters: a Credibility.

    Parameters
    ----------
    ratios
        [classes, periods], such as losses per parcel or per 100 of value; NaN where a class has no such period. The index of a
        frame names the classes.
    weights
        As `ratios`: parcels, value shipped or other volume that made each ratio; a ratio of weight 0 is left out.
    collective
        The collective mean where it is known, as a tariff's; otherwise that of the classes, weighted by credibility.

    Where the spread between class means is no more than chance (a not above 0), all factors are 0, every premium is the
    collective mean (weighted by volume), and `note` says so.

    Raises
    ------
    TooFewEvents
        Fewer than two classes with experience (one, where `collective` is given), or none with two periods.

    References
    ----------
    Buhlmann, Straub (1970); Buhlmann, Gisler (2005), A Course in Credibility Theory, section 4.8; Klugman, Panjer, Willmot, Loss
    Models, nonparametric empirical Bayes estimation.

    >>> found = buhlmann_straub([[200, 216.67], [180, 190.48]], [[50, 60], [100, 105]])
    >>> found.factors.round(2).tolist(), round(found.collective, 2)
    ([0.8, 0.88], 196.64)
    """
    names = ratios.index if isinstance(ratios, pd.DataFrame) else None
    ratios, weights = _cells(ratios, weights)
    known = weights > 0
    total, periods = weights.sum(axis=1), known.sum(axis=1)
    means = np.divide((weights * ratios).sum(axis=1), total, out=np.full(total.shape, np.nan), where=total > 0)
    degrees = np.maximum(periods - 1, 0).sum()
    if not degrees:
        raise TooFewEvents("No class has two periods: how far one period differs from the next cannot be told. Use more periods.")
    within = float((weights * (ratios - np.nan_to_num(means)[:, None]) ** 2).sum() / degrees)
    table = pd.DataFrame({"weight": total, "periods": periods, "mean": means}, index=names)
    return _premiums(table, within, _collective(collective))


def buhlmann(claims, *, collective=None):
    """Credibility premiums of classes whose periods all weigh the same: `buhlmann_straub` with weights of 1.

    `claims`: [classes, periods], NaN where a class has no such period.

    References
    ----------
    Buhlmann (1967), ASTIN Bulletin 4:199-207; Klugman, Panjer, Willmot, Loss Models, nonparametric empirical Bayes estimation.

    >>> found = buhlmann([[3, 5, 7], [6, 12, 9]])
    >>> found.factors.round(4).tolist(), found.premiums.round(4).tolist()
    ([0.7292, 0.7292], [5.5417, 8.4583])
    """
    cells = numbers(claims, "Claims")
    weights = np.where(np.isnan(cells), 0.0, 1.0)
    return buhlmann_straub(claims, weights, collective=collective)


def buhlmann_of_types(means, variances, *, probabilities=None):
    """Buhlmann's credibility where it is known what types of risk there are: their means, variances and probabilities.

    A Credibility with a row per type: the premium of one whose own mean over a period is that type's. Of other experience,
    `found.premium_of(mean, periods)`. Without `probabilities` all types are alike.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, the Buhlmann model: hypothetical means and process variances.

    >>> found = buhlmann_of_types([0.4, 0.7], [0.44, 0.61], probabilities=[0.75, 0.25])  # good and bad drivers
    >>> round(found.k, 4), round(found.premium_of(0.5, 2), 4)  # after years of 0 claims and of 1
    (28.5926, 0.4766)
    """
    means, shares = checked_values(means, probabilities)
    variances = numbers_from_zero(variances, "Variances")
    if variances.shape != means.shape:
        raise BadValue(f"{means.size} means and {variances.size} variances: give one of each per type.")
    shares = shares / shares.sum()
    collective, within = float(shares @ means), float(shares @ variances)
    between = float(shares @ (means - collective) ** 2)
    if not (within or between):
        raise BadValue("All types are alike and sure: there is no spread to tell them by.")
    k = within / between if between else math.inf
    note = "" if between else "Types do not differ in their means (a = 0): all get the collective mean."
    table = pd.DataFrame({"weight": 1.0, "periods": 1, "mean": means})
    found = Credibility(collective, between, within, k, table, note)
    return replace(found, classes=table.assign(factor=found.factor_of(1.0), premium=found.premium_of(means, 1.0)))


def buhlmann_poisson(counts, *, exposure=None, weights=None, collective=None):
    """Credibility premiums of classes with one count each, assuming that each is Poisson about its own rate: a Credibility.

    The variance within is then the collective mean, so no second period is needed. `counts`: claims of each class or policy over
    all its `exposure` (1 if not given); `weights`: how many had such a count and exposure. Premiums are per unit of exposure.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, semiparametric estimation.

    >>> found = buhlmann_poisson([0, 1, 2, 3, 4], weights=[1563, 271, 32, 7, 2])
    >>> round(found.collective, 3), round(found.between, 3), found.factors[0].round(2).item()
    (0.194, 0.032, 0.14)
    """
    names = counts.index if isinstance(counts, pd.Series) else None
    counts = numbers_from_zero(counts, "Counts")
    exposure = np.ones(counts.shape) if exposure is None else numbers_from_zero(exposure, "Exposures")
    repeats = np.ones(counts.shape) if weights is None else numbers_from_zero(weights, "Weights")
    if counts.ndim != 1 or not counts.shape == exposure.shape == repeats.shape:
        raise BadValue("Counts, exposures and weights must be lists of one length.")
    if not ((exposure > 0) & (repeats > 0)).all():
        raise BadValue("Exposures and weights must be above 0: leave out classes that were never exposed.")
    collective = _collective(collective)
    within = float((repeats * counts).sum() / (repeats * exposure).sum()) if collective is None else collective
    table = pd.DataFrame({"weight": exposure, "periods": 1, "mean": counts / exposure}, index=names)
    return _premiums(table, within, collective, repeats)


def loss_ratio_credibility(frame, *, classes, period, loss, value, per=100, collective=None):
    """Credible loss per 100 of value shipped by class: `buhlmann_straub` on money, from a frame with a row per parcel, or sums.

    `classes` (a name or several), `period`, `loss` and `value` name columns: each row's class and period, what was lost and what
    was shipped, in one currency. Ratios are sum of losses / sum of values x `per` by class and period, weights the values.

    Raises BadValue where several currencies are in the frame, money is missing or negative, or a loss has no value shipped.

    >>> book = pd.DataFrame({"carrier": list("AABB"), "month": [1, 2, 1, 2], "lost": [1, 3, 9, 7], "shipped": [100] * 4})
    >>> loss_ratio_credibility(book, classes="carrier", period="month", loss="lost", value="shipped").premiums.round(3).tolist()
    [2.167, 7.833]
    """
    per, by = positive(per, "per"), [classes] if isinstance(classes, str) else list(listed(classes, "Classes"))
    check_columns(frame, [*by, period, loss, value])
    if not by:
        raise BadValue("No column of classes was named: give at least one, such as the carrier.")
    if "currency" in frame.columns and frame["currency"].nunique() > 1:
        raise BadValue(f"Money in {frame['currency'].nunique()} currencies cannot be added: keep the rows of one.")
    if frame[[*by, period]].isna().any(axis=None):
        raise BadValue("Rows lack their class or period: give them a class of their own, for example 'unknown'.")
    money = frame[[*by, period]].assign(loss=numbers_from_zero(frame[loss], loss), value=numbers_from_zero(frame[value], value))
    sums = money.groupby([*by, period], observed=True)[["loss", "value"]].sum()
    if (sums["loss"] > 0)[sums["value"] == 0].any():
        raise BadValue("A class and period has losses but no value shipped: give the value of every parcel, lost or not.")
    ratio = sums["loss"] / sums["value"].where(sums["value"] > 0) * per
    return buhlmann_straub(ratio.unstack(period), sums["value"].unstack(period).fillna(0.0), collective=collective)


def full_credibility(probability=0.9, within=0.05, *, severity_cv=0, frequency_dispersion=1):
    """How many claims a class needs for its own mean to be believed fully: limited fluctuation credibility.

    So many that the total comes within this share of its mean with this probability, by the normal law. `severity_cv`: the
    coefficient of variation of one loss, where total money is meant rather than the number of claims. `frequency_dispersion`:
    variance / mean of claim counts, 1 for a Poisson, 1 + beta for a negative binomial; 0 for the mean size of a claim alone.

    References
    ----------
    Longley-Cook (1962), Proceedings of the Casualty Actuarial Society 49:194-221; Loss Models, limited fluctuation credibility.

    >>> round(full_credibility(), 1), round(full_credibility(severity_cv=2), 1)
    (1082.2, 5411.1)
    """
    probability, within = inner_share(probability, "probability"), positive(within, "within")
    severity_cv = not_negative(severity_cv, "severity_cv")
    frequency_dispersion = not_negative(frequency_dispersion, "frequency_dispersion")
    from scipy.special import ndtri

    return float((ndtri((1 + probability) / 2) / within) ** 2 * (frequency_dispersion + severity_cv**2))


def limited_fluctuation(claims, full=None):
    """The credibility factor of so many claims (arrays too) by the square root rule: sqrt(claims / full), at most 1.

    `full`: how many are believed fully; `full_credibility()` if not given. Both may be in other units, such as exposure.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models, limited fluctuation credibility: partial credibility.

    >>> limited_fluctuation(300, 1082).round(3).item()
    0.527
    """
    full = full_credibility() if full is None else full
    return np.minimum(1.0, np.sqrt(numbers_from_zero(claims, "Claims") / positive(full, "full")))


def _premiums(table, within, collective, repeats=None):
    """Between variance, factors and premiums of classes with these weights and means; `repeats`: how many classes each row is."""
    repeats = np.ones(len(table)) if repeats is None else repeats
    there = table["weight"].to_numpy() > 0
    weight, mean, times = table["weight"].to_numpy()[there], table["mean"].to_numpy()[there], repeats[there]
    if times.sum() < (2 if collective is None else 1):
        raise TooFewEvents("One class with experience cannot tell how far classes differ: give more, or a known collective mean.")
    total, average = (times * weight).sum(), np.average(mean, weights=times * weight)
    around, free = (average, times.sum() - 1) if collective is None else (collective, times.sum())
    spread = (times * weight * (mean - around) ** 2).sum() - free * within
    between = spread / (total - (times * weight**2).sum() / total if collective is None else total)
    note = "" if between > 0 else f"Classes do not differ more than chance (a = {between:.4g}): all get the collective mean."
    between = max(0.0, float(between))
    factor = np.where(there, table["weight"] / (table["weight"] + within / between), 0.0) if between else np.zeros(len(table))
    if collective is None:
        collective = np.average(mean, weights=times * factor[there]) if between else average
    premium = np.where(there, factor * table["mean"].fillna(0.0), 0.0) + (1 - factor) * collective
    k = within / between if between else math.inf
    return Credibility(float(collective), between, within, k, table.assign(factor=factor, premium=premium), note)


def _collective(collective):
    """A known collective mean as a float; None where it is not known."""
    return None if collective is None else not_negative(collective, "collective")


def _cells(ratios, weights):
    """Ratios and weights as arrays, 0 in both where a cell is missing."""
    ratios, weights = numbers(ratios, "Ratios"), numbers(weights, "Weights")
    if ratios.ndim != 2 or ratios.shape != weights.shape:
        raise BadValue(f"Ratios of shape {ratios.shape}, weights of {weights.shape}: both must be [classes, periods].")
    known = ~np.isnan(ratios)
    if np.isnan(weights[known]).any() or (weights[~np.isnan(weights)] < 0).any() or np.isinf(weights).any():
        raise BadValue("A ratio lacks its weight, or a weight is negative: give what volume made each ratio.")
    if np.isinf(ratios).any():
        raise BadValue("A ratio is infinite: leave out (NaN) what has no volume.")
    used = known & (np.nan_to_num(weights) > 0)
    return np.where(used, ratios, 0.0), np.where(used, weights, 0.0)
