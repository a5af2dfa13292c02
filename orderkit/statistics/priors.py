"""The law of the rates of many products: a Beta(a, b), found by marginal maximum likelihood from their counts.

It says how far products differ beyond chance, and so how far each one's own count is to be believed. Products of small categories
share one strength, each category about its own mean: a law of all would pull a good cable up to the rate of clothes.
"""

from dataclasses import dataclass

import numpy as np

from orderkit.errors import BadValue, TooFewEvents

FEW_EVENTS, FEW_PRODUCTS = 5, 3  # with fewer events, or products that have any, the spread of rates cannot be told
WEAKEST, STRONGEST = 0.1, 1e6  # the strength a + b, in units; the strongest equals one rate for all
LOWEST, HIGHEST = (-16, np.log(WEAKEST)), (16, np.log(STRONGEST))  # of logit mean and log strength, where they are looked for
ROUNDS, CLOSE = 60, 1e-7
TELLING = 5  # products from which on a category tells how far its products lie about its mean
SAMPLE = 20_000  # so many products are enough to tell it
AT_MOST = 100  # a prior that is not found from the spread is worth at most so many units


@dataclass(frozen=True)
class Prior:
    """The law of rates Beta(`a`, `b`), and where it is from: `method` is spread, weak or pooled.

    spread: found from the spread of rates. weak: too few products with events, so it is worth one event, and at most 100 units.
    pooled: too few events, or one product; (a, b) is the Jeffreys posterior of the pooled count, the same for every product.
    """

    a: float
    b: float
    method: str

    @property
    def mean(self):
        """The rate of a product about which nothing is known."""
        return self.a / (self.a + self.b)

    @property
    def strength(self):
        """How many units of its own a product needs for its count to weigh half."""
        return self.a + self.b

    def posterior(self, k, n):
        """(a, b) by product, arrays: of its Beta law after k events of n units."""
        k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
        own = self.method != "pooled"
        return self.a + own * k, self.b + own * (n - k)


def beta_by_moments(mean, sd):
    """(a, b) of the Beta law with this mean and standard deviation. Gelman et al. (2013), Bayesian Data Analysis, section 5.1.

    >>> [round(number, 1) for number in beta_by_moments(0.136, 0.103)]
    [1.4, 8.7]
    """
    if not 0 < mean < 1 or not 0 < sd * sd < mean * (1 - mean):
        raise BadValue(f"No Beta law has mean {mean} and standard deviation {sd}: 0 < sd^2 < mean (1 - mean) must hold.")
    strength = mean * (1 - mean) / sd**2 - 1
    return mean * strength, (1 - mean) * strength


def beta_binomial(k, n):
    """The Prior of the rates of many products from their events k and units n (arrays; n may be effective units).

    Marginal maximum likelihood; 100,000 products take a fraction of a second, as the likelihood is a sum over the values that
    occur of k, of n - k and of n. a + b is at most 1e6: more than that is one rate for all.

    Raises BadValue where an event is not among its units, and TooFewEvents without a single unit.

    References
    ----------
    Skellam (1948), JRSS B 10:257-261; Gelman et al. (2013), Bayesian Data Analysis, section 5.3.

    >>> prior = beta_binomial([0] * 20, [20] * 20)
    >>> prior.method, round(prior.mean, 5)
    ('pooled', 0.00125)
    """
    k, n = counts_of(k, n)
    k, n = k[n > 0], n[n > 0]
    if not n.size:
        raise TooFewEvents("No product has a unit that can be counted: there is no rate to compare with.")
    events, units = k.sum(), n.sum()
    if events < FEW_EVENTS or n.size == 1:
        return Prior(float(events + 0.5), float(units - events + 0.5), "pooled")
    if (k > 0).sum() < FEW_PRODUCTS:
        mean = (events + 0.5) / (units + 1)
        strength = min(AT_MOST, 1 / mean)
        return Prior(float(mean * strength), float((1 - mean) * strength), "weak")
    return Prior(*_most_likely(k, n), "spread")


def category_means(k, n, code, strength):
    """(mean, strength) by category, arrays, from counts by product and the number of its category, from 0 on.

    `strength` is that of all products together, to start from. The means are beta-binomial too: n units of one product tell of
    them only as much as n (strength + 1) / (n + strength) independent ones. Categories have the same strength, or one that goes
    with 1 / mean (the same spread in percent of the mean): whichever is likelier over those of at least 5 products.
    """
    strength = np.full(code.max() + 1, strength)
    telling = np.flatnonzero((np.bincount(code, n > 0) >= TELLING)[code] & (n > 0))
    telling = telling[:: -(-telling.size // SAMPLE) or 1]
    for _ in range(3):
        worth = (strength[code] + 1) / (strength[code] + n)
        counts, sizes = np.bincount(code, k * worth), np.bincount(code, n * worth)
        a, b = beta_binomial(np.minimum(counts, sizes), sizes).posterior(counts, sizes)
        mean = a / (a + b)
        if not telling.size:
            break
        strength = _strengths(k[telling], n[telling], mean, code[telling])
    return mean, strength


def counts_of(k, n):
    """Events and units as float arrays; raises BadValue where they are no counts."""
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    if k.ndim != 1 or k.shape != n.shape or not ((k >= 0) & (k <= n) & np.isfinite(n)).all():
        raise BadValue(
            "Returns must be between 0 and the units of each product, one number of each per product. Young units times the "
            "share of returns that has come can be fewer than were returned: effective_units() never gives fewer."
        )
    return k, n


def _most_likely(k, n):
    """(a, b) of the maximum of the beta-binomial likelihood: Newton's method over logit mean and log strength, damped."""
    parts = [np.unique(part, return_counts=True) for part in (k, n - k, n)]
    place = _start(k, n)
    told, slope, bend = _likelihood(place, parts)
    for _ in range(ROUNDS):
        step = np.clip(_step(slope, bend), -2, 2)
        while True:  # half the way, until it leads up
            there = np.clip(place + step, LOWEST, HIGHEST)
            found = _likelihood(there, parts)
            if found[0] >= told or abs(step).max() < CLOSE:
                break
            step = step / 2
        moved = abs(there - place).max()
        if found[0] >= told:
            place, (told, slope, bend) = there, found
        if moved < CLOSE:
            break
    a, b, _ = _sizes(place)
    return float(a), float(b)


def _strengths(k, n, mean, code):
    """The most likely strength of products about the means of their categories, by category: even, or as 1 / mean."""
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    def loss(place, shape):
        strength = (np.exp(place) * shape)[code]
        a, b = mean[code] * strength, (1 - mean[code]) * strength
        return (betaln(a, b) - betaln(a + k, b + n - k)).mean()

    bounds, found = (np.log(WEAKEST), np.log(STRONGEST)), []
    for shape in (np.ones(mean.size), mean.mean() / mean):
        best = minimize_scalar(loss, bounds=bounds, args=(shape,), method="bounded", options={"xatol": 1e-3})
        found.append((best.fun, np.exp(best.x) * shape))
    return min(found, key=lambda one: one[0])[1]


def _start(k, n):
    """Where to look first: the pooled mean, and the strength that the spread of rates beyond chance suggests."""
    mean = min(max(k.sum() / n.sum(), 1e-6), 1 - 1e-6)
    chance = mean * (1 - mean)
    excess = (n * (k / n - mean) ** 2).sum() - chance * (n.size - 1)
    spread = excess / (n.sum() - (n**2).sum() / n.sum())
    sd = np.sqrt(np.clip(spread, chance / 1e5, chance / 2))
    return np.log([mean / (1 - mean), sum(beta_by_moments(mean, sd))])


def _sizes(place):
    mean, strength = 1 / (1 + np.exp(-place[0])), np.exp(place[1])
    return mean * strength, (1 - mean) * strength, strength


def _likelihood(place, parts):
    """The log likelihood at (logit mean, log strength), its slope [2] and its bend [2, 2]."""
    from scipy.special import digamma, gammaln, zeta  # zeta(2, x) is the trigamma function

    told = []
    for (values, times), size in zip(parts, _sizes(place), strict=True):
        there = size + values
        told.append([(times * (law(there) - law(size))).sum() for law in (gammaln, digamma, lambda x: -zeta(2, x))])
    (first, by_a, by_aa), (second, by_b, by_bb), (both, by_s, by_ss) = told
    by_a, by_b, by_aa, by_bb = by_a - by_s, by_b - by_s, -by_aa + by_ss, -by_bb + by_ss
    a, b, strength = _sizes(place)
    turn = a * b / strength  # how a moves with the logit of the mean, and b against it
    slope = np.array([turn * (by_a - by_b), a * by_a + b * by_b])
    ways = np.array([[turn, a], [-turn, b]])
    bend = ways.T @ np.array([[by_aa, by_ss], [by_ss, by_bb]]) @ ways
    bend += np.array([[(b - a) / strength * slope[0], slope[0]], [slope[0], slope[1]]])
    return first + second - both, slope, bend


def _step(slope, bend):
    """Newton's step upwards; where the likelihood is not bent like a hill, it is made so first."""
    values, ways = np.linalg.eigh(bend)
    steep = np.maximum(abs(values), 1e-9)
    return ways @ ((ways.T @ slope) / steep)
