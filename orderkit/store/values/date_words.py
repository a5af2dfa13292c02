"""Words in dates: the names of months in several languages, and the words and offsets that stand for a zone."""

import functools

from babel.dates import get_month_names

# What each word adds to UTC. A word that is not here is wrong and never guessed; of words with several meanings (IST, CST, BST,
# GST) the one counts that marketplaces write: India, Chicago, London, Dubai. AST is left out: Halifax or Riyadh.
ZONES = {
    "UTC": "+00:00", "GMT": "+00:00", "Z": "+00:00", "WET": "+00:00", "WEZ": "+00:00",
    "BST": "+01:00", "WEST": "+01:00", "WESZ": "+01:00", "CET": "+01:00", "MEZ": "+01:00",
    "CEST": "+02:00", "MESZ": "+02:00", "EET": "+02:00", "OEZ": "+02:00", "SAST": "+02:00",
    "EEST": "+03:00", "OESZ": "+03:00", "MSK": "+03:00", "TRT": "+03:00", "GST": "+04:00", "IST": "+05:30",
    "SGT": "+08:00", "HKT": "+08:00", "AWST": "+08:00", "JST": "+09:00", "KST": "+09:00", "ACST": "+09:30", "AEST": "+10:00",
    "ACDT": "+10:30", "AEDT": "+11:00", "NZST": "+12:00", "NZDT": "+13:00",
    "BRST": "-02:00", "BRT": "-03:00", "EDT": "-04:00", "EST": "-05:00", "CDT": "-05:00", "CST": "-06:00", "MDT": "-06:00",
    "MST": "-07:00", "PDT": "-07:00", "PST": "-08:00", "AKDT": "-08:00", "AKST": "-09:00", "HST": "-10:00",
}  # fmt: skip
ENGLISH = ("en", "en_GB", "en_CA", "en_AU")
ALSO = {"de": {"jän": 1, "jänner": 1, "mrz": 3, "maerz": 3}, "fr": {"juill": 7}, "es": {"set": 9, "sep": 9}}  # other spellings
WITHOUT_ACCENTS = str.maketrans("áàâäåãčçéèêëíîïłńñóôöőśšúûüýźżž", "aaaaaacceeeeiiilnnoooossuuuyzzz")


@functools.cache
def month_numbers(languages):
    """{name in lower case without a dot: number of the month} in English and the named languages, abbreviated and in full.

    Names also count without their accents. A word that means two months is left out.
    """
    found = {}
    for name, number in _names((*ENGLISH, *languages)):
        for spelling in (name, name.translate(WITHOUT_ACCENTS)):
            found.setdefault(spelling, set()).add(number)
    return {name: numbers.pop() for name, numbers in sorted(found.items()) if len(numbers) == 1}


def _names(languages):
    for language in languages:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context=context, locale=language)
                yield from ((name.lower().rstrip("."), number) for number, name in names.items())
        yield from ALSO.get(language, {}).items()
