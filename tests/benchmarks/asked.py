"""One order explained, in a shop that is open and from a terminal; what starting costs."""

import os
import subprocess
import sys
from pathlib import Path

REPEATED = 5  # starts of a program per round, of which the mean counts
ORDERS = 20  # orders that are explained in an open shop, of which the mean counts
SOME = "SELECT order_id FROM order_lines GROUP BY order_id ORDER BY hash(order_id), order_id LIMIT $n"
HAND_MADE = """
    SELECT o.*, p.* FROM order_lines o
    LEFT JOIN parcel_lines USING (account, order_id, line) LEFT JOIN parcels p USING (account, parcel)
    WHERE o.order_id = $order_id
"""
FROM_NOTHING = f"""
import duckdb
con = duckdb.connect({{path!r}}, read_only=True)
print(len(con.execute({HAND_MADE!r}, {{{{"order_id": {{order!r}}}}}}).fetchall()))
"""


class Started:
    """A Python program, started over and over: what a user waits for before anything is done."""

    times = 1 / REPEATED

    def __init__(self, *words):
        self.words = [sys.executable, *words]

    def prepare(self, job):
        self.env = _compiled(job)
        self.start()  # compiled modules are there from now on

    def start(self):
        subprocess.run(self.words, check=True, stdout=subprocess.DEVNULL, env=self.env)

    def run(self, job):
        for _ in range(REPEATED):
            self.start()

    def found(self, job):
        return {}


def _compiled(job):
    """An environment in which Python keeps compiled modules, in a folder of the benchmark, whatever the user's setting."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(job["out"]).with_name("compiled"))}


class _Explained:
    def prepare(self, job):
        from orderkit.shop import Shop

        self.shop = Shop(job["out"])
        self.orders = [row[0] for row in self.shop.con.sql(SOME, params={"n": ORDERS + 1}).fetchall()]

    def found(self, job):
        return {"explained": self.lines}


class Opened(_Explained):
    """shop.explain of some orders in a shop that has explained one already."""

    times = 1 / ORDERS

    def prepare(self, job):
        super().prepare(job)
        self.shop.explain(self.orders.pop())

    def run(self, job):
        self.told = [self.shop.explain(order) for order in self.orders]

    def found(self, job):
        lines = {(case.keys["order_id"], case.keys["line"]) for told in self.told for case in told.cases}
        return {"explained": len(lines)}


class OpenedByHand(_Explained):
    """The rows of those orders in the table of facts, by SQL."""

    times = 1 / ORDERS

    def prepare(self, job):
        super().prepare(job)
        self.shop.sql("SELECT 1")  # the facts are there from now on
        self.orders.pop()

    def run(self, job):
        select = "SELECT * FROM line_facts WHERE order_id = $order_id"
        rows = [self.shop.con.sql(select, params={"order_id": order}).fetchall() for order in self.orders]
        self.lines = sum(map(len, rows))


class Fresh(_Explained):
    """`orderkit explain ORDER`, from a terminal, in a shop that nobody has open."""

    def prepare(self, job):
        super().prepare(job)
        self.shop.close()
        self.words, self.env = [sys.executable, *self.program(job, self.orders[0])], _compiled(job)
        subprocess.run(self.words, check=True, stdout=subprocess.DEVNULL, env=self.env)

    def program(self, job, order):
        return ["-m", "orderkit", "explain", order, "--db", job["out"]]

    def run(self, job):
        self.said = subprocess.run(self.words, check=True, capture_output=True, text=True, env=self.env).stdout

    def found(self, job):
        return {"one order": self.orders[0] in self.said}


class FreshByHand(Fresh):
    """A program of three lines that asks the engine for the order's line and parcels."""

    def program(self, job, order):
        return ["-c", FROM_NOTHING.format(path=job["out"], order=order)]

    def found(self, job):
        return {"one order": int(self.said) > 0}
