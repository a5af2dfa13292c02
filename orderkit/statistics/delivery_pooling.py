"""How a stratum learns from its parent: shares and day laws of three classes of parcels, shrunk as far as the data ask for.

Every parcel is of one class: delivered by the horizon H, returned by H, or never (declared lost, or open after H). A class has a
share and a law of its day (for `never`: the day of the declaration, if there is one). An open parcel of age t is of class k with
the chance share_k S_k(t) / sum (Larson, Dinse 1985, Applied Statistics 34:201-211), so that no date of a declaration is taken for
a date of delivery, and none is thrown away: declared parcels are never at risk of being open, and never censored.

* Shares: shrunk as in delivery_shares. A young open parcel tells little of its class; by Louis (1982, JRSS B 44:226-233) the
  information it lacks is r (1 - r), r its chance of the class, which makes of each stratum k events among n effective parcels.
* Days: discrete hazards with Beta priors m b(d), m B(d) about a base law (b its mass, B what is after): the beta-Stacy process
  (Walker, Muliere 1997, Annals of Statistics 25:1762-1780), conjugate under censoring and delayed entry. m, in parcels,
  is the maximum of the marginal likelihood. The base of deliveries has the shape of all strata on the log scale, moved and
  stretched to the stratum's own shrunken mean and spread, so that a fast stratum does not get the tail of a slow one.
"""

from dataclasses import dataclass

import numpy as np

# a base law is worth at most 50 parcels: its mean and spread are not known for sure themselves
DAY_STRENGTHS = np.array([1.0, 2, 5, 10, 20, 50])
FEW = 5  # fewer events in all: the spread between strata cannot be told
SAMPLE = 200  # so many strata are enough to tell how strongly to pool
ROUNDS = 3  # of classing the open parcels anew; the start is the parent's
FIRST = 5.0  # strength of the parent's law while a stratum's mean and spread are not known yet
LEAST = 1e-5  # of every law is spread evenly over all days: no day is impossible
POINTS = np.linspace(-6, 8, 141)  # of the common shape, in standard deviations of log days


@dataclass(frozen=True)
class Level:
    """Nodes of one level: `shares` [2, n] of returned and never; `laws` [3, n, H + 1], S_k at the end of a day.

    `events` and `effective` [2, n] are what the nodes' parcels tell of the shares; `hazards` = (ended, not ended), each
    [3, n, H + 1], the parameters of the posterior of the days; `strengths` [3] the m of the laws.
    """

    shares: np.ndarray
    laws: np.ndarray
    events: np.ndarray
    effective: np.ndarray
    hazards: tuple
    strengths: np.ndarray


def top(cells, shares, laws):
    """The Level of all parcels together from its own shares [2, 1] and laws [3, 1, D]."""
    bases, strengths = _floored(np.stack([_rounded(laws[0]), *laws[1:]])), np.ones(3)
    hazards = _hazards(bases, strengths, *_exposed(cells, classes(shares_of(shares), laws)))
    return Level(shares, _laws(hazards), *_effective(cells, shares_of(shares), laws), hazards, strengths)


def solve(cells, shares, laws, posterior=None):
    """A Level from Cells and the shares [2, n] and laws [3, n, D] of each node's parent.

    `posterior(events, effective)` gives the shares [2, n] from effective counts; without it the parent's are worth 100 parcels.
    """
    bases, strengths = _floored(laws), np.full(3, FIRST)
    found, now = shares, laws
    for step in range(3):
        use = posterior if step and posterior else _worth(shares)
        found, now, ended, at_risk = _rounds(cells, found, now, bases, strengths, use)
        if step == 2:
            break
        if step == 0:
            bases = _floored(np.concatenate([_moved(now[0], cells.ends[0].sum(axis=1))[None], laws[1:]]))
        strengths = np.array([_day_strength(*parts) for parts in zip(bases, ended, at_risk, strict=True)])
    events, effective = _effective(cells, shares_of(found), now)
    return Level(found, now, events, effective, _hazards(bases, strengths, ended, at_risk), strengths)


def told(cells, laws, share):
    """How many effective parcels tell of a share of never arriving, if it is about `share`."""
    return float(_effective(cells, np.array([[1 - share - 1e-6], [1e-6], [share]]), laws)[1][1, 0])


def _rounded(laws):
    """Half a law, half a lognormal one of its mean and spread: that none has come later does not mean that none can."""
    from scipy.special import ndtr

    mass, log = _mass(laws), np.log(np.arange(laws.shape[1]) + 0.5)
    mean = mass @ log
    spread = np.sqrt(np.maximum(mass @ log**2 - mean**2, 0.25))
    smooth = ndtr((mean[:, None] - np.log(np.arange(1, laws.shape[1] + 1))) / spread[:, None])
    return (laws + np.maximum(smooth - smooth[:, -1:], 0) / (1 - smooth[:, -1:])) / 2


def _worth(shares):
    return lambda events, effective: (100 * shares + events) / (100 + effective)


def shares_of(two):
    """All three shares, delivered first, from those of returned and never."""
    return np.concatenate([np.maximum(1 - two.sum(axis=0, keepdims=True), 1e-9), two])


def classes(shares, laws):
    """The chance of each class [3, n, D] for a parcel open at the end of a day; after the last possible day: never."""
    weight = shares[:, :, None] * laws
    total = weight.sum(axis=0)
    found = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    found[2] = np.where(total > 0, found[2], 1.0)
    return found


def _rounds(cells, shares, laws, bases, strengths, posterior):
    """Classes of the open, then shares and laws from them, some times over (an EM algorithm with conjugate priors)."""
    for _ in range(ROUNDS if cells.open[:, :-1].any() else 1):
        ended, at_risk = _exposed(cells, classes(shares_of(shares), laws))
        laws = _laws(_hazards(bases, strengths, ended, at_risk))
        shares = posterior(*_effective(cells, shares_of(shares), laws))
    return shares, laws, ended, at_risk


def _exposed(cells, chance):
    """Ends by class and day, and parcels of the class at risk on each day [3, n, D]."""
    leaving = cells.ends + cells.open * chance
    at_risk = leaving[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    late = cells.late
    if late.node.size:
        mine = np.where(late.event == np.arange(3)[:, None], 1.0, (late.event == 3) * chance[:, late.node, late.day])
        missing = np.zeros_like(at_risk)
        np.add.at(missing, (slice(None), late.node, late.entry - 1), mine * late.parcels)
        at_risk = at_risk - missing[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    return cells.ends, np.maximum(at_risk, cells.ends)


def _effective(cells, shares, laws):
    """(events, effective parcels), each [2, n], of returned and never: complete information less what the open lack."""
    chance = classes(shares, laws)[1:]
    share = shares[1:]
    score, lacking = (cells.open * chance).sum(axis=2), (cells.open * chance * (1 - chance)).sum(axis=2)
    score = score + cells.ends[1:].sum(axis=2)
    at_entry = np.zeros(cells.open.shape)
    np.add.at(at_entry, (cells.late.node, np.maximum(cells.late.entry - 1, 0)), cells.late.parcels)
    from_start = cells.parcels - at_entry.sum(axis=1)
    whole = from_start * share * (1 - share) + (at_entry * chance * (1 - chance)).sum(axis=2)
    expected = from_start * share + (at_entry * chance).sum(axis=2)
    effective = np.maximum(whole - lacking, 0) / (share * (1 - share))
    return np.clip(score - expected + effective * share, 0, effective), effective


def _floored(laws):
    """Laws with a little mass on every day; a law that may end (delivered, returned) still ends by H."""
    days = laws.shape[2]
    even = 1 - np.arange(1, days + 1) / days
    return (1 - LEAST) * laws + LEAST * even


def _mass(laws):
    before = np.concatenate([np.ones((*laws.shape[:-1], 1)), laws[..., :-1]], axis=-1)
    return np.maximum(before - laws, 0)


def _hazards(bases, strengths, ended, at_risk):
    strength = np.asarray(strengths)[:, None, None]
    return strength * _mass(bases) + ended, strength * bases + at_risk - ended


def _laws(hazards):
    gone, left = hazards
    return np.cumprod(left / (gone + left), axis=2)


def _day_strength(base, ended, at_risk):
    """The strength of a base law: maximum of the beta-binomial marginal likelihood over at most 200 nodes, evenly by size."""
    from scipy.special import betaln

    order = np.argsort(ended.sum(axis=1), kind="stable")
    some = order[np.unique(np.linspace(0, order.size - 1, SAMPLE).astype(int))]
    mass, after, ended, at_risk = (part[some, :-1] for part in (_mass(base[None])[0], base, ended, at_risk))
    seen = (at_risk > 1e-9) & (mass > 0) & (after > 0)
    mass, after, ended, left = mass[seen], after[seen], ended[seen], (at_risk - ended)[seen]
    if ended.sum() < FEW or some.size < 2:
        return DAY_STRENGTHS[-1]
    told = [(betaln(m * mass + ended, m * after + left) - betaln(m * mass, m * after)).sum() for m in DAY_STRENGTHS]
    return DAY_STRENGTHS[int(np.argmax(told))]


def _moved(laws, sizes):
    """The common shape of all nodes on the scale of log days, put at each node's own mean and spread: survival [n, D]."""
    mass, log = _mass(laws), np.log(np.arange(laws.shape[1]) + 0.5)
    mean = mass @ log
    spread = np.sqrt(np.maximum(mass @ log**2 - mean**2, 0.02))
    shape = _common_shape(laws, sizes, mean, spread)
    edges = (np.log(np.arange(1, laws.shape[1] + 1)) - mean[:, None]) / spread[:, None]
    found = 1 - np.interp(edges, POINTS, shape)
    last = found[:, -1:]
    return (found - last) / np.maximum(1 - last, 1e-9)


def _common_shape(laws, sizes, mean, spread):
    """Distribution of standardised log days at POINTS, averaged over the largest nodes by their parcels."""
    some = np.argsort(-sizes, kind="stable")[:SAMPLE]
    edges = np.concatenate([[0.0], np.arange(1, laws.shape[1] + 1)])
    total = np.zeros(POINTS.size)
    for node in some:
        reached = 1 - np.concatenate([[1.0], laws[node]])
        total += max(sizes[node], 1e-9) * np.interp(np.exp(mean[node] + POINTS * spread[node]), edges, reached)
    return total / total[-1] if total[-1] > 0 else total
