"""Decides once per file what no cell can tell alone: point or comma, day or month first, whether the clock can be believed."""

import datetime as dt
from dataclasses import astuple, dataclass, fields

from orderkit.errors import FileRefused
from orderkit.formats import normal
from orderkit.store.values import dates, numbers
from orderkit.store.values.types import AHEAD, PLAIN, Style, local, value

NUMERIC = ("money", "amount", "number")
FEW = 0.01  # share of contrary cells that are wrong cells, not another way of writing
RECENT = 3  # years: a file whose days all lie in these is one of now, and not one of long ago
MANY_YEARS, FEW_YEARS = 5, 2  # dates spread over many years, but only two days of the month: days were taken for years
NEVER_BEFORE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a clock that shows an earlier time is wrong

BOTH_KINDS = (
    "has dates of both kinds in {} (some with the day first, some with the month or year first)."
    " Load the files one by one, as they were downloaded."
)
NO_TELLING = (
    "has dates in {} that can be read with the day or with the month first, and none that tells which."
    " Download a longer period: one day after the 12th of a month is enough."
)
NO_YEAR = (
    "has dates in {} that can be read with the day or with the year first, and none that tells which."
    " Download a longer period: days of several months are enough."
)


class Ambiguous(FileRefused):
    """A file that can be read in two ways, and nothing in it tells which."""

    def __init__(self, reason):
        super().__init__("the file", reason)


def needs_evidence(match):
    """Whether cells of a file can be read only once the whole file was looked at."""
    return match.format.decimal != "point" or any(_rivals(column) for _, column in _columns(match))


def decide(con, match, source, *, native=False, clock=None):
    """The Style of a file. `source`: SQL of a table with the cells of the kept columns as c<position>, NULL where empty.

    Raises Ambiguous where numbers or dates can be read in two ways. One query over the source at most.
    """
    numeric = [f"c{at}" for at, column in _columns(match) if column.type in NUMERIC]
    rivalries = [_Rivalry(at, column, one, two) for at, column in _columns(match) for one, two in _rivals(column)]
    if not numeric and not rivalries:
        return Style(match.format.decimal.replace("file", "point"), native=native)
    amounts, tallies = _look(con, source, numeric, rivalries, clock)
    decimal, loose, note = _decimal(match.format.decimal, *amounts, native, _by_language(match))
    return Style(decimal, _dates(match, dict(zip(rivalries, tallies, strict=True))), native, loose, note)


def _columns(match):
    return [(at, column) for at, column in enumerate(match.columns) if column and column.kept]


def _rivals(column):
    """Pairs of formats of a date column of which one must give way."""
    pairs = dates.rivals(column.formats) if column.type in ("day", "moment") and len(column.formats) > 1 else ()
    return sorted({tuple(sorted(pair)) for pair in pairs})


@dataclass(frozen=True)
class _Rivalry:
    """Two formats of one column that read the same text differently."""

    at: int
    column: object
    one: str
    two: str

    @property
    def names(self):
        """The names of both readings of a cell."""
        return [f"d{self.at}_{self.column.formats.index(text)}" for text in (self.one, self.two)]

    def readings(self):
        """SQL of both readings of a cell."""
        texts = zip((self.one, self.two), self.names, strict=True)
        return [f"{dates.read(text, f'c{self.at}', self.column.months)} AS {name}" for text, name in texts]

    def tally(self, clock):
        """SQL of the fields of a _Tally."""
        one, two = self.names
        believed = clock and self.column.past and clock > NEVER_BEFORE
        bound = f"TIMESTAMP '{clock + AHEAD:%Y-%m-%d}'" if believed else "NULL::TIMESTAMP"
        conditions = (
            f"{two} IS NULL AND {one} IS NOT NULL", f"{one} IS NULL AND {two} IS NOT NULL", f"{one} <> {two}",
            f"{one} > {bound}", f"{two} > {bound}",
        )  # fmt: skip
        counts = [f"count(*) FILTER ({condition})" for condition in conditions]
        return [*counts, *(f"count(DISTINCT year({d}))" for d in (one, two)), *self._too_old(one, two, bound)]

    @property
    def years_first(self):
        """For each of the two formats whether it, and not the other, begins with the year."""
        begins = [text.startswith(("%y", "%Y")) for text in (self.one, self.two)]
        return [mine and not other for mine, other in (begins, begins[::-1])]

    def _too_old(self, one, two, bound):
        """SQL of 1 for a reading with the year first that begins years ago, where the other reading is all of recent years.

        Years stand first on one site of twenty, so that alone they are no reason to refuse a file.
        """
        years = f"INTERVAL {RECENT} YEAR"
        for first, this, that in zip(self.years_first, (one, two), (two, one), strict=True):
            recent = f"coalesce(min({that}) >= {bound} - {years} AND min({this}) < min({that}) - {years}, false)::INTEGER"
            yield recent if first else "0"


@dataclass(frozen=True)
class _Tally:
    """Cells that only one format reads, that both read differently, that lie ahead of the clock; and the years each one finds.

    old: 1 for a format that puts the year first and so begins too long ago.
    """

    only_one: int
    only_two: int
    different: int
    late_one: int
    late_two: int
    years_one: int
    years_two: int
    old_one: int
    old_two: int

    def __add__(self, other):
        return _Tally(
            *map(sum, zip(astuple(self)[:5], astuple(other)[:5], strict=True)), *map(max, astuple(self)[5:], astuple(other)[5:])
        )

    @property
    def contrary(self):
        """Whether too many cells fit one format only and too many the other only."""
        few, most = sorted((self.only_one, self.only_two))
        return few and few >= FEW * (few + most) and not (few == 1 and most >= 3)

    def loser(self):
        """0 or 1 for the format that gives way, None where the cells do not tell; -1 where both read all cells alike."""
        if self.only_one != self.only_two:
            return int(self.only_one > self.only_two)
        if not self.different:
            return -1
        years = sorted((self.years_one, self.years_two))
        if years[1] >= MANY_YEARS and years[0] <= FEW_YEARS:
            return int(self.years_two > self.years_one)
        if (self.late_one == 0) != (self.late_two == 0):
            return int(self.late_two > 0)
        return int(self.old_two > 0) if self.old_one or self.old_two else None


FIELDS = len(fields(_Tally))


def _look(con, source, numeric, rivalries, clock):
    """([cells that prove a point, that prove a comma, that may be either], a _Tally for each rivalry)."""
    seen = [f"{numbers.writes(cell)} AS n_{cell}" for cell in numeric]
    seen += dict.fromkeys(reading for rivalry in rivalries for reading in rivalry.readings())
    found = [_count(numeric, kind) for kind in ("point", "comma", "both")]
    found += [count for rivalry in rivalries for count in rivalry.tally(clock)]
    counts = con.sql(f"SELECT {', '.join(found)} FROM (SELECT {', '.join(seen)} FROM {source})").fetchall()[0]
    return counts[:3], [_Tally(*counts[at : at + FIELDS]) for at in range(3, len(counts), FIELDS)]


def _count(numeric, kind):
    return " + ".join(f"count(*) FILTER (n_{cell} = '{kind}')" for cell in numeric) or "0"


def _by_language(match):
    """How the language of a file's header writes amounts, None where the format does not say."""
    known = match.format.decimal_by_header
    return next((known[normal(header)] for header in match.headers if normal(header) in known), None)


def _decimal(said, point, comma, both, native, language):
    """(decimal mark, loose, note) by the cells that prove one or the other; what the format says counts where none does."""
    note = f"{point:,} amounts show a decimal point, {comma:,} a decimal comma" if point or comma else ""
    if said != "file":
        own, other = (comma, point) if said == "comma" else (point, comma)
        turned = not own and other > 0  # saved again by a spreadsheet of another country
        return {"comma": "point", "point": "comma"}[said] if turned else said, turned or said == "comma", note
    if min(point, comma) and min(point, comma) >= FEW * (point + comma):
        raise Ambiguous(
            f"has {point:,} amounts with a decimal point and {comma:,} with a decimal comma; two files may have been put"
            " together. Load them one by one, as they were downloaded."
        )
    if both and not point and not comma and language and not native:  # a workbook's own numbers have no language
        return language, True, f"the amounts are read as the language of the header writes them, with a decimal {language}"
    if both and not point and not comma and not native:
        raise Ambiguous(
            f"has {both:,} amounts such as 9.999 or 9,999 and none with one or two decimals, so point and comma cannot be told"
            " apart. Download a longer period, in which some amounts have two decimals."
        )
    return "comma" if comma > point else "point", True, note


def _dates(match, tallies):
    """{name of a column with rival formats: those that stood the test}, by its own cells, else by all columns with its list."""
    decided = {}
    for _, column in _columns(match):
        own = {(r.one, r.two): tally for r, tally in tallies.items() if r.column == column}
        verdicts = {}
        for pair, tally in own.items():
            alike = [t for r, t in tallies.items() if (r.one, r.two) == pair and r.column.formats == column.formats]
            year = any(any(r.years_first) for r in tallies if (r.one, r.two) == pair)
            verdicts[pair] = _verdict(tally, sum(alike[1:], alike[0]), NO_YEAR if year else NO_TELLING)
        losers = {pair[verdict] for pair, verdict in verdicts.items() if verdict in (0, 1)}
        for pair, verdict in verdicts.items():
            if isinstance(verdict, str) and not losers & set(pair):
                raise Ambiguous(verdict.format(column.header))
        if own:
            decided[column.name] = tuple(text for text in column.formats if text not in losers)
    return decided


def _verdict(own, alike, open_words):
    """Which of two formats gives way (0 or 1), by a column's own cells or those of all alike; -1 for none, or why it is open."""
    for tally in (own, alike):
        if tally.contrary:
            return BOTH_KINDS
        loser = tally.loser()
        if loser is not None:
            return loser
    return open_words


def clock_bound(con, match, source, clock, style=PLAIN):
    """The clock where it can be believed: where it stands after the median of the dates of the past in the file; else None.

    A computer whose clock is wrong must not set aside a whole file as lying in the future.
    """
    past = [(at, column) for at, column in _columns(match) if column.past]
    if not past or clock is None:
        return clock
    told = ", ".join(f"epoch_us(CAST({value(column, f'c{at}', style)} AS {_instant(column)}))" for at, column in past)
    middle = con.sql(f"SELECT quantile_disc(t, 0.5) FROM (SELECT unnest([{told}]) AS t FROM {source})").fetchall()[0][0]
    return clock if middle is None or middle < clock.timestamp() * 1_000_000 else None


def _instant(column):
    return "TIMESTAMP" if column.type == "day" or local(column) else "TIMESTAMPTZ"
