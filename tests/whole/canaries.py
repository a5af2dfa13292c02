"""Values that no output may ever hold, exports full of them, and the search for them."""

import csv
import datetime as dt
import io

import duckdb

from orderkit.formats import formats

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
SHAPES = (
    "{} Vogel", "{}@example.com", "+1 555 77{:02d}0100", "1 {} Street", "{}burg", "ZQ{:02d} 7QX", "{}ñ",
    "DE{:02d}3704004405{:02d}",
)  # fmt: skip
DAY = dt.datetime(2026, 10, 25, 10, 30, tzinfo=dt.UTC)  # fits one order of day and month alone


STRICT = ("moment", "day", "units", "integer", "money", "amount", "order_id", "currency")  # no canary is one of these
POSTCODE = "ZQ107QX"  # only its first three characters may stay


def _canary(number):
    shape = SHAPES[number % len(SHAPES)]
    if "{:" in shape:
        return shape.format(*[number + 10] * shape.count("{"))
    return shape.format(f"Qzx{number:02d}kanari")


CANARIES = [*(_canary(number) for number in range(24)), POSTCODE]


def found(data):
    """The canaries that stand in bytes or text, whatever the case of their letters and the encoding."""
    data = data.encode() if isinstance(data, str) else data
    low = data.lower()
    return [canary for canary in CANARIES if any(core in low for core in _cores(canary))]


def _cores(canary):
    core = max(canary.split(), key=len) if "kanari" in canary else canary
    return {core.lower().encode(encoding) for encoding in ENCODINGS} | {canary.lower().replace(" ", "").encode()}


def in_files(*places):
    """{file: canaries} of everything below these places in which one stands."""
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*"))) if file.is_file()]
    return {file: hits for file in files if (hits := found(file.read_bytes()))}


def in_database(path, scratch):
    """Where canaries stand in a database: in its bytes, in those of an uncompressed copy, in any column of any table."""
    places = {"bytes": found(path.read_bytes())}
    copy = scratch / "uncompressed.duckdb"
    copy.unlink(missing_ok=True)
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"ATTACH '{path}' AS searched (READ_ONLY)")
        con.execute(f"SET force_compression = 'uncompressed'; ATTACH '{copy}' AS plain; COPY FROM DATABASE searched TO plain")
        names = con.sql("SELECT table_name FROM duckdb_tables() WHERE database_name = 'searched'").fetchall()
        for (name,) in names:
            places[name] = found(repr(con.sql(f"FROM searched.{name}").fetchall()))
    places["uncompressed"] = found(copy.read_bytes())
    copy.unlink()
    return {place: hits for place, hits in places.items() if hits}


class Sheet:
    """The text of an export of a format in its first layout: valid values where they are kept, canaries everywhere else."""

    def __init__(self, form, start=0):
        self.form, self.headers, self.used = form, next(iter(form.variants.values())), start
        self.places = []  # headers that hold canaries

    def rows(self, first, last):
        """Records by their numbers; one order each."""
        return [[self._cell(header, number) for header in self.headers] for number in range(first, last)]

    def broken(self, number):
        """Records that must be set aside: a canary where a kept value should be, a field too many, a field too few."""
        (row,) = self.rows(number, number + 1)
        typed = [at for at, header in enumerate(self.headers) if self.form.column(header).type in STRICT]
        wrong = row.copy()
        wrong[typed[0]] = self._next()
        return [wrong, [*row, self._next()], row[:-2]]

    def text(self, rows):
        """Header and rows in the delimiter of the format."""
        out = io.StringIO()
        mark = self.form.delimiter
        quoting = csv.QUOTE_MINIMAL if self.form.quotes(mark) else csv.QUOTE_NONE
        writer = csv.writer(
            out, delimiter=mark, quoting=quoting, quotechar='"' if self.form.quotes(mark) else None, lineterminator="\n"
        )
        writer.writerow(self.headers)
        writer.writerows(rows)
        return out.getvalue()

    def _cell(self, header, number):
        column = self.form.column(header)
        if not column.kept or column.type in ("comment", "buyer"):
            self.places.append(header)
            return self._next()
        return plausible(column, number, bool(self.form.row_total or self.form.file_total))

    def _next(self):
        self.used += 1
        return CANARIES[self.used % len(CANARIES)]


def plausible(column, number, sums):
    """A value that a kept column takes."""
    match column.type:
        case "order_id":
            return f"111-5550000-{number:07d}"
        case "id":
            return f"90000{number:06d}"
        case "asin":
            return "B000000001"
        case "units" | "integer":
            return "0" if sums else "1"
        case "country":
            return "US"
        case "money" | "amount":
            return "0.00" if sums else "12.50"
        case "number":
            return "0.5"
        case "currency":
            return "USD"
        case "boolean":
            return "true"
        case "choice":
            return column.choices[0]
        case "region":
            return POSTCODE
        case "moment" | "day":
            return DAY.strftime(column.formats[0]) if column.formats else DAY.isoformat()
    return "plain"


def delimited():
    """The formats of text files, by name."""
    return {name: form for name, form in formats().items() if form.tree is None}
