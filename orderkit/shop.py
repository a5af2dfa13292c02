"""class Shop: one seller's database, read-only, with the functions of the layers below bound to it."""

import csv
import datetime as dt
import functools
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orderkit import analyses, measures, places, policy, reports, store
from orderkit import charts as charts  # draws the results: importing it registers the figures
from orderkit.analyses import show
from orderkit.errors import BadValue, NothingToShow, UnknownName
from orderkit.marketplaces import iso_week, week_bounds

PACK = policy.USUAL
RULES_ARE_OLD_AFTER = 60  # days
WEEK = dt.timedelta(days=7)


class Shop:
    """A seller's orders in one DuckDB file, read-only: ask, explain, analyse, report.

    as_of: a day, moment or ISO week (its end); the shop then shows only what was known then. By default the newest moment that
    the data covers. clock: the time from which days left are counted; by default now. pack: the rules, by name or file;
    your own in `packs` beside the database are known by name, and one of them with the name of a shipped pack takes its place.
    """

    def __init__(self, path="orderkit.duckdb", *, as_of=None, clock=None, pack=PACK, sample=False):
        self.path, self._clock = Path(path), clock
        self.pack = self._pack(pack)
        self.con = store.reader(path)
        self.is_sample = sample or store.accounts(self.con) == [places.SAMPLE_ACCOUNT]
        if self.is_sample and clock is None:  # an invented shop has no today: take the morning after its data ends
            clock = store.newest(self.con) + dt.timedelta(hours=9)
        if as_of is not None and self._clock is None:  # whoever asks for a past day wants the days left counted from there
            clock = as_of
        store.set_context(self.con, as_of, clock)
        if as_of is not None:
            store.build_as_of(self.con)

    @functools.cached_property
    def _facts(self):
        policy.facts(self.con)
        return self.con

    @functools.cached_property
    def _answers(self):
        policy.apply(self._facts, self.pack)
        return self.con

    @property
    def data_up_to(self):
        """The moment up to which this view of the shop knows (UTC)."""
        return self.con.sql("SELECT as_of FROM context").fetchall()[0][0]

    def as_of(self, moment):
        """A new view of the shop as known at a day (its end, UTC) or moment; this one is unchanged."""
        return Shop(self.path, as_of=moment, clock=self._clock, pack=self.pack, sample=self.is_sample)

    def _back(self, span):
        """A new view of the shop as it was a while ago, its days left counted from that day."""
        as_of, clock = self.con.sql("SELECT as_of, clock FROM context").fetchall()[0]
        return Shop(self.path, as_of=as_of - span, clock=clock - span, pack=self.pack, sample=self.is_sample)

    def todo(self):
        """What to do, by when, for how much: by deadline, then money; what is new and what left since the list of a week ago."""
        past = self._back(WEEK)
        try:
            return analyses.todo(self._answers, pack=self.pack, past=past._answers)
        finally:
            past.close()

    def today(self):
        """What expires before next Monday."""
        return analyses.today(self._answers, pack=self.pack)

    def explain(self, order_id):
        """Facts, rules and answers for one order."""
        return policy.explain(self._answers, self.pack, order_id)

    def ask(self, order_id, *, request, line=None, **facts):
        """What if a buyer writes: the answer, who pays, a draft reply. `facts` overlays what is known of the order."""
        return policy.ask(self._facts, self.pack, order_id, request=request, line=line, **facts)

    def compare(self, other):
        """Which orders are answered differently by another pack of rules, by name or file, or in another view of this shop
        such as `shop.as_of(day)`, and how much money stands behind them."""
        if isinstance(other, Shop):
            return policy.compare(self._facts, self.pack, other.pack, other=other._facts)
        return policy.compare(self._facts, self.pack, self._pack(other))

    def _pack(self, name):
        return policy.load_pack(name, places.beside(self.path, "packs"))

    def rule_changes(self, *, since=None):
        """Which rules changed from a day (or the end of an ISO week) to the day of the data, which are announced, and which
        orders that touches. since: by default a week before."""
        since = None if since is None else store.moment(since).date()
        return analyses.rule_changes(self._facts, self.pack, since=since)

    def exposure(self, *, marketplace=None, grain="line"):
        """Refunds at risk on late deliveries, counted by order line or, with the grain "order", by order."""
        return analyses.exposure(self._answers, pack=self.pack, marketplace=self._site(marketplace), grain=grain)

    def returns(self, *, marketplace=None):
        """Why buyers send things back, and what it costs."""
        return analyses.returns(self._answers, pack=self.pack, marketplace=self._site(marketplace))

    def losses(self, *, marketplace=None, **assumed):
        """Parcels lost and damaged, what to expect, and which to insure. `assumed`: basis, tax, resale, tariff, paid_share,
        handling, risk_load, insured_with; see analyses.losses."""
        return analyses.losses(self._answers, pack=self.pack, marketplace=self._site(marketplace), **assumed)

    def health(self, *, marketplace=None):
        """How the account stands: rates against Amazon's limits, what is left before them, and what Amazon says itself."""
        return analyses.health(self._facts, self.pack, marketplace=self._site(marketplace))

    def backtest(self, *, as_of, horizon=14, weeks=1, seen=None):
        """The forecast of arrivals as of a day, from what was known then, scored if the truth is in; see analyses.backtest.

        horizon: days within which open orders are to arrive. weeks: how many as-of days, a week apart, ending with that day.
        seen: a function that is told of each day before it is worked out, for progress.
        """
        day = store.moment(as_of).date()
        days = [day - WEEK * n for n in reversed(range(weeks))]
        return analyses.backtest(self._views(days, seen), self._facts, horizon=horizon)

    def _views(self, days, seen):
        """The shop as of each of the days, one at a time."""
        for day in days:
            if seen:
                seen(day)
            past = self.as_of(day.isoformat())
            try:
                yield past._facts
            finally:
                past.close()

    def measure(self, name, *, by=None, since=None, until=None, marketplace=None):
        """A measure as a plain frame, by name or as a .sql file; `measures.names()` lists those that are shipped. Your own lie in
        `measures` beside the database."""
        own, site = places.beside(self.path, "measures"), self._site(marketplace)
        return measures.run(self._facts, name, by=by, since=since, until=until, marketplace=site, own=own)

    def sql(self, text, **values):
        """The frame that one SELECT gives; values go in as $name. Nothing is written, and no other file is read.

        Raises BadValue for anything else than one SELECT, and for one that the engine cannot run.
        """
        return store.select(self._facts, text, values)

    def _site(self, marketplace):
        """A marketplace of this shop by its name, in any case of letters. Raises UnknownName for one without orders here."""
        if marketplace is None:
            return None
        known = [row[0] for row in self.con.sql("SELECT DISTINCT marketplace FROM order_lines ORDER BY 1").fetchall() if row[0]]
        if str(marketplace).lower() not in known:
            raise UnknownName("marketplace", marketplace, known, where=" with orders in this shop")
        return str(marketplace).lower()

    def set_aside(self):
        """The lines that were set aside, by file and reason; a sentence where there are none."""
        return analyses.set_aside(self.con)

    def up_to(self, section):
        """Up to when the data of a section reaches, and which exports for it are missing, in one sentence."""
        return analyses.up_to(self.con, section)

    def weeks(self):
        """The ISO weeks with orders, newest first, for example ["2026-W46", ...]."""
        rows = self._facts.sql(
            "SELECT DISTINCT c.iso_week, c.week FROM line_facts f"
            " JOIN calendar c ON c.marketplace = coalesce(f.marketplace, '') AND c.day = f.ordered_day"
            " ORDER BY c.week DESC"
        ).fetchall()
        return [row[0] for row in rows]

    def report(self, *, week=None, to="reports"):
        """Writes the weekly page; its path. week: an ISO week of `weeks()`, by default as of the newest data."""
        weeks = self.weeks()
        if not weeks:
            raise NothingToShow(f"{self.path} holds no orders yet. Load an Amazon All Orders export first: orderkit load FOLDER.")
        if week is not None and week not in weeks:
            week_bounds(week)
            raise UnknownName("week", week, weeks, where=" with orders in this shop")
        name = f"{'SAMPLE-' if self.is_sample else ''}weekly-{week or iso_week(self.data_up_to.date())}"
        parameters = {"db": self.path.resolve(), "week": week or "", "sample": self.is_sample}
        return reports.build(
            places.notebooks() / "weekly_report.py", to=to, parameters=parameters, name=name, sample=self.is_sample
        )

    def close(self):
        """Gives the file back; afterwards exports can be loaded."""
        self.con.close()

    def _summary(self):
        lines, orders, reconstructed = self.con.sql(
            "SELECT count(*), count(DISTINCT order_id), count(*) FILTER (reconstructed) FROM order_lines"
        ).fetchall()[0]
        only_later = f", {reconstructed:,} of them reconstructed (only later exports tell of them)" if reconstructed else ""
        sample = "SAMPLE: not your data. " if self.is_sample else ""
        reviewed = self.pack.reviewed
        old = (self.con.sql("SELECT clock_day FROM context").fetchall()[0][0] - reviewed).days > RULES_ARE_OLD_AFTER
        warning = ": more than 60 days ago, so look for newer ones" if old else ""
        return (
            f"{sample}Week {iso_week(self.data_up_to.date())}, data up to {show.day(self.data_up_to.date())}; "
            f"{orders:,} orders, {lines:,} lines{only_later}; "
            f"rules: {self.pack.name}, reviewed {show.day(reviewed)}{warning}"
        )

    def __repr__(self):
        return f"Shop {self.path.name}: {self._summary()}"

    def _repr_html_(self):
        return str(show.section(f"Shop {self.path.name}", self._summary()))


def open(path="orderkit.duckdb", *, as_of=None, clock=None, pack=PACK, sample=False):
    """A Shop over a database that `ok.load` made."""
    return Shop(path, as_of=as_of, clock=clock, pack=pack, sample=sample)


def done(item, *, db="orderkit.duckdb", claimed=None, currency=None, ignored=False, pack=PACK):
    """Closes an item of the to-do list: done, claimed with an amount, or ignored. It stays closed whatever is loaded later.

    currency: of the amount claimed, by default that of the item. Writes by loading a one-line file of the format `decisions`,
    as a to-do list with its column done filled in is loaded; gives its LoadResult. Raises UnknownName for an item that is not
    in the list.
    """
    if ignored and claimed is not None:
        raise BadValue("Either an amount was claimed or the item is ignored: say one of both.")
    amount = "" if claimed is None else _amount(claimed)
    shop = Shop(db, pack=pack)
    thing = analyses.todo(shop._answers, pack=shop.pack).thing(item)
    day = shop.con.sql("SELECT clock_day FROM context").fetchall()[0][0]
    shop.close()
    word = "ignored" if ignored else "done" if claimed is None else "claimed"
    row = [item, thing["order_id"], word, amount, (currency or thing["currency"]) if amount else "", day]
    with tempfile.TemporaryDirectory(prefix="orderkit-done-") as folder:
        file = Path(folder) / "done.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["item", "order", "done", "amount", "currency", "day"], row])
        return store.load(file, db=db, account=thing["account"])


def _amount(claimed):
    """An amount as text with two decimals. Raises BadValue for anything that is none."""
    try:
        amount = Decimal(str(claimed))
        if amount.is_finite() and amount >= 0 and amount == amount.quantize(Decimal("0.01")):
            return f"{amount:.2f}"
    except InvalidOperation:
        pass
    raise BadValue(f"{str(claimed)!r} is no amount. Write it as 12.50, without a currency sign.")


def sample(folder=None):
    """The sample shop, loaded into a throwaway database (in `folder`, by default a new temporary one) and marked SAMPLE."""
    path = Path(folder or tempfile.mkdtemp(prefix="orderkit-sample-")) / "sample.duckdb"
    store.load(places.sample(), db=path, account=places.SAMPLE_ACCOUNT)
    return Shop(path, sample=True)
