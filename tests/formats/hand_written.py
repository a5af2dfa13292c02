"""Small exports in their genuine headers, and the database they are loaded into."""

import datetime as dt

from orderkit import store
from orderkit.formats import variants

NAME, STREET = "Canary Buyer", "1 Canary Street"  # must never be found in a database


def order(number):
    """A made-up order number."""
    return f"111-0000000-{number:07d}"


def at(text):
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def day(text):
    """A day."""
    return dt.date.fromisoformat(text)


def _quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


class Shop:
    """A database under construction: `write` makes export files, `load` loads them one after another, `rows` asks."""

    def __init__(self, folder):
        self.folder, self.db, self.files = folder, folder / "shop.duckdb", 0

    def write(self, form, layout, *rows, delimiter="\t", encoding="utf-8", quote=False):
        """A file of a known layout; each row is a dict of the cells that are not empty."""
        headers = variants(form)[layout]
        unknown = {header for row in rows for header in row} - set(headers)
        assert not unknown, f"{form} {layout} has no {unknown}"
        lines = [headers, *([row.get(header, "") for header in headers] for row in rows)]
        text = "\n".join(delimiter.join(_quoted(cell) if quote else cell for cell in line) for line in lines) + "\n"
        self.files += 1
        path = self.folder / f"{self.files}.txt"
        path.write_bytes(text.encode(encoding))
        return path

    def load(self, *paths):
        """The results of the files, which must all have been taken in whole."""
        results = [store.load(path, db=self.db).files[0] for path in paths]
        for result in results:
            assert (result.state, result.quarantined, result.unknown_columns) == ("loaded", 0, []), result
        return results

    def rows(self, text):
        """The answer to a query, on a connection of its own."""
        con = store.reader(self.db)
        try:
            return con.sql(text).fetchall()
        finally:
            con.close()

    def holds(self, words):
        """The tables in which the words stand anywhere."""
        con = store.reader(self.db)
        try:
            tables = [name for (name,) in con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()]
            return [t for t in tables if any(words in str(cell) for row in con.table(t).fetchall() for cell in row)]
        finally:
            con.close()
