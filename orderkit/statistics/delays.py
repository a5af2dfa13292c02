"""How long returns take to come: the share G(d) of those that ever come that has come by the end of day d after the order.

Young orders show only their quick returns (right truncation). Read backwards in time the chance that a return of delay d or less
has delay exactly d, the reverse hazard, can be told from all order days followed to day d, whatever has come since: a product
limit. Its hazards are independent binomials, so each has its own Beta posterior, and draws of G follow from draws of them.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, UnknownName

from .survival import kaplan_meier

FEW = 5  # returns; with fewer nobody can tell how far an extended window differs from the common one
STRENGTHS = np.array([1.0, 2, 5, 10, 20, 50])  # in returns: what the common pattern may be worth to another one
WEAK = 1.0  # returns that an even spread over all days is worth: no day is impossible, and days never followed stay open
UNSEEN = 2.0  # returns that the guess of an extended window's later days is worth, until such days have been followed


@dataclass(frozen=True)
class Pattern:
    """One window's delays: posterior Beta(gone, left) of the reverse hazard of each day 0 to `window`.

    `units` is the number of returns it was learned from, `followed` the longest time, in days and at most `window`, that any of
    their order days was followed; later days rest on the prior alone.
    """

    window: int
    units: float
    followed: int
    gone: np.ndarray
    left: np.ndarray

    @property
    def share(self):
        """G(d), d = 0 to `window` [window + 1]: posterior means; the last is 1."""
        return _shares(self.left / (self.gone + self.left))

    def draws(self, number, rng):
        """Posterior draws of G [number, window + 1]."""
        stay = rng.beta(np.maximum(self.left, 1e-12), np.maximum(self.gone, 1e-12), size=(number, self.gone.size))
        return _shares(stay)


@dataclass(frozen=True)
class Patterns:
    """A Pattern by label of return window, the common one first, and the units set aside when they were learned.

    `aside`: "after" came after the as-of day, "beyond" later than the window allows; both as numbers of units.
    """

    by_window: dict
    aside: dict = field(default_factory=dict)

    @property
    def windows(self):
        """The last day of each window, by label."""
        return {label: pattern.window for label, pattern in self.by_window.items()}

    def frame(self, number=400, level=0.9, seed=1):
        """G in long form, to look at: columns window, delay, share, low, high (of `level`), followed (true up to that day)."""
        rng, tail = np.random.default_rng(seed), (1 - level) / 2
        parts = []
        for label, pattern in self.by_window.items():
            low, high = np.quantile(pattern.draws(number, rng), [tail, 1 - tail], axis=0)
            day = np.arange(pattern.window + 1)
            columns = {"window": label, "delay": day, "share": pattern.share, "low": low, "high": high}
            parts.append(pd.DataFrame(columns | {"followed": day <= pattern.followed}))
        return pd.concat(parts, ignore_index=True)


def right_truncated(delay, followed, weights=None):
    """The reverse-time product limit: a frame by distinct delay, ascending, of delay, at_risk, ended, share, se.

    `share` is the chance of so long a delay or a shorter one, among delays up to the longest seen: nobody can tell what share
    takes longer than anybody was followed. A case is seen only because its delay is at most its `followed`. At risk at d are
    cases of delay d or less that were followed for d or more. `se` is Greenwood's (NaN where the share is 0).

    Raises
    ------
    BadValue
        A delay longer than it was followed, lists of unequal length, a weight or delay below 0.

    References
    ----------
    Lagakos, Barraj, De Gruttola (1988), Biometrika 75:515-523; Kalbfleisch, Lawless (1989), JASA 84:360-372.

    >>> right_truncated([0, 1, 1, 2], [2, 1, 2, 2])["share"].round(4).tolist()
    [0.2222, 0.6667, 1.0]
    """
    delay, followed = np.asarray(delay, dtype=float), np.asarray(followed, dtype=float)
    if delay.ndim != 1 or delay.shape != followed.shape:
        raise BadValue("Delays and how long each was followed must be lists of one length.")
    if not (delay >= 0).all() or not (delay <= followed).all():
        raise BadValue("A delay is below 0, unknown, or longer than it was followed. Leave out what was not seen by the as-of.")
    top = delay.max(initial=0.0)
    # entry is exclusive there, and a delay as long as it was followed counts here
    entry = np.nextafter(top - followed, -np.inf)
    back = kaplan_meier(top - delay, np.ones(delay.shape), weights=weights, entry=entry)[::-1]
    share = np.append(back["survival"].to_numpy()[1:], 1.0) if len(back) else back["survival"]
    error = np.append(back["se"].to_numpy()[1:], 0.0) if len(back) else back["se"]
    # back's survival is of shorter delays only: the share of a delay is that before the next longer one
    columns = {"delay": top - back["time"], "at_risk": back["at_risk"], "ended": back["events"], "share": share, "se": error}
    return pd.DataFrame(columns).reset_index(drop=True)


def learn_patterns(returned, *, as_of, windows):
    """Patterns from counts of returned units.

    Parameters
    ----------
    returned : frame of day (of the order, or where its clock starts), delay (whole days), units (a number of units, or a weight)
        and, if there are several return windows, window (a label); other columns are ignored, rows may repeat.
    as_of : the last day that the data cover in full. What came later is left out, so a cut-off amid a week does no harm.
    windows : the last day on which a return counts: a number, or numbers by label with the common window first. Other windows
        (as that of holiday orders) learn from the common one as much as their own returns bear out.

    No return at all gives an even spread over the window, with draws from almost 0 to almost 1: nothing is known.

    Raises BadValue (no count, no delay, no day), UnknownName (a label that `windows` lacks).

    References
    ----------
    Kalbfleisch, Lawless (1989), JASA 84:360-372: the likelihood; Walker, Muliere (1997), Annals of Statistics 25:1762-1780: Beta
    priors of its hazards, with a base law.
    """
    windows = checked_windows(windows)
    seen, aside = sifted(returned, as_of=as_of, windows=windows)
    patterns, first = {}, next(iter(windows))
    for number, (label, window) in enumerate(windows.items()):
        counts = _counts(seen[seen["label"] == number], window)
        patterns[label] = _common(window, *counts) if label == first else _learned(window, *counts, patterns[first])
    return Patterns(patterns, aside)


def sifted(returned, *, as_of, windows):
    """(returns that count, units set aside): frame of label (number of the window), day, age, delay, units; whole numbers.

    `day` counts from 1970-01-01, `age` is the days from it to the as-of. The index is the place of the row in `returned`.
    """
    day = days(returned["day"])
    delay = _whole(returned["delay"], "delays")
    units = counts_of(returned["units"])
    label = label_numbers(returned, windows)
    last = np.array(list(windows.values()))[label]
    age = days([as_of])[0] - day
    after, beyond = delay > age, delay > last
    frame = pd.DataFrame({"label": label, "day": day, "age": age, "delay": delay, "units": units})
    aside = {"after": float(units[after].sum()), "beyond": float(units[beyond & ~after].sum())}
    return frame[~after & ~beyond], aside


def days(values):
    """Days as whole numbers since 1970-01-01. Raises BadValue for a value that is no day."""
    found = pd.to_datetime(pd.Series(np.asarray(values)), errors="coerce")
    wrong = int(found.isna().sum())
    if wrong:
        raise BadValue(f"{wrong:,} of {len(found):,} values are no day. Leave those out and say how many they are.")
    if found.dt.tz is not None:
        raise BadValue("A moment with a zone is no day yet. Give days as the shop's calendar counts them.")
    return found.to_numpy().astype("datetime64[D]").astype(np.int64)


def label_numbers(frame, windows):
    """The number of each row's window, from 0; without a column `window` all have the first. Raises UnknownName."""
    if "window" not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    found = pd.Index(list(windows)).get_indexer(frame["window"])
    if (found < 0).any():
        raise UnknownName("return window", frame["window"].to_numpy()[found < 0][0], list(windows))
    return found


def counts_of(values):
    """Numbers of units as floats. Raises BadValue for one below 0 or unknown: a cancelled return is left out, not subtracted."""
    values = np.asarray(values, dtype=float)
    wrong = int((~(values >= 0) | ~np.isfinite(values)).sum())
    if wrong:
        raise BadValue(f"{wrong:,} of {values.size:,} numbers of units are below 0 or unknown. Leave out what was cancelled.")
    return values


def checked_windows(windows):
    """Windows by label; a single number gets the label "common". Raises BadValue for none, or one that is no whole number."""
    windows = dict(windows) if isinstance(windows, dict) else {"common": windows}
    if not windows or not all(float(last).is_integer() and last >= 0 for last in windows.values()):
        raise BadValue(f"Return windows of {windows} are none: give the last day, a whole number from 0 on, by label.")
    return {label: int(last) for label, last in windows.items()}


def _whole(values, name):
    values = np.asarray(values, dtype=float)
    wrong = int((~(values >= 0) | (values != np.floor(values))).sum())
    if wrong:
        raise BadValue(f"{wrong:,} of {values.size:,} {name} are no whole days from 0 on. Leave those out and count them.")
    return values.astype(np.int64)


def _counts(seen, window):
    """(ended, at_risk [window + 1], longest follow-up) of the reverse hazards."""
    followed = np.minimum(seen["age"].to_numpy(), window)
    ended, stops = (np.bincount(at, seen["units"], minlength=window + 1) for at in (seen["delay"].to_numpy(), followed))
    # at risk at d: delay <= d <= followed; whoever was followed for less has a shorter delay still
    at_risk = np.cumsum(ended) - np.concatenate([[0.0], np.cumsum(stops)[:-1]])
    return ended, np.maximum(at_risk, ended), int(followed.max(initial=0))


def _common(window, ended, at_risk, followed):
    even = np.arange(1, window + 2) / (window + 1)
    gone, left = _prior(even, WEAK)
    return Pattern(window, float(ended.sum()), followed, gone + ended, left + at_risk - ended)


def _learned(window, ended, at_risk, followed, common):
    """A window that learns from the common one: its hazards up to the shorter window, and a guess of its shape after that."""
    both = min(window, common.window) + 1
    near = common.share[:both] / common.share[both - 1]
    strength = _strength(*_prior(near, 1.0), ended[:both], at_risk[:both])
    gone, left = _prior(_stretched(common, window), UNSEEN)
    gone[:both], left[:both] = _prior(near, strength)
    return Pattern(window, float(ended.sum()), followed, gone + ended, left + at_risk - ended)


def _stretched(common, window):
    """Half the common law, half the same stretched over the other window: whether buyers use the longer time is not known yet."""
    place = (np.arange(window + 1) + 1) * (common.window + 1) / (window + 1) - 1
    law = np.concatenate([[0.0], common.share])
    stretched = np.interp(place + 1, np.arange(law.size), law)
    kept = common.share[np.minimum(np.arange(window + 1), common.window)]
    return (kept + stretched) / 2


def _prior(law, strength):
    """Beta parameters (gone, left) of the reverse hazards of a law, worth `strength` returns."""
    before = np.concatenate([[0.0], law[:-1]])
    return strength * np.maximum(law - before, 0), strength * before


def _strength(gone, left, ended, at_risk):
    """What the base is worth, in returns: maximum of the beta-binomial marginal likelihood; the most where little is known."""
    from scipy.special import betaln

    told = (at_risk > 0) & (gone > 0) & (left > 0)
    if ended.sum() < FEW or not told.any():
        return STRENGTHS[-1]
    gone, left, ended, at_risk = (part[told] for part in (gone, left, ended, at_risk))
    m = STRENGTHS[:, None]
    fits = betaln(m * gone + ended, m * left + at_risk - ended) - betaln(m * gone, m * left)
    return float(STRENGTHS[np.argmax(fits.sum(axis=1))])


def _shares(stay):
    """G from the chances of not ending on a day: G(d) is the product over all later days."""
    later = np.concatenate([stay[..., 1:], np.ones((*stay.shape[:-1], 1))], axis=-1)
    return np.flip(np.cumprod(np.flip(later, axis=-1), axis=-1), axis=-1)
