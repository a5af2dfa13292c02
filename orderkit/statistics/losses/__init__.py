"""Losses: how often, how dear, what they add up to in a week or a year, and whether cover is worth its price.

What stands where, from a count of claims to a decision; every name of `__all__` can be had from here.

- frequency: `poisson_interval`, `binomial_interval` of a count; `fit_poisson`, `fit_negative_binomial` ... give a CountFit, and
  `best_count_law` says which fits best. The laws: count_laws (`Poisson`, `Binomial`, `NegativeBinomial`, `Geometric`,
  `gamma_mixed_poisson`), mixed_counts (`CountLaw`, `ZeroModified`, `MixedFrequency`, `poisson_over_draws`).
- regression: `poisson_regression`, `negative_binomial_regression` of counts by factors, with an exposure; `predict_rates`.
- credibility: `full_credibility`, `limited_fluctuation`, `buhlmann_straub` ...: how much a class is believed.
- severity: laws of one loss (`Exponential`, `Lognormal`, `Pareto`, `Empirical` ...), each with `limited`, `stop_loss`,
  `quantile`, `tvar`; deductibles and limits (`insurer_payment`, `payment_law`, `expected_payment`). `Beta`: of a share lost.
- fitting, tails: `fit_lognormal`, `fit_pareto` ... give a Fit; `fit_generalised_pareto` above a threshold a TailFit. incomplete:
  `fit_incomplete` of losses counted by bands, cut at a limit or unseen below a deductible.
- compound, individual, grids: the law of a total, `compound(frequency, severity)`; `individual_risk`, parcel by parcel; both give
  a GridLaw with `var(p)` and `tvar(p)`.
- risk: value at risk and tail value at risk (`simulated_risk`, `discrete_risk`, `normal_risk`, `student_risk`,
  `lognormal_risk`).
- rates, forecast: `fit_rates` of classes of parcels, shrunk to one another; `forecast` of their losses in the weeks ahead.
- tariffs, cover, recommend, switch, study: prices of cover (`tariffs`, `offer`), when it pays (`break_even_rate`,
  `switch_points`), what to insure (`recommend`, `sensitivity`), and all of it from a bare frame of parcels (`study`).

Where a function has the name of its module (`compound`, `forecast`, `recommend`, `study`, `tariffs`), the name here is that of
the function.

From the claims of 100 weeks to the amount that one week in a hundred exceeds:

>>> from orderkit.statistics.losses import compound, fit_poisson
>>> fit = fit_poisson([0, 1, 2, 3, 4], weights=[40, 34, 18, 6, 2])  # weeks with 0, 1 ... 4 parcels lost
>>> round(fit.mean, 2), round(fit.standard_errors["mean"], 3)
(0.96, 0.098)
>>> total = compound(fit.law, {20: 0.6, 50: 0.3, 200: 0.1})  # what a parcel costs, and how likely that is
>>> round(total.mean, 2), round(total.no_loss, 3), total.var(0.99), round(total.tvar(0.99), 1)
(45.12, 0.383, 270.0, 359.6)
"""

from .compound import Moments, compound, compound_moments, compound_sum, merge_poisson, sum_moments
from .count_laws import Binomial, Frequency, Geometric, NegativeBinomial, Poisson, gamma_mixed_poisson
from .cover import Decisions, Offer, Parcels, break_even_premium, break_even_rate, decide, offer, strategies
from .credibility import (
    Credibility,
    buhlmann,
    buhlmann_of_types,
    buhlmann_poisson,
    buhlmann_straub,
    full_credibility,
    limited_fluctuation,
    loss_ratio_credibility,
)
from .fits import CountFit, Fit
from .fitting import fit_exponential, fit_gamma, fit_lognormal, fit_pareto, fit_single_parameter_pareto, fit_weibull
from .forecast import LossForecast, forecast
from .frequency import (
    CountComparison,
    best_count_law,
    binomial_interval,
    fit_binomial,
    fit_geometric,
    fit_negative_binomial,
    fit_poisson,
    negative_binomial_by_moments,
    poisson_interval,
)
from .grids import GridLaw, discretise
from .incomplete import fit_incomplete
from .individual import individual_risk
from .laws import Empirical, Law, Mixture
from .mixed_counts import CountLaw, MixedFrequency, ZeroModified, poisson_over_draws, zero_inflated
from .named_laws import Beta, Exponential, Gamma, Lognormal, Uniform, Weibull
from .pareto_laws import Burr, GeneralisedPareto, Loglogistic, Pareto, SingleParameterPareto
from .rates import ClassRates, at_worst, fit_rates, known_share
from .recommend import Recommendation, recommend, sensitivity
from .regression import Regression, negative_binomial_regression, poisson_regression, predict_rates, regress_counts
from .risk import Risk, discrete_risk, lognormal_risk, normal_risk, risk_table, simulated_risk, student_risk
from .severity import (
    Payment,
    damaged_share,
    expected_payment,
    insurer_payment,
    loss_elimination_ratio,
    payment_law,
    payment_variance,
)
from .study import Study, study
from .switch import switch_points
from .tails import TailFit, fit_generalised_pareto, mean_excess_table
from .tariffs import Priced, Tariff, tariffs

# how many: intervals, fits, laws
__all__ = [
    "Binomial", "CountComparison", "CountFit", "CountLaw", "Frequency", "Geometric", "MixedFrequency", "NegativeBinomial",
    "Poisson", "ZeroModified", "best_count_law", "binomial_interval", "fit_binomial", "fit_geometric",
    "fit_negative_binomial", "fit_poisson", "gamma_mixed_poisson", "negative_binomial_by_moments", "poisson_interval",
    "poisson_over_draws", "zero_inflated",
]  # fmt: skip
# by factors, and by class
__all__ += [
    "Credibility", "Regression", "buhlmann", "buhlmann_of_types", "buhlmann_poisson", "buhlmann_straub", "full_credibility",
    "limited_fluctuation", "loss_ratio_credibility", "negative_binomial_regression", "poisson_regression", "predict_rates",
    "regress_counts",
]  # fmt: skip
# how dear: laws, what an insurer pays, fits, tails
__all__ += [
    "Beta", "Burr", "Empirical", "Exponential", "Fit", "Gamma", "GeneralisedPareto", "Law", "Loglogistic", "Lognormal",
    "Mixture", "Pareto", "Payment", "SingleParameterPareto", "TailFit", "Uniform", "Weibull", "damaged_share",
    "expected_payment", "fit_exponential", "fit_gamma", "fit_generalised_pareto", "fit_incomplete", "fit_lognormal",
    "fit_pareto", "fit_single_parameter_pareto", "fit_weibull", "insurer_payment", "loss_elimination_ratio",
    "mean_excess_table", "payment_law", "payment_variance",
]  # fmt: skip
# totals and their risk
__all__ += [
    "GridLaw", "Moments", "Risk", "compound", "compound_moments", "compound_sum", "discrete_risk", "discretise",
    "individual_risk", "lognormal_risk", "merge_poisson", "normal_risk", "risk_table", "simulated_risk", "student_risk",
    "sum_moments",
]  # fmt: skip
# rates of parcels, and the weeks ahead
__all__ += [
    "ClassRates", "LossForecast", "at_worst", "fit_rates", "forecast", "known_share",
]  # fmt: skip
# cover
__all__ += [
    "Decisions", "Offer", "Parcels", "Priced", "Recommendation", "Study", "Tariff", "break_even_premium", "break_even_rate",
    "decide", "offer", "recommend", "sensitivity", "strategies", "study", "switch_points", "tariffs",
]  # fmt: skip
