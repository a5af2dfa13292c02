"""The mix of reasons: what share each one has, what each one costs, and which shares changed between two periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, NothingToShow
from orderkit.statistics.rates import newcombe, wilson_ranges
from orderkit.statistics.shares import shares, vital_few

EXPECTED = 5  # fewer than so many expected in any cell: the law of chi-square does not hold
PERMUTATIONS, DRAWS, SEED = 10_000, 1_000, 1
CHANGED = 0.05  # looked at every week, this marks a reason without any change in about 2.6 weeks a year
CELLS = 256  # groups of like costs per reason and sign; up to so many returns, each is drawn by itself


@dataclass(frozen=True)
class MixChange:
    """Whether the mix of reasons changed: `p` of no change, by which `method` (chi-square or permutation), from how many
    `permutations` (0: none), the `statistic` (Pearson's), and `reasons`, a frame with one row per reason.

    Its columns: reason, before, after (counts), difference of the shares with low and high, p, q (Benjamini-Hochberg), changed.
    """

    p: float
    method: str
    permutations: int
    statistic: float
    reasons: pd.DataFrame


def reason_shares(counts, level=0.9):
    """Each reason's share of all returns: a frame, one row per count: count, share, low, high, expected, lowest, highest.

    low to high are Goodman's simultaneous intervals (Wilson at level 1 - (1 - level) / reasons): all of them hold at once with
    `level`. expected, lowest and highest are those of the Jeffreys-Dirichlet posterior of one reason by itself. Reasons with no
    return are to be given too, as they could have been. Raises NothingToShow without a return.

    References
    ----------
    Goodman (1965), On simultaneous confidence intervals for multinomial proportions, Technometrics 7:247-254.

    >>> reason_shares([91, 49, 37, 43], level=0.95)[["share", "low", "high"]].round(3).iloc[0].tolist()
    [0.414, 0.334, 0.498]
    """
    from scipy.special import betaincinv

    counts = _whole(counts)
    every, tail = counts.sum(), (1 - level) / 2
    if not every:
        raise NothingToShow("There is no return, so no reason has a share of them.")
    low, high = wilson_ranges(counts, np.full(counts.size, every), 1 - (1 - level) / counts.size)
    a, b = counts + 0.5, every - counts + (counts.size - 1) / 2
    one = counts.size == 1  # the only reason has all
    found = {"count": counts.astype(int), "share": counts / every, "low": low, "high": high, "expected": a / (a + b)}
    ranges = [np.ones(1), np.ones(1)] if one else [betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)]
    return pd.DataFrame(found | {"lowest": ranges[0], "highest": ranges[1]})


def cost_pareto(reasons, costs, *, level=0.9, draws=DRAWS, seed=SEED):
    """What each reason costs, dearest first, and how sure its share and its place are: a frame, one row per reason.

    reasons, costs: one of each per return; costs in one currency, NaN where not known, below 0 where a return earned money.
    Columns: reason, returns, unknown (returns whose cost is not known, in no sum), cost, share with low and high, running share,
    rank with rank_low and rank_high, vital (of the few that make up 80 %). Every reason is there; none is put under others.
    Ranges are of a Poisson bootstrap over returns, which adds that their number is chance too. Of reasons with more than 256
    returns those of like cost are drawn together, with the same mean and variance as if drawn one by one. Shares are NaN where
    the whole is not above 0.

    References
    ----------
    Efron (1979), Annals of Statistics 7:1-26; Hanley, MacGibbon (2006), Computer Methods and Programs in Biomedicine 83:57-62.
    """
    code, names = pd.factorize(np.asarray(reasons, dtype=object), sort=False, use_na_sentinel=False)
    costs = np.asarray(costs, dtype=float)
    if costs.shape != code.shape or np.isinf(costs).any():
        raise BadValue("Each return needs one reason and one cost: a number, or NaN where it is not known.")
    if not costs.size:
        raise NothingToShow("There is no return, so no reason costs anything.")
    known = ~np.isnan(costs)
    cost = np.bincount(code[known], costs[known], names.size)
    drawn = _drawn_costs(code[known], costs[known], names.size, draws, np.random.default_rng(seed))
    frame = pd.DataFrame(
        {"reason": names, "returns": np.bincount(code), "unknown": np.bincount(code[~known], minlength=names.size)}
    )
    frame = frame.assign(
        cost=cost, **_share_ranges(cost, drawn, level), **_rank_ranges(cost, drawn, level), vital=vital_few(cost)
    )
    frame = frame.sort_values("rank", ignore_index=True)
    frame.insert(7, "running", frame["share"].cumsum())
    return frame


def mix_change(reasons, before, after, *, level=0.9, at=CHANGED, permutations=PERMUTATIONS, seed=SEED):
    """Whether the mix of reasons changed between two periods, and which ones did: a MixChange from counts by reason.

    Pearson's chi-square where at least 5 are expected in every cell, otherwise `permutations` random tables with the same sums,
    from `seed`. Then each reason against all others: the same test of two shares where 5 are expected, otherwise Fisher's; their
    q keep the false ones among the `changed` at `at` (Benjamini-Hochberg). Differences of shares have Newcombe's range.

    Raises NothingToShow where a period has no returns.
    """
    before, after = _whole(before), _whole(after)
    if not before.size == after.size == len(reasons):
        raise BadValue(f"{len(reasons)} reasons need as many counts of both periods, not {before.size} and {after.size}.")
    sums = before.sum(), after.sum()
    if not all(sums):
        raise NothingToShow("One of the two periods has no returns: there is no mix to compare.")
    table = np.stack([before, after])
    statistic, p, used = _whole_test(table[:, table.any(axis=0)], permutations, seed)
    difference, low, high = newcombe(after, np.full(after.size, sums[1]), before, np.full(before.size, sums[0]), level)
    each = np.array([_share_test(*pair, *sums) for pair in zip(before.tolist(), after.tolist(), strict=True)])
    q = benjamini_hochberg(each)
    frame = {"reason": list(reasons), "before": before.astype(int), "after": after.astype(int), "difference": difference}
    frame = pd.DataFrame(frame | {"low": low, "high": high, "p": each, "q": q, "changed": q <= at})
    return MixChange(p, "permutation" if used else "chi-square", used, statistic, frame)


def benjamini_hochberg(p):
    """The q of each p: the smallest false-discovery rate at which it would be called a discovery. NaN stays, and is not counted.

    Benjamini, Hochberg (1995), Controlling the false discovery rate, JRSS B 57:289-300.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    from scipy.stats import false_discovery_control

    p = np.asarray(p, dtype=float)
    tried = ~np.isnan(p)
    if not ((p[tried] >= 0) & (p[tried] <= 1)).all():
        raise BadValue("A p is between 0 and 1.")
    q = np.full(p.shape, np.nan)
    q[tried] = false_discovery_control(p[tried]) if tried.any() else p[tried]
    return q


def _whole(counts):
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 1 or not counts.size or not ((counts >= 0) & (counts == np.floor(counts))).all():
        raise BadValue("Returns by reason are whole numbers from 0 on, one per reason, at least one reason.")
    return counts


def _drawn_costs(code, costs, size, draws, rng):
    """Bootstrapped sums by reason [draws, reasons]: every return is there Poisson(1) times."""
    times, worth, reason = _cells(code, costs)
    found = np.zeros((draws, size))
    if not times.size:
        return found
    starts = np.flatnonzero(np.diff(reason, prepend=-1))
    step = max(1, 4_000_000 // times.size)
    for first in range(0, draws, step):
        drawn = rng.poisson(times, (min(step, draws - first), times.size)) * worth
        found[first : first + step, reason[starts]] = np.add.reduceat(drawn, starts, axis=1)
    return found


def _cells(code, costs):
    """(times, worth, reason) of groups of like costs: Poisson(times) x worth has the mean and variance of the group's sum.

    A sum s of returns that each are there Poisson(1) times has variance q, the sum of their squares: so times = s^2 / q and
    worth = q / s. For one return by itself that is once its cost.
    """
    kept = costs != 0
    order = np.lexsort((costs[kept], code[kept]))
    code, costs = code[kept][order], costs[kept][order]
    kind = 2 * code + (costs > 0)
    first = np.flatnonzero(np.diff(kind, prepend=-1))
    many = np.diff(np.append(first, kind.size))
    at = np.arange(kind.size) - np.repeat(first, many)
    number = np.where(np.repeat(many, many) > CELLS, at * CELLS // np.repeat(np.maximum(many, 1), many), at)
    starts = np.flatnonzero(np.diff(kind * CELLS + number, prepend=-1))
    if not starts.size:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=int)
    total, square = np.add.reduceat(costs, starts), np.add.reduceat(costs**2, starts)
    return total**2 / square, square / total, code[starts]


def _share_ranges(cost, drawn, level):
    tails = [(1 - level) / 2, (1 + level) / 2]
    whole = drawn.sum(axis=1, keepdims=True)
    own = shares(cost) if cost.sum() > 0 else np.full(cost.size, np.nan)
    held = drawn[whole[:, 0] > 0] / whole[whole[:, 0] > 0]
    low, high = np.quantile(held, tails, axis=0) if cost.sum() > 0 and held.size else np.full((2, cost.size), np.nan)
    return {"share": own, "low": low, "high": high}


def _rank_ranges(cost, drawn, level):
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.quantile(_ranks(drawn), tails, axis=0, method="inverted_cdf")
    return {"rank": _ranks(cost[None])[0], "rank_low": low.astype(int), "rank_high": high.astype(int)}


def _ranks(costs):
    return np.argsort(np.argsort(-costs, axis=1, kind="stable"), axis=1, kind="stable") + 1


def _whole_test(table, permutations, seed):
    """(statistic, p, how many permutations were used) of no change in a table [2, reasons]."""
    from scipy.stats import chi2

    if table.shape[1] == 1:
        return 0.0, 1.0, 0  # one reason before and after
    both, rows = table.sum(axis=0), table.sum(axis=1)
    expected = np.outer(rows, both) / rows.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    if expected.min() >= EXPECTED:
        return statistic, float(chi2.sf(statistic, both.size - 1)), 0
    rng = np.random.default_rng(seed)
    first = rng.multivariate_hypergeometric(both.astype(int), int(rows[0]), size=permutations)
    tried = ((first - expected[0]) ** 2 * (1 / expected).sum(axis=0)).sum(axis=1)
    return statistic, float((1 + (tried >= statistic * (1 - 1e-9)).sum()) / (1 + permutations)), permutations


def _share_test(before, after, all_before, all_after):
    """p of one share being the same in both periods, two-sided; NaN for a reason that neither has."""
    from scipy.stats import fisher_exact

    table = np.array([[before, all_before - before], [after, all_after - after]])
    if not before + after:
        return np.nan
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return _whole_test(table, 0, SEED)[1] if expected.min() >= EXPECTED else float(fisher_exact(table.astype(int)).pvalue)
