"""Amounts, rates and counts as SQL: plain digits as machines write them, or with marks, signs and symbols as people do.

DuckDB's casts take 1e3, 1_000, +5 and .5, and round what does not fit; so the text is checked before it is cast.
"""

import functools

from orderkit.store.values.dates import full, quoted

# ISO 4217, list one as of 2026, then the codes withdrawn since 2015, which older exports still hold
CURRENCIES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP"
    " CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK"
    " JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN"
    " MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS"
    " SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF"
    " YER ZAR ZMW ZWG"
    " ANG BGN BYR CUC HRK LTL MRO SLL STD VEF ZWL"
).replace(" ", "|")
SYMBOL = (  # dollars, euro, pound, yen, rupee, lira, won, shekel, baht, peso; crowns, zloty, rupees, francs, forint, leu
    r"(?:(?:US|CA|MX|HK|NZ|NT|[RACS])?[$]|[\x{20ac}\x{a3}\x{a5}\x{ffe5}\x{5186}\x{20b9}\x{20ba}\x{20a9}\x{20aa}\x{e3f}\x{20b1}]"
    r"|kr[.]?|z\x{142}|Rs[.]?|Fr[.]|K\x{10d}|Ft|lei|TL|" + CURRENCIES + ")"
)
BLANKS = r" \x{a0}\x{202f}\x{2009}\x{2007}"  # blank, no-break, narrow no-break, thin, figure
BLANK, MINUS = f"[{BLANKS}]?", r"[-\x{2212}]"
MARKS = {"point": (r"\.", (",", f"[{BLANKS}]", "['\u2019]")), "comma": (",", (r"\.", f"[{BLANKS}]", "['\u2019]"))}
CENTS, MICROS, NONE, ANY = r"\d{1,2}0*", r"\d{1,6}0*", "0{1,2}", r"\d+"


@functools.cache
def grammar(decimal, behind, symbols=True):
    """A regular expression of all ways to write a number: marks in groups, one sign, one symbol, or brackets for minus.

    `behind` is what may stand behind the decimal mark. Groups are of three digits, or as in India (1,23,456.78) of two and three.
    """
    mark, groups = MARKS[decimal]
    grouped = [rf"[1-9]\d{{0,2}}(?:{group}\d{{3}})+" for group in groups]
    indian = [r"[1-9]\d?(?:,\d{2})+,\d{3}"] if decimal == "point" else []
    number = rf"(?:\d+|{'|'.join(grouped + indian)})(?:{mark}{behind})?"
    sign = f"(?:{MINUS}{BLANK})?"
    ways = [f"{sign}{number}", f"{number}{BLANK}{MINUS}", rf"\({number}\)"]
    return "|".join(ways + (_with_symbol(number, sign) if symbols else []))


def _with_symbol(number, sign):
    return [
        f"{sign}{SYMBOL}{BLANK}{number}",
        f"{SYMBOL}{BLANK}{MINUS}{BLANK}{number}",
        f"{SYMBOL}{BLANK}{number}{BLANK}{MINUS}",
        f"{sign}{number}{BLANK}{SYMBOL}",
        f"{number}{BLANK}{MINUS}{BLANK}{SYMBOL}",
        f"{number}{BLANK}{SYMBOL}{BLANK}{MINUS}",
        rf"\({SYMBOL}{BLANK}{number}\)",
        rf"\({number}{BLANK}{SYMBOL}\)",
        rf"{SYMBOL}{BLANK}\({number}\)",
        rf"\({number}\){BLANK}{SYMBOL}",
    ]


def number(cell, sql_type, behind, *, decimal="point", loose=False, symbols=True):
    """SQL of the number in a cell, NULL where it is none. Not `loose`: only digits, a minus in front and a decimal point."""
    plain = rf"-?\d+(?:\.{behind})?" if decimal == "point" else r"-?\d+"
    strict = f"WHEN {full(cell, plain)} THEN TRY_CAST({cell} AS {sql_type})"
    if not loose:
        return f"CASE {strict} END"
    digits = f"TRY_CAST({_sign(cell)} || {_digits(cell, decimal)} AS {sql_type})"
    return f"CASE {strict} WHEN {full(cell, grammar(decimal, behind, symbols))} THEN {digits} END"


def _sign(cell):
    return f"CASE WHEN regexp_matches({cell}, {quoted(rf'{MINUS}|[(]')}) THEN '-' ELSE '' END"


def _digits(cell, decimal):
    mark = "." if decimal == "point" else ","
    bare = f"regexp_replace({cell}, {quoted(f'{SYMBOL}|[^0-9{mark}]')}, '', 'g')"
    return bare if mark == "." else f"replace({bare}, ',', '.')"


def huge(cell, behind):
    """SQL condition that a cell is a plain number, but of more digits than can be stored."""
    return full(cell, rf"-?\d{{10,}}(?:[.,]{behind})?")


def writes(cell):
    """SQL of what a cell tells of the decimal mark: point or comma where it is proof, both where a mark may be either, or NULL.

    1.234 may be a thousand or a bit more than one; 9.99, 0.123, 1,234.5 and 1,234,567 are proof.
    """
    point, comma = (full(cell, grammar(decimal, ANY)) for decimal in MARKS)
    return (
        f"CASE WHEN {full(cell, '-?[0-9]+[.][0-9]{1,2}')} THEN 'point' WHEN {full(cell, '-?[0-9]+,[0-9]{1,2}')} THEN 'comma'"
        f" WHEN NOT regexp_matches({cell}, '[0-9][.,][0-9]') THEN NULL"
        f" WHEN {point} THEN CASE WHEN {comma} THEN 'both' ELSE 'point' END WHEN {comma} THEN 'comma' END"
    )
