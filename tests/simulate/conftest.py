"""A small simulated shop and its exports."""

import pytest
from reading import read_dicts

from orderkit import simulate


@pytest.fixture(scope="session")
def truth():
    return simulate.shop(seed=11, weeks=12, lines_per_week=150)


@pytest.fixture(scope="session")
def exports(truth, tmp_path_factory):
    """All exports at the end: {format: rows}."""
    written = truth.write(tmp_path_factory.mktemp("exports"))
    return {name: read_dicts(path) for name, path in written.items()}


@pytest.fixture(scope="session")
def india(tmp_path_factory):
    """Rows of the sale report of an amazon.in shop large enough to hold rare outcomes, and its truth."""
    truth = simulate.shop(seed=3, weeks=10, lines_per_week=2000, marketplaces=("amazon.in",))
    written = truth.write(tmp_path_factory.mktemp("india"), only="amazon_in_sale_report")
    return truth, read_dicts(written["amazon_in_sale_report"])
