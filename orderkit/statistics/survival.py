"""Times to an end that not all have reached: product-limit and competing-risk curves, an exponential rate, a cure model.

All take arrays of one row per case (or per group of like cases, with their number in `weights`). Ties are exact: cases that end
at a time are still at risk at it, and so are those last seen open at it. Delayed entry: a case counts from just after its `entry`
(risk set entry < t <= time); entry 0, or none, is from the beginning, time 0 included.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents

LAWS = ("weibull", "lognormal")


@dataclass(frozen=True)
class Exponential:
    """A constant rate of events per unit of time: `rate` = events / exposure, its standard error `se` (NaN without events)."""

    rate: float
    se: float
    events: float
    exposure: float


@dataclass(frozen=True)
class CureFit:
    """A fitted mixture cure model S(t) = cure + (1 - cure) S0(t): values and standard errors by name.

    Names: cure, logit_cure; weibull (S0 = exp(-lambda t^gamma)): ln_lambda, ln_gamma; lognormal: mu, ln_sigma (of log time).
    Standard errors are NaN where the fit lies on the border (no plateau to be seen: the cured share runs to 0).
    """

    law: str
    values: dict
    se: dict
    loglik: float

    def survival(self, time):
        """S(t), the share not yet ended at each time, the cured among them."""
        return self.values["cure"] + (1 - self.values["cure"]) * self.uncured(time)

    def uncured(self, time):
        """S0(t), the share not yet ended among those that will end; 1 at time 0."""
        from scipy.special import ndtr

        time = np.asarray(time, dtype=float)
        with np.errstate(divide="ignore"):
            log = np.log(time)
        if self.law == "weibull":
            return np.exp(-np.exp(self.values["ln_lambda"] + np.exp(self.values["ln_gamma"]) * log))
        return ndtr((self.values["mu"] - log) / np.exp(self.values["ln_sigma"]))


def kaplan_meier(time, event, *, weights=None, entry=None):
    """The product-limit survival at each event time: a frame of time, at_risk, events, survival, se.

    `event` is true where the end was seen, false where the case was still open at `time`. `se` is Greenwood's; NaN where the
    survival is 0. With delayed entry an early risk set may be so small that the curve falls to 0 and stays there.

    References
    ----------
    Kaplan, Meier (1958), JASA 53:457-481; Greenwood (1926).

    >>> kaplan_meier([1, 2, 2, 3], [1, 1, 0, 0])["survival"].tolist()
    [0.75, 0.5]
    """
    ended = _flags(event)
    time, weights, entry = _checked(time, ended, weights, entry)
    table = _risk_table(time, [ended], weights, entry)
    at_risk, events = table["at_risk"].to_numpy(), table[0].to_numpy()
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = survival * np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
    found = {"time": table.index.to_numpy(), "at_risk": at_risk, "events": events, "survival": survival, "se": se}
    return pd.DataFrame(found)


def cumulative_incidence(time, cause, *, causes, weights=None, entry=None):
    """The share that has ended by each event time, by cause: a frame of time, at_risk, survival, and per cause X: X and se_X.

    `cause` names how each case ended; a value that is not in `causes` (0, None, "open") means still open at `time`. Causes
    compete: one that has ended by another cause is not at risk any more, and shares and survival add up to 1.

    References
    ----------
    Aalen, Johansen (1978), Scand. J. Statistics 5:141-150; standard errors by the delta method, Marubini, Valsecchi (1995),
    Analysing Survival Data, section 10.2.

    >>> cumulative_incidence([1, 1, 2, 3], ["a", "b", "a", None], causes=["a", "b"])[["a", "b"]].iloc[-1].tolist()
    [0.5, 0.25]
    """
    cause = np.asarray(cause, dtype=object)
    ended = [cause == name for name in causes]
    time, weights, entry = _checked(time, cause, weights, entry)
    table = _risk_table(time, ended, weights, entry)
    at_risk, events = table["at_risk"].to_numpy(), table[list(range(len(ended)))].to_numpy()
    survival = np.cumprod(1 - events.sum(axis=1) / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])[: len(survival)]
    found = {"time": table.index.to_numpy(), "at_risk": at_risk, "survival": survival}
    for number, name in enumerate(causes):
        found[name] = np.cumsum(before * events[:, number] / at_risk)
        found[f"se_{name}"] = _incidence_error(found[name], before, events[:, number], events.sum(axis=1), at_risk)
    return pd.DataFrame(found)


def exponential_rate(time, event, weights=None):
    """The maximum-likelihood rate of an exponential law where some are still open: events over the time of all. An Exponential.

    Raises TooFewEvents where no time was observed.

    References
    ----------
    Lawless (2003), Statistical Models and Methods for Lifetime Data, section 4.1.

    >>> exponential_rate([2, 3, 5], [1, 0, 1]).rate
    0.2
    """
    ended = _flags(event)
    time, weights, _ = _checked(time, ended, weights, None)
    exposure, events = float(weights @ time), float(weights @ ended)
    if exposure == 0:
        raise TooFewEvents("No time was observed: a rate cannot be told. Give cases with a time above 0.")
    rate = events / exposure
    return Exponential(rate, rate / np.sqrt(events) if events else np.nan, events, exposure)


def mixture_cure(time, event, *, law="weibull", weights=None):
    """Fits S(t) = cure + (1 - cure) S0(t) by maximum likelihood; standard errors from the Hessian. A CureFit.

    Some never end (the cured; here: parcels that never arrive). How many depends on the law wherever the cases were not
    followed to a plateau: show it beside a product-limit curve. Open at time 0 tells nothing and is left out.

    Raises
    ------
    BadValue
        An event at time 0, which has no density under these laws (for whole days give day + 1/2), or an unknown law.
    TooFewEvents
        Fewer than 3 events, or all at one time: as many numbers are to be found.

    References
    ----------
    Boag (1949), J. Royal Statistical Society B 11:15-53; Lambert (2007), Stata Journal 7:351-375 (strsmix).
    """
    if law not in LAWS:
        raise BadValue(f"There is no cure model with the law {law!r}. Known: {', '.join(LAWS)}.")
    ended = _flags(event)
    time, weights, _ = _checked(time, ended, weights, None)
    keep = (time > 0) | ended
    time, ended, weights = time[keep], ended[keep], weights[keep]
    if (time[ended] == 0).any():
        raise BadValue("An event at time 0 has no density under a continuous law. For whole days, give day + 1/2 as the time.")
    if weights @ ended < 3 or np.unique(time[ended]).size < 2:
        raise TooFewEvents("A cure model needs at least 3 events, at more than one time. Report the counts instead.")
    return _fit(np.log(time), ended, weights, law)


def _flags(event):
    event = np.asarray(event)
    if pd.isna(event).any():
        raise BadValue("An event is neither seen nor not seen (NaN or None). Give true for an end that was seen, else false.")
    return event.astype(bool)


def _checked(time, like, weights, entry):
    time = np.asarray(time, dtype=float)
    weights = np.ones(time.shape) if weights is None else np.asarray(weights, dtype=float)
    # entry at 0 is from the beginning: who ends at time 0 was at risk then
    entry = np.full(time.shape, -np.inf) if entry is None else np.asarray(entry, dtype=float)
    if not time.shape == np.shape(like) == weights.shape == entry.shape or time.ndim != 1:
        raise BadValue("Times, ends, weights and entries must be lists of one length.")
    if not np.isfinite(time).all() or (time < 0).any():
        raise BadValue("A time is below 0 or not a number. Times count from the clock's start; leave out cases without one.")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise BadValue("A weight is below 0 or not a number. Weights are numbers of like cases.")
    entry = np.where(entry <= 0, -np.inf, entry)
    if not (entry < time).all():
        raise BadValue("An entry is not before its time, or not a number. A case must be seen for some time to count.")
    return time, weights, entry


def _risk_table(time, ended, weights, entry):
    """A frame by distinct event time: at_risk and one column of events per mask in `ended`."""
    seen = np.logical_or.reduce(ended) & (weights > 0)
    at = np.unique(time[seen])
    place = np.searchsorted(at, time[seen])
    columns = {k: np.bincount(place, weights[seen] * mask[seen], minlength=at.size) for k, mask in enumerate(ended)}
    at_risk = _weight_before(entry, weights, at, "left") - _weight_before(time, weights, at, "left")
    return pd.DataFrame({"at_risk": at_risk, **columns}, index=at)


def _weight_before(values, weights, at, side):
    order = np.argsort(values, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(weights[order])])
    return running[np.searchsorted(values[order], at, side=side)]


def _incidence_error(incidence, before, events, all_events, at_risk):
    # where all at risk end, no later share can change: that term is 0, not infinite
    left = at_risk - all_events
    spread = np.divide(all_events, at_risk * left, out=np.zeros_like(left), where=left > 0)
    cross = before * events / at_risk**2
    own = before**2 * events * (at_risk - events) / at_risk**3
    variance = (
        incidence**2 * np.cumsum(spread)
        - 2 * incidence * np.cumsum(incidence * spread)
        + np.cumsum(incidence**2 * spread)
        + np.cumsum(own)
        - 2 * (incidence * np.cumsum(cross) - np.cumsum(incidence * cross))
    )
    return np.sqrt(np.maximum(variance, 0))


def _fit(log, ended, weights, law):
    from scipy.optimize import minimize

    centre = np.average(log[ended], weights=weights[ended])
    spread = max(np.sqrt(np.average((log[ended] - centre) ** 2, weights=weights[ended])), 0.05)
    share = np.clip(1 - weights @ ended / weights.sum(), 1e-4, 0.95)
    bounds = [(-30, 30), (log.min() - 20, log.max() + 20), (-8, 4)]

    def target(theta):
        return _minus_loglik(theta, log, ended, weights, law)

    starts = [(np.log(p / (1 - p)), centre + shift, np.log(spread)) for p in (share, share / 4) for shift in (0, spread)]
    tries = [minimize(target, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts]
    theta = _polished(min(tries, key=lambda found: found.fun).x, target)
    return _named(theta, target, law)


def _polished(theta, target):
    """Newton steps to the exact maximum, as far as they go down."""
    for _ in range(20):
        value, slope = target(theta)
        try:
            step = np.linalg.solve(_hessian(theta, target), slope)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all() or np.abs(step).max() > 1 or target(theta - step)[0] > value + 1e-9:
            break
        theta = theta - step
        if np.abs(step).max() < 1e-10:
            break
    return theta


def _hessian(theta, target, step=1e-5):
    moves = np.eye(len(theta)) * step
    rows = np.array([(target(theta + move)[1] - target(theta - move)[1]) / (2 * step) for move in moves])
    return (rows + rows.T) / 2


def _minus_loglik(theta, log, ended, weights, law):
    """Minus the log-likelihood and its slope at (logit cure, location, log scale) of log time; z = (log - location) / scale."""
    from scipy.special import expit, log_ndtr, ndtr

    cure, scale = expit(theta[0]), np.exp(theta[2])
    z = (log - theta[1]) / scale
    if law == "weibull":
        power = np.exp(np.minimum(z, 50))
        log_density, slope, rest = z - power, 1 - power, np.exp(-power)
    else:
        log_density, slope, rest = -(z**2) / 2 - np.log(2 * np.pi) / 2, -z, np.exp(log_ndtr(-z))
    open_share = np.maximum(cure + (1 - cure) * rest, 1e-300)
    density = np.exp(log_density)
    each = np.where(ended, np.log1p(-cure) + log_density - theta[2] - log, np.log(open_share))
    by_z = np.where(ended, slope, -(1 - cure) * density / open_share)
    by_cure = np.where(ended, -cure, cure * (1 - cure) * (1 - rest if law == "weibull" else ndtr(z)) / open_share)
    by_scale = -z * by_z - ended
    return -(weights @ each), -np.array([weights @ by_cure, weights @ by_z / -scale, weights @ by_scale])


def _named(theta, target, law):
    """The fit under its usual names; standard errors by the delta method."""
    logit, place, log_scale = map(float, theta)
    cure, gamma = float(1 / (1 + np.exp(-logit))), float(np.exp(-log_scale))
    values = {"cure": cure, "logit_cure": logit}
    slopes = [(cure * (1 - cure), 0, 0), (1, 0, 0)]
    if law == "weibull":
        values |= {"ln_lambda": -gamma * place, "ln_gamma": -log_scale}
        slopes += [(0, -gamma, gamma * place), (0, 0, -1)]
    else:
        values |= {"mu": place, "ln_sigma": log_scale}
        slopes += [(0, 1, 0), (0, 0, 1)]
    slopes = np.array(slopes, dtype=float)
    with np.errstate(all="ignore"):
        covariance = np.linalg.pinv(_hessian(theta, target), hermitian=True)
        errors = np.sqrt(np.diag(slopes @ covariance @ slopes.T))
    if abs(logit) > 15:  # the border: the likelihood is flat there, and its curvature says nothing
        errors = np.full(len(slopes), np.nan)
    return CureFit(law, values, dict(zip(values, errors.tolist(), strict=True)), -float(target(theta)[0]))
