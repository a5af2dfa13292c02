"""Days and moments as SQL, by strptime formats that are held to the letter.

DuckDB's own strptime is too kind in places: it reads 6 as the year 2006 and 70 as 1970, cuts 2026115 where it likes, takes an
offset of 99 hours, and knows English months only. Where a format is safe it is used as it is, because it is fast.
"""

import functools
import itertools
import re
from dataclasses import dataclass

from orderkit.errors import FormatError
from orderkit.store.values.date_words import ZONES, month_numbers

MARKETPLACE = "marketplace"  # the zone of a column whose moments are local to the marketplace of their row
UTC = {"UTC", "GMT", "Etc/UTC"}
DIRECTIVE = re.compile(r"(%[A-Za-z])")
BLANK = r"[\s\p{Z}]"
OFFSET = r"[+-](?:0\d|1[0-4])(?::?[0-5]\d)?"
ZONE = r"(?P<zone>[A-Z]{1,5})(?:(?P<sign>[+\-\x{2212}])(?P<zone_hour>0?\d|1[0-4])(?::?(?P<zone_minute>[0-5]\d))?)?"
PARTS = {
    "%Y": r"(?P<year>\d{4})", "%y": r"(?P<short_year>[0-5]\d|6[0-8])", "%m": r"(?P<month>\d{1,2})", "%d": r"(?P<day>\d{1,2})",
    "%H": r"(?P<hour>\d{1,2})", "%I": r"(?P<hour>\d{1,2})", "%M": r"(?P<minute>\d{2})", "%S": r"(?P<second>\d{2})",
    "%f": r"(?P<fraction>\d{1,9})", "%b": r"(?P<word>\p{L}{2,})\.?", "%B": r"(?P<word>\p{L}{2,})\.?",
    "%p": rf"(?P<half>[AaPp])\.?{BLANK}?[Mm]\.?", "%z": rf"(?P<shift>{OFFSET}|Z)", "%Z": ZONE,
}  # fmt: skip
LOOSE = {"%p", "%z", "%Z"}  # a blank before these may be there or not
NUMBERS = {"%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S", "%f"}
PROBE = {
    "%Y": "2003", "%y": "03", "%m": "02", "%d": "01", "%H": "04", "%I": "04", "%M": "05", "%S": "06", "%f": "000000",
    "%b": "Feb", "%B": "February", "%p": "AM", "%z": "+00:00", "%Z": "UTC",
}  # fmt: skip
MEANT = {"year": 3, "short_year": 3, "month": 2, "word": 2, "day": 1, "hour": 4, "minute": 5, "second": 6}
ISO_DAY = r"\d{4}-\d{2}-\d{2}"
ISO = ISO_DAY + r"[T ](?:[01]\d|2[0-3]):[0-5]\d"
SECONDS = r":[0-5]\d(?:\.\d{1,9})?"
NATIVE_DAY = ISO_DAY + r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"


def quoted(text):
    """A Python string as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def full(cell, pattern):
    """SQL condition that the whole cell fits a regular expression."""
    return f"regexp_full_match({cell}, {quoted(pattern)})"


@dataclass(frozen=True)
class Layout:
    """A strptime format taken apart: its directives in order, and a regular expression that fits exactly what it may read."""

    text: str
    directives: tuple
    pattern: str
    adjacent: bool  # two numbers stand side by side, so that both must have all their digits

    @property
    def zone(self):
        """Where the text itself says its zone: own (a word or an offset), UTC (the format ends with it), or None."""
        if {"%z", "%Z"} & set(self.directives):
            return "own"
        return "UTC" if re.search(r"(UTC|GMT|Z)$", self.text) else None

    @property
    def words(self):
        """The directives that DuckDB's strptime knows too little of: it misses much that they may be."""
        return {"%b", "%B", "%p", "%z", "%Z"} & set(self.directives)

    @property
    def safe(self):
        """Whether all that DuckDB's strptime reads with this format is right, though it may miss some."""
        return not self.adjacent and not {"%y", "%z", "%Z"} & set(self.directives)


@functools.cache
def layout(text):
    """The Layout of a strptime format. Raises FormatError for a directive that is not known here."""
    text = re.sub("%[-#]", "%", text)
    pieces = [piece for piece in DIRECTIVE.split(text) if piece]
    directives = tuple(piece for piece in pieces if DIRECTIVE.fullmatch(piece))
    if unknown := [piece for piece in directives if piece not in PARTS]:
        raise FormatError(f"Date format {text!r}: {unknown[0]} is not read; known are {', '.join(sorted(PARTS))}.")
    adjacent = any(one in NUMBERS and two in NUMBERS for one, two in itertools.pairwise(pieces))
    pattern = ""
    for piece in pieces:
        if piece in LOOSE:
            pattern = pattern.removesuffix(f"{BLANK}+") + f"{BLANK}*"
        pattern += _part(piece, adjacent)
    return Layout(text, directives, pattern, adjacent)


def _part(piece, adjacent):
    if piece in PARTS:
        return PARTS[piece].replace("{1,2}", "{2}") if adjacent else PARTS[piece]
    return "".join(f"{BLANK}+" if run.isspace() else re.escape(run) for run in re.split(r"(\s+)", piece) if run)


def rivals(formats):
    """Pairs of formats that read the same text differently, such as day/month and month/day."""
    return {(one, two) for one in formats for two in formats if one != two and _reads_otherwise(one, two)}


def _reads_otherwise(one, two):
    text = DIRECTIVE.sub(lambda found: PROBE[found[0]], layout(one).text)
    pattern = layout(two).pattern.replace(BLANK, r"\s").replace(r"\p{L}", r"[^\W\d_]").replace(r"\x{2212}", "\u2212")
    found = re.fullmatch(pattern, text)
    if not found:
        return False
    parts = found.groupdict()
    if parts.get("word"):
        parts["word"] = month_numbers(()).get(parts["word"].lower(), 0)
    return any(MEANT[name] != int(value) % 100 for name, value in parts.items() if value and name in MEANT)


def read(text, cell, months=()):
    """SQL of what one format reads in a cell, NULL where it does not fit: TIMESTAMPTZ where it has %z or %Z, else TIMESTAMP."""
    return _first([*([_strptime(cell, [text])] if layout(text).safe else []), *_carefully(text, cell, months)])


def _strptime(cell, formats):
    return f"try_strptime({cell}, [{', '.join(quoted(layout(text).text) for text in formats)}])"


def _carefully(text, cell, months):
    """SQL of the ways to read what strptime alone would read wrong or miss."""
    form = layout(text)
    strict = f"CASE WHEN {full(cell, _bare(form.pattern))} AND NOT ends_with({cell}, 'Z') THEN {_strptime(cell, [text])} END"
    quick = [strict] if not form.safe and form.words <= {"%z"} else []
    return quick + ([_slow(form, cell, months)] if form.words else [])


def _bare(pattern):
    return re.sub(r"\?P<\w+>", "?:", pattern)


def _slow(form, cell, months):
    """SQL that cuts a cell by the layout's pattern and reads its parts, with months and zones put into words DuckDB knows."""
    names = re.findall(r"\?P<(\w+)>", form.pattern)
    text, target = [_date(names, months)], "%Y-%m-%d"
    if "hour" in names:
        text.append(" || ' ' || p.hour || ':' || " + _or("minute", names) + " || ':' || " + _or("second", names))
        target += " %I:%M:%S" if "half" in names else " %H:%M:%S"
    if "fraction" in names:
        text.append(" || '.' || left(p.fraction, 6)")
        target += ".%f"
    if "half" in names:
        text.append(" || ' ' || p.half || 'M'")
        target += " %p"
    if "zone" in names or "shift" in names:
        text.append(f" || {_offset(names)}")
        target += "%z"
    parts = f"regexp_extract({cell}, {quoted('^' + re.sub('[?]P<[a-z_]+>', '', form.pattern) + '$')}, {names})"
    return f"list_transform([{parts}], lambda p: try_strptime({''.join(text)}, {quoted(target)}))[1]"


def _or(name, names, instead="00"):
    return f"p.{name}" if name in names else quoted(instead)


def _date(names, months):
    year = "p.year" if "year" in names else "('20' || p.short_year)"
    month = f"{_map(month_numbers(tuple(months)))}[lower(p.word)]" if "word" in names else _or("month", names, "1")
    return f"{year} || '-' || {month} || '-' || {_or('day', names, '1')}"


def _map(values):
    return "MAP {" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in values.items()) + "}"


def _offset(names):
    if "shift" in names:
        return "CASE p.shift WHEN 'Z' THEN '+00:00' ELSE p.shift END"
    shifted = "replace(p.sign, chr(8722), '-') || lpad(p.zone_hour, 2, '0') || ':' || rpad(p.zone_minute, 2, '0')"
    return f"CASE WHEN p.sign = '' THEN {_map(ZONES)}[p.zone] WHEN p.zone IN ('UTC', 'GMT') THEN {shifted} END"


def placed(local, zone):
    """SQL of the instant of a local time in a zone. NULL for a time that the spring gap leaves out; of two in autumn the first.

    The zone is a constant: one per row would cost twenty times as much.
    """
    if zone == MARKETPLACE:
        return local
    if zone in UTC:
        return f"make_timestamptz(epoch_us({local}))"
    at = f"timezone({quoted(zone)}, t)"
    back, earlier = f"timezone({quoted(zone)}, {at})", f"{at} - INTERVAL 1 HOUR"
    return (
        f"list_transform([{local}], lambda t: CASE WHEN {back} <> t THEN NULL"
        f" WHEN timezone({quoted(zone)}, {earlier}) = t THEN {earlier} ELSE {at} END)[1]"
    )


def moment(cell, formats, *, months=(), zone=None, native=False):
    """SQL of the instant that a cell tells of (local time where the zone is that of the marketplace); NULL where it fits nothing.

    Without formats ISO 8601 with its offset, or without one where there is a zone to place it in. `native`: the source knew that
    this is a date, so ISO text without an offset is right too. Raises FormatError for formats that leave the zone open.
    """
    plain = placed(_iso_local(cell, native), zone or "UTC")
    if not formats:
        own = [] if zone == MARKETPLACE else [_iso_with_offset(cell)]
        return _first([*own, plain] if zone or native else own)
    read_by = {}
    for text in formats:
        read_by.setdefault(_zone_of(text, zone), []).append(text)
    if zone == MARKETPLACE and set(read_by) != {MARKETPLACE}:
        raise FormatError(f"Date formats {', '.join(formats)}: some name their zone, so it cannot be that of the marketplace.")
    found = [
        expression if where == "own" else placed(expression, where)
        for where, texts in read_by.items()
        for expression in _read_all(texts, cell, months)
    ]
    return _first([*found, plain] if native else found)


def _zone_of(text, zone):
    own = layout(text).zone
    if own or zone:
        return own or zone
    raise FormatError(f"Date format {text!r} has no zone (%z, %Z or UTC at its end), and the column names none: add `zone:`.")


def _read_all(formats, cell, months):
    """SQL of each way to read a cell; safe formats share one call, which costs no more than one of them."""
    safe = [text for text in formats if layout(text).safe]
    return ([_strptime(cell, safe)] if safe else []) + [way for text in formats for way in _carefully(text, cell, months)]


def _first(expressions):
    return f"coalesce({', '.join(expressions)})" if len(expressions) > 1 else expressions[0]


def _iso_with_offset(cell):
    usual = f"{cell} LIKE '____-__-__T__:__:__+00:00' AND NOT contains({cell}, 'T24')"
    offset = rf" ?(?:Z|{OFFSET})"
    whole = rf"regexp_replace({cell}, ' (Z|[+-][\d:]+)$', '\1')"
    short = rf"regexp_replace({cell}, '^(.{{16}}) ?(.+)$', '\1:00\2')"
    return (
        f"CASE WHEN {usual} THEN TRY_CAST({cell} AS TIMESTAMPTZ)"
        f" WHEN {full(cell, ISO + SECONDS + offset)} THEN TRY_CAST({whole} AS TIMESTAMPTZ)"
        f" WHEN {full(cell, ISO + offset)} THEN TRY_CAST({short} AS TIMESTAMPTZ) END"
    )


def _iso_local(cell, native):
    pattern = f"{ISO}(?:{SECONDS})?" + (f"|{ISO_DAY}" if native else "")  # a workbook's midnight is the day alone
    return f"CASE WHEN {full(cell, pattern)} THEN TRY_CAST({cell} AS TIMESTAMP) END"


def day(cell, formats, *, months=(), native=False):
    """SQL of the day that a cell tells of, NULL where it fits none of the formats (or, from a `native` source, ISO)."""
    found = [f"CAST({expression} AS DATE)" for expression in _read_all(formats, cell, months)]
    if native:
        found.append(f"CASE WHEN {full(cell, NATIVE_DAY)} THEN TRY_CAST(left({cell}, 10) AS DATE) END")
    return _first(found)
