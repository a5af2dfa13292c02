"""The rates of cohorts: what all of them together tell of the next one, and the posterior of each.

A cohort's p is Beta(M m, M (1 - m)). Mean m and strength M have a posterior on a grid: marginal likelihood of r ~ Bin(n, p G)
times a flat prior of the log odds of m and a half-Cauchy one of the spread of log p (Gelman 2006, Bayesian Analysis 1:515-534).
With fewer than 5 returns, or returns in fewer than 3 cohorts, the spread cannot be told: all cohorts have one rate, Jeffreys'
posterior from the sums.
"""

from dataclasses import dataclass

import numpy as np

FEW_RETURNS, FEW_COHORTS = 5, 3
STRENGTHS = np.array([3.0, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6])  # M, in units
SPREAD = 0.3  # typical standard deviation of log rates over cohorts
SAMPLE = 400  # so many cohorts are enough to tell the grid
POINTS = np.linspace(-5, 5, 21)  # of a posterior, in standard deviations of logit p
MEANS = np.linspace(-3.5, 3.5, 11)  # of m, likewise
KEPT = 0.995  # of the grid's posterior; the rest is not worth its time


@dataclass(frozen=True)
class Prior:
    """Points (a, b) of the grid that count, their posterior chances `odds`, and whether all cohorts have one rate (`pooled`)."""

    a: np.ndarray
    b: np.ndarray
    odds: np.ndarray
    pooled: bool

    @property
    def rate(self):
        """The posterior mean of a / (a + b)."""
        return float(self.odds @ (self.a / (self.a + self.b)))

    @property
    def strength(self):
        """The posterior median of a + b, in units: a cohort of so many is believed half; 1e6 is as good as one common rate."""
        size = self.a + self.b
        order = np.argsort(size)
        return float(size[order][np.searchsorted(np.cumsum(self.odds[order]), 0.5)])


def learn(reported, shipped, seen):
    """A Prior from units reported and shipped and the share seen, by cohort."""
    from scipy.special import logsumexp

    pooled = reported.sum() < FEW_RETURNS or (reported > 0).sum() < FEW_COHORTS
    strengths = STRENGTHS[-1:] if pooled else STRENGTHS
    mean, log_prior = _grid(reported, shipped * seen, strengths)
    a, b = (strengths * mean).ravel(), (strengths * (1 - mean)).ravel()
    if pooled:  # at one common rate the likelihood of all is that of the sums, whatever each cohort tells
        told = _one_rate(reported, shipped, seen, mean.ravel())
    else:
        some = np.unique(np.linspace(0, reported.size - 1, SAMPLE).astype(int))
        log = _density(reported[some], shipped[some], seen[some, None], a, b)[1]
        told = logsumexp(log, axis=(2, 3)).sum(axis=0)
    odds = told + log_prior.ravel()
    odds = np.exp(odds - odds.max())
    keep = _most(odds / odds.sum())
    return Prior(a[keep], b[keep], odds[keep] / odds[keep].sum(), bool(pooled))


def final_posterior(reported, shipped, prior):
    """`posterior` where nothing is to come any more: a mixture of Beta laws, and q is 0."""
    a = prior.a + reported[:, None]
    size = prior.a + prior.b + shipped[:, None]
    mean = a / size
    rate = mean @ prior.odds
    variance = (mean * (1 - mean) / (size + 1) + (mean - rate[:, None]) ** 2) @ prior.odds
    none = np.zeros(reported.shape)
    return np.stack([rate, variance, none, none], axis=1)


def posterior(reported, shipped, seen, prior):
    """[cohorts, 4]: posterior mean and variance of p, and of q, the chance that a unit not yet back comes back.

    `seen` [cohorts, values] are equally likely shares G.
    """
    p, log = _density(reported, shipped, seen, prior.a, prior.b)
    weight = np.exp(log - log.max(axis=(2, 3), keepdims=True))
    weight *= (prior.odds / weight.sum(axis=(2, 3)))[:, :, None, None]
    share = seen[:, None, None, :]
    coming = p * (1 - share) / (1 - p * share)
    return np.stack([moment for values in (p, coming) for moment in _mean_variance(values, weight)], axis=1)


def _mean_variance(values, weight):
    mean = (values * weight).sum(axis=(1, 2, 3))
    return mean, (weight * (values - mean[:, None, None, None]) ** 2).sum(axis=(1, 2, 3))


def _grid(reported, exposed, strengths):
    """(means [means, strengths], log prior with the width of each step): about where each strength would have the mean."""
    worth = (strengths + 1) / (strengths + 1 + exposed[:, None])
    events, size = (worth * reported[:, None]).sum(axis=0), (worth * exposed[:, None]).sum(axis=0)
    centre, width = _logit_law(events + 0.5, np.maximum(size - events, 0) + 0.5)
    mean = _logistic(centre + width * MEANS[:, None])
    # half a return more is much where cohorts are few and differ: Jeffreys' prior only where the spread cannot be told
    jeffreys = np.log(mean * (1 - mean)) / 2 if strengths.size == 1 else 0.0
    return mean, jeffreys + np.log(width) + _of_spread(strengths, mean)


def _of_spread(strengths, mean):
    """Log prior chance of each strength given the mean: half-Cauchy in 1 / sqrt(M m), the spread of log rates."""
    step = np.gradient(np.log(strengths)) if strengths.size > 1 else np.ones(1)
    spread = 1 / np.sqrt(strengths * mean[..., None])
    density = step * spread / (1 + (spread / SPREAD) ** 2)  # at each mean, of all strengths
    own = np.einsum("msS,sS->ms", density, np.eye(strengths.size))
    return np.log(own / density.sum(axis=-1))


def _one_rate(reported, shipped, seen, mean):
    log = reported[:, None] * np.log(mean) + (shipped - reported)[:, None] * np.log1p(-mean * seen[:, None])
    return log.sum(axis=0)


def _density(reported, shipped, seen, a, b):
    """(p [cohorts, priors, points, 1], log joint density there times the step [..., values])."""
    from scipy.special import betaln

    r, rest, share = reported[:, None], (shipped - reported)[:, None], seen.mean(axis=1)[:, None]
    centre, width = _logit_law(a + r, b + _as_good_as(a, b, r, rest, share))
    logit = (centre[:, :, None] + width[:, :, None] * POINTS)[..., None]
    p = _logistic(logit)
    log_p = -np.logaddexp(0, -logit)
    beta = a[:, None, None] * log_p + b[:, None, None] * (log_p - logit) - betaln(a, b)[:, None, None]
    of_share = r[:, :, None, None] * (log_p + np.log(seen)[:, None, None, :])
    of_share = of_share + rest[:, :, None, None] * np.log1p(-p * seen[:, None, None, :])
    return p, beta + of_share + np.log(width * (POINTS[1] - POINTS[0]))[:, :, None, None]


def _as_good_as(a, b, r, rest, share):
    """Units known never to come back that tell as much of p as `rest` units not back yet: the same slope near p's place."""
    never = rest * share
    for _ in range(4):
        p = (a + r) / (a + r + b + never)
        never = rest * share * (1 - p) / (1 - p * share)
    return never


def _logit_law(a, b):
    """Mean and standard deviation of the logit of a Beta(a, b)."""
    from scipy.special import digamma, polygamma

    return digamma(a) - digamma(b), np.sqrt(polygamma(1, a) + polygamma(1, b))


def _logistic(value):
    from scipy.special import expit

    return np.clip(expit(value), 1e-15, 1 - 1e-15)


def _most(odds):
    """The likeliest points that make up KEPT of all."""
    order = np.argsort(-odds)
    return np.sort(order[: int(np.searchsorted(np.cumsum(odds[order]), KEPT)) + 1])
