"""A share (of parcels lost, or returned) by stratum, carrier and all, each learning from those beside it; with its uncertainty.

Strata of a carrier are Beta(M (mean of the carrier)), carriers Beta(M' (mean of all)), as in card A1's beta-binomial, one level
deeper. A stratum of n parcels tells of its carrier's mean only as much as n (M + 1) / (M + n) independent parcels would (its
variance is larger by 1 + (n - 1) / (M + 1)): so counts go up discounted, and means come down, and no parcel is used twice. Both
strengths have a posterior on a grid: marginal likelihood, means integrated out by Laplace's rule, times a half-Cauchy prior of
the spread (Gelman 2006, Bayesian Analysis 1:515-534; Gelman et al. 2013, Bayesian Data Analysis, section 5.3).
With fewer than 5 events in all the spread between strata cannot be told: all have one share, Jeffreys from the pooled count.
"""

from dataclasses import dataclass

import numpy as np

GRID = np.array([10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 1e5, 1e6])  # strengths, in parcels
PAIRS = np.stack(np.meshgrid(GRID, GRID, indexing="ij")).reshape(2, -1)  # of strata about carriers, of carriers about all
FEW = 5
SAMPLE = 300  # so many strata are enough to tell the strengths
SPREADS = (1.0, 0.5)  # typical sd of log shares: of strata about their carrier, of carriers about all
TINY = 1e-9


@dataclass(frozen=True)
class Shares:
    """Effective `events` among `size` parcels by stratum, the `carrier` number of each (ascending), `prior` (a, b) of the mean
    of all, and `odds`, the posterior weights of PAIRS.
    """

    events: np.ndarray
    size: np.ndarray
    carrier: np.ndarray
    prior: tuple
    odds: np.ndarray

    def means(self):
        """Posterior means: (strata, carriers, all); those of carriers and all are for a stratum not seen yet."""
        use = np.flatnonzero(self.odds > 1e-6)
        odds, (near, far) = self.odds[use] / self.odds[use].sum(), PAIRS[:, use, None]
        own, beside, every = _means(self, near, far)
        return odds @ own, odds @ beside, float(odds @ every[:, 0])

    def draws(self, number, rng):
        """`number` posterior draws [number, strata + carriers + 1]; those of carriers and all are for a stratum not seen yet."""
        near, far = PAIRS[:, rng.choice(self.odds.size, size=number, p=self.odds), None]
        counts, sizes = _upward(self, near)
        total = _about_all(self, counts, sizes, far)
        every = _beta(rng, *total)
        beside = _beta(rng, far * every + counts, far * (1 - every) + sizes - counts)
        mean = beside[:, self.carrier]
        own = _beta(rng, near * mean + self.events, near * (1 - mean) + self.size - self.events)
        new = _beta(rng, near * beside, near * (1 - beside))
        newest = _beta(rng, far * every, far * (1 - every))
        return np.concatenate([own, new, _beta(rng, near * newest, near * (1 - newest))], axis=1)

    @property
    def weight(self):
        """By stratum, the weight of its own count against its carrier's mean: n / (n + M), averaged over M."""
        return self.odds @ (self.size / (self.size + PAIRS[0][:, None]))


def learn(events, size, carrier, prior=(0.5, 0.5)):
    """Shares from effective counts by stratum; `carrier` ascending from 0."""
    some = np.unique(np.linspace(0, events.size - 1, SAMPLE).astype(int))
    part = Shares(events[some], size[some], np.unique(carrier[some], return_inverse=True)[1], prior, np.zeros(0))
    odds = np.zeros(PAIRS.shape[1])
    if events.sum() < FEW or events.size < 2:
        odds[-1] = 1
    else:
        told = _likelihood(part, *PAIRS[:, :, None]) + _prior(part)
        odds = np.exp(told - told.max())
    return Shares(events, size, carrier, prior, odds / odds.sum())


def _upward(shares, near):
    """(events, parcels) that strata of each carrier are worth to its mean [rows, carriers]."""
    worth = (near + 1) / (near + np.maximum(shares.size, 1))
    starts = np.flatnonzero(np.diff(shares.carrier, prepend=-1))
    return tuple(np.add.reduceat(worth * part, starts, axis=1) for part in (shares.events, shares.size))


def _about_all(shares, counts, sizes, far):
    """The two parameters of the posterior of the mean of all [rows, 1]."""
    worth = (far + 1) / (far + np.maximum(sizes, 1))
    a = shares.prior[0] + (worth * counts).sum(axis=1, keepdims=True)
    return a, shares.prior[1] + (worth * (sizes - counts)).sum(axis=1, keepdims=True)


def _means(shares, near, far):
    counts, sizes = _upward(shares, near)
    a, b = _about_all(shares, counts, sizes, far)
    every = a / (a + b)
    beside = (far * every + counts) / (far + sizes)
    return (near * beside[:, shares.carrier] + shares.events) / (near + shares.size), beside, every


def _likelihood(shares, near, far):
    """The log marginal likelihood of each pair of strengths [rows]."""
    from scipy.special import betaln

    counts, sizes = _upward(shares, near)
    a, b = _about_all(shares, counts, sizes, far)
    every = a / (a + b)
    beside = (far * every + counts) / (far + sizes)
    mean = beside[:, shares.carrier]
    strata = betaln(near * mean + shares.events, near * (1 - mean) + shares.size - shares.events)
    strata = strata - betaln(near * mean, near * (1 - mean))
    carriers = (far * every - 1) * np.log(beside) + (far * (1 - every) - 1) * np.log1p(-beside)
    carriers = carriers - betaln(far * every, far * (1 - every)) + np.log(2 * np.pi * beside * (1 - beside) / (far + sizes)) / 2
    whole = np.log(every * (1 - every) / (a + b)) / 2
    return strata.sum(axis=1) + carriers.sum(axis=1) + whole[:, 0]


def _prior(shares):
    """Half-Cauchy prior of how far shares spread: sd of their logarithm, 1 / sqrt(M p); a grid's step counts by its width."""
    share = (shares.events.sum() + 0.5) / (shares.size.sum() + 1)
    spread, step = 1 / np.sqrt(GRID * share), np.gradient(np.log(GRID))
    near, far = (np.log(step * spread / (1 + (spread / scale) ** 2)) for scale in SPREADS)
    return (near[:, None] + far[None, :]).ravel()


def _beta(rng, a, b):
    return np.clip(rng.beta(np.maximum(a, TINY), np.maximum(b, TINY)), TINY, 1 - TINY)
