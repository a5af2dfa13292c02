"""Claim rates by several factors at once: log-linear Poisson and negative binomial (NB2) regression with an exposure.

The expected number of events of a row is exposure x exp(sum of terms x coefficients). The fit is iteratively reweighted least
squares; the terms are made in `designs`.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orderkit.errors import BadValue, TooFewEvents

from .checks import inner_share
from .designs import design_of_frame, design_of_matrix, terms_of_frame
from .dispersion import most_likely_dispersion, negative_binomial_likelihood

ROUNDS, HALVINGS = 100, 30  # steps at most, and how often a step that leads up is halved
CLOSE = 1e-12  # a fit is done when a step changes the deviance by less than this share
OVERDISPERSED = 1.5  # Pearson chi-square per degree of freedom above which Poisson standard errors are too small to be told
WIDEST = 100.0  # a standard error of a log rate that only coefficients without end have
LAWS = ("poisson", "negative binomial")
ERRORS = ("chosen", "likelihood", "quasi-likelihood")


@dataclass(frozen=True)
class Regression:
    """A fitted log-linear regression of event counts.

    `coefficients`: frame by term, with columns coefficient, standard_error, model_standard_error, relativity (exp of the
    coefficient), low, high (its range at `level`). `relativities`: frame with a row for every level of every factor, reference
    levels too (relativity 1): factor, level, events, exposure, relativity, low, high; empty for a design matrix.

    `errors` says where standard_error is from: "likelihood", or "quasi-likelihood" where `dispersion` of a Poisson fit is above
    1.5: then it is model_standard_error times the square root of that (McCullagh, Nelder). `dispersion` is `pearson` / `df`; it
    holds only if most rows expect more than about one event: add up rows of the same levels first.

    `alpha` is the NB2 dispersion (variance = mean + alpha mean^2) with its standard error, 0 for a Poisson law. `fitted`: events
    expected of the rows that were used; `dropped`: how many had no exposure. `note` says what was unusual.
    """

    law: str
    coefficients: pd.DataFrame
    relativities: pd.DataFrame
    covariance: pd.DataFrame
    errors: str
    level: float
    deviance: float
    null_deviance: float
    df: int
    pearson: float
    dispersion: float
    log_likelihood: float
    aic: float
    alpha: float
    alpha_standard_error: float
    fitted: np.ndarray
    dropped: int
    note: str
    factors: dict
    covariates: tuple

    @property
    def theta(self):
        """The size parameter of the negative binomial, 1 / alpha; infinite for a Poisson law."""
        return 1 / self.alpha if self.alpha else math.inf


def poisson_regression(
    frame, *, events, exposure=None, factors=(), covariates=(), reference=None, least=10, level=0.9, errors="chosen"
):
    """Rates of events by factors, assuming Poisson counts: a Regression.

    Parameters
    ----------
    events, exposure
        Names of columns: how many events each row had (may be expected numbers), among how many parcels, months or other units.
    factors, covariates
        Names of columns with levels, and of columns with numbers (their coefficient is per unit).
    reference
        The level of each factor that others are compared with, by factor; where none is named, the first when sorted.
    least
        How many events each level must have. 1 fits published examples with sparse levels; a level without event has no rate.
    errors
        Where standard errors and ranges are from: "likelihood", as most programs print them; "quasi-likelihood", times the square
        root of the dispersion; "chosen", the second where the dispersion is above 1.5.

    Raises
    ------
    TooFewEvents
        A level has fewer events than `least`, or no finite coefficient fits: use rates that are shrunk to the mean instead.
    BadValue, UnknownName
        Missing or negative numbers, a missing level, columns that say the same; a column or reference level that is not there.

    References
    ----------
    McCullagh, Nelder (1989), Generalized Linear Models, sections 2.5 and 6.2 to 6.3.

    >>> claims = pd.DataFrame({"carrier": ["A", "B"], "lost": [20, 30], "parcels": [1000, 1000]})
    >>> fit = poisson_regression(claims, events="lost", exposure="parcels", factors=["carrier"])
    >>> fit.coefficients["relativity"].round(3).to_dict()
    {'intercept': 0.02, 'carrier[B]': 1.5}
    """
    design = design_of_frame(
        frame, events=events, exposure=exposure, factors=factors, covariates=covariates, reference=reference, least=least
    )
    return _regression(design, "poisson", level, errors)


def negative_binomial_regression(frame, *, events, exposure=None, factors=(), covariates=(), reference=None, least=10, level=0.9):
    """Rates of events by factors, of counts that vary more than chance (NB2): a Regression. Arguments as `poisson_regression`.

    Coefficients and `alpha` are found by maximum likelihood, in turns. Where counts do not vary more than chance, the likelihood
    rises all the way to the Poisson law: `alpha` is then 0 and `note` says so. Events must be whole numbers.

    References
    ----------
    Lawless (1987), Canadian Journal of Statistics 15:209-225; Venables, Ripley (2002), Modern Applied Statistics with S, 7.4.
    """
    design = design_of_frame(
        frame, events=events, exposure=exposure, factors=factors, covariates=covariates, reference=reference, least=least
    )
    return _regression(design, "negative binomial", level)


def regress_counts(design, events, *, exposure=None, names=None, law="poisson", least=10, level=0.9, errors="chosen"):
    """As `poisson_regression` (or, with law="negative binomial", `negative_binomial_regression`), from a design matrix.

    `design`: [rows, terms] with its column of ones, if any is wanted; `names` of the terms, else those of a frame's columns, else
    x0, x1, ... A column of zeros and ones is held to `least` events as a level is.

    >>> regress_counts([[1, 0], [1, 1]], [20, 30], exposure=[1000, 1000]).coefficients["coefficient"].round(4).tolist()
    [-3.912, 0.4055]
    """
    return _regression(design_of_matrix(design, events, exposure, names, least), law, level, errors)


def predict_rates(fit, frame, *, level=None):
    """Expected events per unit of exposure for rows of a frame with the fit's factors and covariates: frame with rate, low, high.

    The range is that of the rate at `level` (the fit's if not given), not of a count to come. Raises UnknownName for a level that
    was not in the fit.
    """
    if not isinstance(fit, Regression):
        raise BadValue(f"A {type(fit).__name__} is no fit of rates: give that of poisson_regression or its siblings.")
    terms = terms_of_frame(frame, fit.factors, fit.covariates)
    if list(terms) != list(fit.coefficients.index):
        raise BadValue("This fit is from a design matrix, which says nothing of a frame: multiply with its coefficients.")
    matrix = np.column_stack(list(terms.values()))
    place = matrix @ fit.coefficients["coefficient"].to_numpy()
    error = np.sqrt(((matrix @ fit.covariance.to_numpy()) * matrix).sum(axis=1))
    half = _quantile(fit.level if level is None else level) * error
    return pd.DataFrame({"rate": np.exp(place), "low": np.exp(place - half), "high": np.exp(place + half)}, index=frame.index)


def _regression(design, law, level, errors="chosen"):
    half = _quantile(level)
    if not isinstance(errors, str) or errors not in ERRORS or (errors == "quasi-likelihood" and law != "poisson"):
        raise BadValue(f"Give errors as one of {', '.join(ERRORS)}; quasi-likelihood is for the Poisson law only.")
    notes, (alpha, alpha_error, place, mu) = list(design.notes), _most_likely(design, law)
    if law != "poisson" and not alpha:
        notes.append("The counts do not vary more than chance: the most likely negative binomial is the Poisson law.")
    covariance, facts = _covariance(design, mu, alpha), _facts(design, law, mu, alpha)
    model_error = np.sqrt(np.diag(covariance))
    wide = law == "poisson" and facts["dispersion"] > OVERDISPERSED
    quasi = errors == "quasi-likelihood" or (wide and errors == "chosen")
    if quasi:
        covariance = covariance * facts["dispersion"]
        notes.append(f"Counts vary {facts['dispersion']:.1f} times as much as chance: quasi-Poisson standard errors.")
    table = _coefficients(design.names, place, np.sqrt(np.diag(covariance)), model_error, half)
    return Regression(
        law=law, coefficients=table, relativities=_relativities(design, table), level=level, note=" ".join(notes),
        covariance=pd.DataFrame(covariance, design.names, design.names), errors="quasi-likelihood" if quasi else "likelihood",
        alpha=alpha, alpha_standard_error=alpha_error, fitted=mu, dropped=design.dropped,
        factors=design.factors, covariates=design.covariates, **facts,
    )  # fmt: skip


def _most_likely(design, law):
    """(alpha, its error, coefficients, expected events) of the fit of this law."""
    if not isinstance(law, str) or law not in LAWS:
        raise BadValue(f"No law is called {law!r}: give one of {', '.join(LAWS)}.")
    x, y, units = design.matrix, design.events, design.exposure
    place, mu = _fit(x, y, units, 0.0)
    if law == "poisson":
        return 0.0, math.nan, place, mu
    if (y != np.floor(y)).any():
        raise BadValue("A negative binomial is a law of whole numbers: give counts, or fit the Poisson law to expected numbers.")
    return _in_turns(x, y, units, place, mu)


def _facts(design, law, mu, alpha):
    """How well expected events fit those that came, by the names of a Regression's fields."""
    y, df = design.events, design.events.size - len(design.names)
    pearson = float(((y - mu) ** 2 / (mu + alpha * mu**2)).sum())
    likelihood = negative_binomial_likelihood(y, mu, alpha)
    null = _fit(np.ones((y.size, 1)), y, design.exposure, alpha)[1]  # one rate for all, at the same alpha
    return {
        "deviance": _deviance(y, mu, alpha), "null_deviance": _deviance(y, null, alpha), "df": df, "pearson": pearson,
        "dispersion": pearson / df if df else math.nan, "log_likelihood": likelihood,
        "aic": 2 * (len(design.names) + (law != "poisson")) - 2 * likelihood,
    }  # fmt: skip


def _fit(x, y, units, alpha, place=None):
    """(coefficients, expected events) of the maximum of the likelihood at this alpha, by reweighted least squares."""
    place = _start(x, y, units) if place is None else place
    mu = _expected(x, units, place)
    told = _deviance(y, mu, alpha)
    for _ in range(ROUNDS):
        step = _solve(x, mu / (1 + alpha * mu), (y - mu) / (1 + alpha * mu))
        for _ in range(HALVINGS):  # half the way, until it leads down
            mu = _expected(x, units, place + step)
            found = _deviance(y, mu, alpha)
            if found <= told + CLOSE * (1 + abs(told)):
                break
            step = step / 2
        if told - found <= CLOSE * (1 + abs(found)):
            return place + step, mu
        place, told = place + step, found
    raise TooFewEvents(
        f"The rates were not found in {ROUNDS} steps: some levels hardly have an event of their own. Join levels, or use rates "
        "that are shrunk to the mean."
    )


def _start(x, y, units):
    """Coefficients of least squares on the logs of the rates, each rate moved half the way to the mean."""
    mu = (y + y.sum() / units.sum() * units) / 2
    return _solve(x, mu, mu * np.log(mu / units))


def _expected(x, units, place):
    return units * np.exp(np.clip(x @ place, -500, 500))


def _solve(x, weights, right):
    try:
        return np.linalg.solve((x * weights[:, None]).T @ x, x.T @ right)
    except np.linalg.LinAlgError as error:
        raise TooFewEvents("No finite rates fit: some levels hardly have an event of their own. Join levels.") from error


def _in_turns(x, y, units, place, mu):
    """(alpha, its error, coefficients, expected events): alpha at these means, the means at this alpha, until both stay."""
    alpha = 0.0
    for _ in range(ROUNDS):
        before, (alpha, error) = alpha, most_likely_dispersion(y, mu)
        if not alpha:
            return 0.0, math.nan, *_fit(x, y, units, 0.0)
        place, mu = _fit(x, y, units, alpha, place)
        if abs(alpha - before) <= 1e-9 * alpha:
            break
    return alpha, error, place, mu


def _deviance(y, mu, alpha):
    """Twice the log likelihood that is missing to a fit of each row by its own count."""
    from scipy.special import xlog1py, xlogy

    if not alpha:
        return float(2 * (xlogy(y, y / mu) - (y - mu)).sum())
    return float(2 * (xlogy(y, y / mu) - xlog1py(y + 1 / alpha, alpha * (y - mu) / (1 + alpha * mu))).sum())


def _coefficients(names, place, error, model_error, half):
    table = pd.DataFrame(
        {"coefficient": place, "standard_error": error, "model_standard_error": model_error}, index=pd.Index(names, name="term")
    )
    return table.assign(relativity=np.exp(place), low=np.exp(place - half * error), high=np.exp(place + half * error))


def _relativities(design, table):
    ranges = table[["relativity", "low", "high"]].reindex(design.levels["term"]).fillna(1.0).to_numpy()
    found = design.levels.drop(columns="term")
    return found.assign(relativity=ranges[:, 0], low=ranges[:, 1], high=ranges[:, 2])


def _covariance(design, mu, alpha):
    """The inverse of the expected information; a log rate that runs away has an error beyond what data can tell."""
    x = design.matrix
    covariance = np.linalg.inv((x * (mu / (1 + alpha * mu))[:, None]).T @ x)
    far = ((x @ covariance) * x).sum(axis=1) > WIDEST**2
    if far.any():
        named = ", ".join(name for name, column in zip(design.names, x[far].T, strict=True) if column.any())
        raise TooFewEvents(
            f"No finite rate fits rows of {named}: no event tells it. Join levels, or use rates shrunk to the mean."
        )
    return covariance


def _quantile(level):
    from scipy.special import ndtri

    inner_share(level, "level")
    return float(ndtri((1 + level) / 2))
