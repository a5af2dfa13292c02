"""A shop with known truth that writes every supported export in its genuine layout: sample data and tests come from here.

>>> truth = shop(seed=1, weeks=2, lines_per_week=20)
>>> len(truth.statement_orders())
20
>>> paths = truth.write("exports")                                    # doctest: +SKIP
"""

from orderkit.simulate.parameters import Parameters, Service
from orderkit.simulate.truth import ShopTruth, shop

__all__ = ["Parameters", "Service", "ShopTruth", "shop"]
