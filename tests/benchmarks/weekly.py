"""Three overlapping exports to weekly figures by marketplace: orderkit's load and measure, beside frames and SQL by hand."""

import hashlib

from benchmarks.by_hand.weekly import FIGURES, GROUPS, in_pandas, in_polars, in_sql


class _Weekly:
    """What is found: how many lines were counted, and a digest of all figures of all weeks."""

    def found(self, job):
        rows = sorted(map(_as_text, self.rows()))
        lines = sum(int(row.split("|")[len(GROUPS) + FIGURES.index("lines")]) for row in rows)
        return {"rows": lines, "weekly": [len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()]}


def _as_text(row):
    """A row as text: days without a time, counts as whole numbers (none counted is 0), money with two decimals."""
    week, *names = (str(cell)[:10] if place == 0 else str(cell) for place, cell in enumerate(row[: len(GROUPS)]))
    counted = ["0" if cell is None or cell != cell else cell for cell in row[len(GROUPS) :]]
    figures = [f"{float(cell):.2f}" if name == "sales" else str(int(cell)) for name, cell in zip(FIGURES, counted, strict=True)]
    return "|".join([week, *names, *figures])


class Pandas(_Weekly):
    """pandas: read_csv with the columns that are needed, two outer merges, one groupby."""

    def run(self, job):
        self.frame = in_pandas(job["files"])

    def rows(self):
        return self.frame[[*GROUPS, *FIGURES]].astype(object).where(self.frame.notna(), None).values.tolist()


class Polars(_Weekly):
    """polars: one lazy plan over the three files, streaming."""

    def run(self, job):
        self.frame = in_polars(job["files"])

    def rows(self):
        return self.frame.select([*GROUPS, *FIGURES]).rows()


class Sql(_Weekly):
    """The engine: one statement over the three files, nothing stored."""

    def run(self, job):
        import duckdb

        self.told = in_sql(duckdb.connect(), job["files"]).fetchall()

    def rows(self):
        return self.told


class Orderkit(_Weekly):
    """orderkit: the three files into a shop (checked, versioned, with canonical tables), then the measure orders_by_week."""

    def run(self, job):
        from orderkit import store

        store.load(job["files"], db=job["out"])
        Measure.run(self, job)

    def rows(self):
        return self.frame[[*GROUPS, *FIGURES]].astype(object).where(self.frame.notna(), None).values.tolist()


class Measure(Orderkit):
    """orderkit once the shop is loaded: open it and ask."""

    def run(self, job):
        from orderkit.shop import Shop

        shop = Shop(job["out"])
        self.frame = shop.measure("orders_by_week")
        shop.close()
