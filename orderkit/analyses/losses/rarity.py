"""How often something happens, and bands of values, in the language in use: frames have them in English."""

import re

from orderkit.analyses.losses.ahead import CARRIER_NOT_KNOWN
from orderkit.languages import phrase
from orderkit.statistics.rates import one_in

BANDS = (
    (r"under (?P<high>.+)", "under {high}"),
    (r"(?P<low>.+) and more", "{low} and more"),
    (r"(?P<low>\D*\d.*) to (?P<high>\D*\d.*)", "{low} to {high}"),
)
ANY_VALUE, NO_VALUE = "any value", "value not known"


def rarity(share):
    """A small share in words: "1 in 1,300", "none", "not known".

    >>> rarity(0.005)
    '1 in 200'
    """
    return rarity_said(one_in(share))


def rarity_said(text):
    """What `one_in` wrote, in the language in use; an empty cell stays empty.

    >>> rarity_said("1 in 1,300")
    '1 in 1,300'
    """
    if not isinstance(text, str):
        return text
    number = text.removeprefix("1 in ")
    return phrase(text) if number == text else phrase("1 in {number}", number=number)


def band_said(text):
    """A band of values (see statistics.losses.bands) in the language in use; anything else as it is.

    >>> band_said("$20 to $50"), band_said("DHL Paket")
    ('$20 to $50', 'DHL Paket')
    """
    if text in (ANY_VALUE, NO_VALUE):
        return phrase(text)
    for pattern, words in BANDS:
        if found := re.fullmatch(pattern, str(text)):
            return phrase(words, **found.groupdict())
    return text


def group_said(name):
    """A carrier's service; our words where no carrier is named."""
    return phrase(name) if name == CARRIER_NOT_KNOWN else name
