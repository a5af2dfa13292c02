"""Our totals against the package aggregate, our chain ladder against chainladder: other authors, other code, the same figures.

Both are heavy and not needed to use orderkit, so that a test is skipped where its package is not installed.
"""

import warnings

import numpy as np
import pytest

from orderkit.statistics.losses.compound import compound
from orderkit.statistics.losses.count_laws import Binomial, Geometric, Poisson, gamma_mixed_poisson
from orderkit.statistics.losses.severity import Exponential, Lognormal
from orderkit.statistics.triangles import chain_ladder
from tests.statistics.test_triangles import TAYLOR_ASHE

WANTED = "the package {} is not installed"
FOUR = {1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25}
CASES = {  # what aggregate is told, its step and size, and our total
    "losses by hand": (
        "agg Hand 5 claims dsev [100 500 1000] [.8 .16 .04] poisson", 100, 12,
        lambda: compound(Poisson(5), {100: 0.8, 500: 0.16, 1000: 0.04}, step=100),
    ),
    "geometric": ("agg Geo 4 claims dsev [1 2 3 4] geometric", 1, 10, lambda: compound(Geometric(4), FOUR, step=1)),
    "binomial of exponentials": (
        "agg Bin [1.2] claims sev 100 * expon 1 binomial 0.4", 0.1, 16,
        lambda: compound(Binomial(3, 0.4), Exponential(100), step=0.1),
    ),
    "uncertain rate of lognormals": (
        "agg Mix 50 claims sev lognorm 50 cv 0.8 mixed gamma 0.15", 0.1, 17,
        lambda: compound(gamma_mixed_poisson(50, cv=0.15), Lognormal.of_mean(50, sd=40), step=0.1),
    ),
}  # fmt: skip


@pytest.fixture
def others_warnings():
    """The packages warn of matters of their own, at import and later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("case", CASES)
def test_totals_against_aggregate(case, others_warnings):
    build = pytest.importorskip("aggregate", reason=WANTED.format("aggregate"), exc_type=ImportError).build
    told, step, log2, make = CASES[case]
    theirs, ours = build(told, bs=step, log2=log2), make()
    assert ours.mean == pytest.approx(theirs.est_m, rel=1e-6)
    assert ours.sd == pytest.approx(theirs.est_sd, rel=1e-6)
    density = theirs.density_df["p_total"].to_numpy()
    size = min(density.size, ours.pmf.size)
    assert ours.pmf[:size] == pytest.approx(density[:size], abs=1e-9)
    for p in (0.5, 0.9, 0.99):
        assert ours.var(p) == pytest.approx(theirs.q(p), abs=1e-6)
        assert ours.tvar(p) == pytest.approx(theirs.tvar(p), rel=1e-5)


def test_mack_against_chainladder(others_warnings):
    cl = pytest.importorskip("chainladder", reason=WANTED.format("chainladder"), exc_type=ImportError)
    # their "genins" is the triangle of Taylor and Ashe
    triangle = cl.load_sample("genins")
    theirs = cl.MackChainladder().fit(cl.Development(sigma_interpolation="mack").fit_transform(triangle))
    ours = chain_ladder(TAYLOR_ASHE)
    assert ours.total_reserve == pytest.approx(float(theirs.ibnr_.sum()), rel=1e-10)
    assert ours.total_se == pytest.approx(float(np.ravel(theirs.total_mack_std_err_)[0]), rel=1e-10)
    errors = theirs.mack_std_err_.values[0, 0, :, -1]
    assert ours.se[1:] == pytest.approx(errors[1:], rel=1e-10)
    assert ours.factors == pytest.approx(np.ravel(theirs.ldf_.values)[:9], rel=1e-12)
