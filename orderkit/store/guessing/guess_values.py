"""What the cells of an unknown file can be read as, by the very SQL that the load reads them with."""

import itertools
import re

import duckdb

from orderkit.formats import Column
from orderkit.store.guessing import guess_words
from orderkit.store.values import dates, numbers, types
from orderkit.store.values.types import Style

ENOUGH = 0.9  # share of a column's values that must be readable; the lines of the others will be set aside
SHOWN = 3  # shapes
DAYS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y",
    "%m-%d-%y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d. %b %Y", "%d %b %y", "%b %d, %Y",
    "%b %d %Y", "%d %b, %Y",
)  # fmt: skip
TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S.%f")
BETWEEN, ZONES = (" ", ", ", "T"), ("", "%z", " %z", " %Z")
MIDNIGHT = (" 00:00:00", " 00:00", "T00:00:00")  # a day that a program wrote as the moment at which it begins
TONGUES = ("de", "fr", "es", "it", "nl", "pl", "pt", "sv")
BREAK = "\x1f"  # between cells that are handed over
AS_LOOSE = Style(loose=True)
MARK = "'[A-Z]{3}|[A-Z]*[$€£¥₹₺]|zł'"  # of a currency in a cell


class Values:
    """The cells of a table in a database in memory; a column is named by its place."""

    def __init__(self, table):
        self.native, self.columns = table.native, [table.cells(at) for at in range(len(table.headers))]
        self._con = duckdb.connect(config={"threads": 1})
        names = ", ".join(f"unnest(string_split(${at + 1}, chr(31))) AS f{at}" for at in range(len(self.columns)))
        joined = [BREAK.join(cell.replace(BREAK, " ") for cell in cells) for cells in self.columns]  # far faster than lists
        self._con.execute(f"CREATE TABLE raw AS SELECT {names}", joined)
        cells = ", ".join(f"{types.cell(f'f{at}')} AS c{at}" for at in range(len(self.columns)))
        self._con.execute(f"CREATE TABLE cells AS SELECT {cells} FROM raw")

    def close(self):
        """Gives the memory back."""
        self._con.close()

    def _ask(self, sql):
        return self._con.sql(sql).fetchall()

    def filled(self, at):
        """How many cells of a column hold something."""
        return self._ask(f"SELECT count(c{at}) FROM cells")[0][0]

    def distinct(self, at, most=500):
        """The different values of a column, at most so many."""
        return [row[0] for row in self._ask(f"SELECT DISTINCT c{at} FROM cells WHERE c{at} IS NOT NULL ORDER BY 1 LIMIT {most}")]

    def shapes(self, at):
        """The first different shapes of a column's values: every digit 9, every letter a; never a value."""
        shape = types.shape(f"c{at}")
        return tuple(
            row[0]
            for row in self._ask(
                f"SELECT s FROM (SELECT {shape} AS s, min(rowid) AS n FROM cells WHERE c{at} IS NOT NULL GROUP BY 1)"
                f" ORDER BY n LIMIT {SHOWN}"
            )
        )

    def unread(self, at, kind, *, formats=(), months=(), style=AS_LOOSE):
        """How many filled cells of a column cannot be read as a type."""
        column = Column("x", "x", kind, tuple(formats), zone="UTC", months=tuple(months))
        style = Style(style.decimal, {}, self.native, style.loose)
        wrong = types.reason(column, f"c{at}", False, style)
        return self._ask(f"SELECT count(*) FROM cells WHERE c{at} IS NOT NULL AND ({wrong}) IS NOT NULL")[0][0]

    def fits(self, at, kind, **how):
        """Whether nearly all filled cells of a column can be read as a type."""
        filled = self.filled(at)
        return filled > 0 and filled - self.unread(at, kind, **how) >= ENOUGH * filled

    def decimal(self, places):
        """(point, comma or file where nothing proves it, plain) of amounts; plain: digits and a point alone, in thousands too."""
        writes = " UNION ALL ".join(f"SELECT {numbers.writes(f'c{at}')} AS w, c{at} AS c FROM cells" for at in places)
        point, comma, odd, large = self._ask(
            "SELECT count(*) FILTER (w = 'point'), count(*) FILTER (w = 'comma'),"
            " count(*) FILTER (NOT regexp_full_match(c, '-?[0-9]+([.][0-9]{1,2}0*)?')),"
            f" count(*) FILTER (regexp_full_match(c, '-?[0-9]{{4,}}[.][0-9]+')) FROM ({writes})"
        )[0]
        mark = "comma" if comma > point else "point" if point else "file"
        return mark, mark == "point" and not odd and large > 0

    def repeats(self, order, at):
        """(orders of several lines that have a value here, those of them that have the same on every line)."""
        where = f"c{at} IS NOT NULL AND regexp_matches(c{at}, '[1-9]')"
        rows = self._ask(f"""
            SELECT count(*), count(*) FILTER (one)
            FROM (
                SELECT count(DISTINCT c{at}) = 1 AND count(*) FILTER ({where}) = count(*) AS one
                FROM cells GROUP BY c{order} HAVING count(*) > 1 AND count(*) FILTER ({where}) > 0
            )
        """)
        return rows[0]

    def mails(self, at):
        """Whether mail addresses stand in a column."""
        return self._ask(f"SELECT count(*) FROM cells WHERE regexp_matches(c{at}, '[^@ ]@[^@ ]+[.][A-Za-z]')")[0][0] > 0

    def currencies(self, at):
        """The currencies that the cells of a column of amounts name by code or sign."""
        marks = self._ask(f"SELECT DISTINCT regexp_extract(c{at}, {MARK}) FROM cells WHERE c{at} IS NOT NULL")
        return {code for (mark,) in marks if mark and (code := guess_words.currency_in(mark))}

    def most_lines(self, *places):
        """How many lines share the values of these columns at most."""
        names, filled = ", ".join(f"c{at}" for at in places), " AND ".join(f"c{at} IS NOT NULL" for at in places)
        return self._ask(f"SELECT max(n) FROM (SELECT count(*) AS n FROM cells WHERE {filled} GROUP BY {names})")[0][0]

    def multiplies(self, total, price, units, decimal):
        """(lines of several units, those of them in which price times units is the total)."""
        style = Style(decimal if decimal != "file" else "point", loose=True)
        money, count = Column("x", "x", "money"), Column("x", "x", "units")
        t, p, u = (types.value(c, f"c{at}", style) for c, at in ((money, total), (money, price), (count, units)))
        return self._ask(f"SELECT count(*) FILTER (u > 1), count(*) FILTER (u > 1 AND abs(t - p * u) < 0.01)"
                         f" FROM (SELECT {t} AS t, {p} AS p, {u} AS u FROM cells)")[0]  # fmt: skip

    def dates(self, at):
        """(type, formats, months) in which a column of dates can be read; None where it is none. Rival formats are all given."""
        values = self.distinct(at)
        if not values:
            return None
        if self.native and self.fits(at, "day", formats=("%Y-%m-%d",)):
            return "day", ("%Y-%m-%d",), ()
        for kind, known in (("day", _days()), ("moment", ("",)), ("moment", _moments())):
            if found := self._formats(at, values, kind, known):
                return kind, *found
        return None

    def _formats(self, at, values, kind, known):
        """(formats, months) of the fewest formats that read nearly all values; their rivals stand beside them."""
        if known == ("",):
            return ((), ()) if self.fits(at, kind) else None
        likely = [text for text in known if any(_pattern(text).fullmatch(value) for value in values)]
        for months in ((), *((tongue,) for tongue in TONGUES if any("%b" in text for text in likely))):
            left = {text: self.unread(at, kind, formats=(text,), months=months) for text in likely}
            if chosen := self._cover(at, kind, left, months):
                return chosen, months
        return None

    def _cover(self, at, kind, left, months):
        """The formats that leave fewest values unread, with their rivals; and where one is not enough a second."""
        filled = self.filled(at)
        best = sorted(left, key=left.get)
        if not best or left[best[0]] == filled:
            return None
        alike = [text for text in best if left[text] == left[best[0]]]
        first = [alike[0], *(text for text in alike[1:] if dates.rivals((alike[0], text)))]
        tried = [first] + [[*first, text] for text in best if text not in first]
        for texts in tried:
            if filled - self.unread(at, kind, formats=texts, months=months) >= ENOUGH * filled:
                return tuple(texts)
        return None


def _days():
    return DAYS + tuple(day + midnight for day in DAYS[:14] for midnight in MIDNIGHT)


def _moments():
    times = (f"{between}{time}{zone}" for time, between, zone in itertools.product(TIMES, BETWEEN, ZONES))
    return (*(day + time for time in tuple(times) for day in DAYS), *DAYS)


def _pattern(text):
    """A Python pattern of what a date format may read; looser than the format itself."""
    return _compiled(dates.layout(text).pattern)


def _compiled(pattern):
    return re.compile(pattern.replace(r"\s\p{Z}", r"\s").replace(r"\p{L}", r"[^\W\d_]").replace(r"\x{2212}", "\u2212"))
