"""The tariffs that the seller loaded: those that can be used, and what is wrong with the others."""

from orderkit.errors import BadValue
from orderkit.languages import phrase
from orderkit.statistics.losses.tariffs import tariffs


def price_lists(steps, *, day):
    """The tariffs of loaded steps that hold on a day: (list of Tariff, {currency: sentences on those that cannot be used}).

    One mistaken step makes its own tariff useless, and hides neither the others nor what was lost.
    """
    usable, refused = [], {}
    for (_, currency), own in steps.groupby(["tariff", "currency"], sort=True):
        try:
            usable += tariffs(own, day=day)
        except BadValue as wrong:
            mend = phrase("{wrong} In tariffs.csv, give the mended step a later valid_from.", wrong=wrong)
            refused.setdefault(currency, []).append(mend)
    return usable, refused
