"""class Shop: one seller's database, read-only, with the functions of the layers below bound to it."""

import contextlib
import csv
import datetime as dt
import functools
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orderkit import analyses, languages, measures, places, policy, reports, store
from orderkit import charts as charts  # draws the results: importing it registers the figures
from orderkit import progress as watching
from orderkit.analyses import holdings, naming, show
from orderkit.errors import BadValue, NothingToShow, UnknownName
from orderkit.languages import ended, joined, listed, phrase
from orderkit.marketplaces import iso_week, week_bounds
from orderkit.printable import for_terminals, in_line

PACK = policy.USUAL
RULES_ARE_OLD_AFTER = 60  # days
WEEK = dt.timedelta(days=7)
LAST_WEEK = "last"
MORNING = dt.timedelta(hours=9)  # of the day after: when somebody looks at what a week brought
SIZE = "{orders} orders, {lines} lines"
SIZE_AS_OF = "{orders} orders, {lines} lines, {n} of them reconstructed (only later exports tell of them)"
RULES = "rules: {rules}, reviewed {day}"
OLD_RULES = "rules: {rules}, reviewed {day}: more than 60 days ago, so look for newer ones"


class Shop:
    """A seller's orders in one DuckDB file, read-only: ask, explain, analyse, report.

    as_of: a day, moment or ISO week (its end); the shop then shows only what was known then. By default the newest moment that
    the data covers. clock: the time from which days left are counted; by default now. pack: the rules, by name or file;
    your own in `packs` beside the database are known by name, and one of them with the name of a shipped pack takes its place.
    account, marketplace: show only this seller account, only the orders of this marketplace and what belongs to them.
    """

    def __init__(
        self, path="orderkit.duckdb", *, as_of=None, clock=None, pack=PACK, sample=False, account=None, marketplace=None
    ):
        self.path, self._as_of, self._clock, self.account = Path(path), as_of, clock, account
        self.pack = self._pack(pack)
        self._named_pack = str(getattr(pack, "name", pack))
        self.con = store.reader(path)
        self.is_sample = sample or store.accounts(self.con) == [places.SAMPLE_ACCOUNT]
        if account is not None:
            store.only_account(self.con, self._one_of("account", account, self.accounts()), tables=as_of is None)
        if self.is_sample and clock is None:  # an invented shop has no today: take the morning after its data ends
            clock = store.newest(self.con) + MORNING
        if as_of is not None and self._clock is None:  # whoever asks for a past day wants the days left counted from there
            clock = as_of
        store.set_context(self.con, as_of, clock)
        if as_of is not None:
            store.build_as_of(self.con)
        self.marketplace = self._site(marketplace)
        self._is_whole = as_of is None and account is None and marketplace is None  # what is stored, and all of it
        if marketplace is not None:
            store.only_marketplace(self.con, self.marketplace)

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
        return self._at(moment, self._clock)

    @functools.cached_property
    def _week_ago(self):
        """The shop as it was a week ago, its days left counted from that day."""
        as_of, clock = self.con.sql("SELECT as_of, clock FROM context").fetchall()[0]
        return self._at(as_of - WEEK, clock - WEEK)

    def _at(self, as_of, clock):
        part = {"account": self.account, "marketplace": self.marketplace}
        return Shop(self.path, as_of=as_of, clock=clock, pack=self.pack, sample=self.is_sample, **part)

    def todo(self):
        """What to do, by when, for how much, what is about to be lost first; what is new or left since a week ago."""
        return analyses.todo(self._answers, pack=self.pack, past=self._week_ago._answers)

    def today(self):
        """What expires before next Monday."""
        return analyses.today(self._answers, pack=self.pack)

    def explain(self, order_id):
        """Facts, rules and answers for one order."""
        if "_facts" not in vars(self) and self._is_whole and (alone := store.one_order(self.con, str(order_id))):
            with contextlib.closing(alone):
                return policy.explain(alone, self.pack, order_id)
        return policy.explain(self._facts, self.pack, order_id)

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

    def lately(self, result):
        """What changed since the week before in the section of a result (of exposure, returns, losses, health), and whether it
        is usual; `.frame` has the figures."""
        past = self._week_ago
        told = {"exposure": lambda: past._facts, "health": lambda: past.health()}.get(result.kind, lambda: None)
        return analyses.lately(self._facts, result, past=told())

    def backtest(self, *, as_of, horizon=14, weeks=1, seen=None):
        """The forecast of arrivals as of a day, from what was known then, scored if the truth is in; see analyses.backtest.

        horizon: days within which open orders are to arrive. weeks: how many as-of days, a week apart, ending with that day.
        seen: a function that is told of each day before it is worked out. Terminals and notebooks show how far it is.
        """
        day = store.moment(as_of).date()
        days = [day - WEEK * n for n in reversed(range(weeks))]
        with watching.watch("Forecasts", "day") as step:
            return analyses.backtest(self._views(days, seen, step), self._facts, horizon=horizon)

    def _views(self, days, seen, step):
        """The shop as of each of the days, one at a time."""
        for at, day in enumerate(days, 1):
            step(f"as of {day}", at, len(days))
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

    @property
    def measures(self):
        """The measures by name, for completion: `shop.measures.orders_by_week(by="week")` is `measure("orders_by_week", ...)`."""
        return measures.Measures(self.measure, places.beside(self.path, "measures"))

    @property
    def packs(self):
        """The names of the packs of rules there are: those shipped, and your own in `packs` beside the database."""
        return policy.packs(places.beside(self.path, "packs"))

    def sql(self, text, **values):
        """The frame that one SELECT gives; values go in as $name. Nothing is written, and no other file is read.

        Raises BadValue for anything else than one SELECT, and for one that the engine cannot run.
        """
        return store.select(self._facts, text, values)

    def export(self, *, to):
        """Writes the canonical tables of this shop into the folder `to` as Parquet files, by account, marketplace and month, for
        engines that run on many machines; see store.export and orderkit.spark."""
        part = {"account": self.account, "marketplace": self.marketplace}
        return store.export(self.path, to, as_of=self._as_of, clock=self._moments(None)[1], **part)

    def _site(self, marketplace):
        """A marketplace of this shop by its name, in any case of letters. Raises UnknownName for one without orders here."""
        if marketplace is None:
            return None
        return self._one_of("marketplace", str(marketplace).lower(), self.marketplaces(), where=" with orders in this shop")

    @staticmethod
    def _one_of(kind, name, known, where=" in this shop"):
        if name not in known:
            raise UnknownName(kind, name, known, where=where)
        return name

    def accounts(self):
        """The names of the seller accounts, as they were named when files were loaded."""
        return store.accounts(self.con)

    def marketplaces(self):
        """The marketplaces with orders, for example ["amazon.com", "amazon.de"]."""
        rows = self.con.sql("SELECT DISTINCT marketplace FROM order_lines WHERE marketplace IS NOT NULL ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def missing(self):
        """Which exports are not loaded, by the money that they would explain."""
        return analyses.missing(self._facts)

    def sources(self):
        """The files that were loaded: a frame of their rows, what became of them, whether all adds up; see analyses.sources."""
        return analyses.sources(self.con)

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

    def week(self, week):
        """A new view of the shop as known at the end of one of its `weeks()`, such as "2026-W46"; this one where none is named.

        Raises UnknownName, which lists the weeks there are.
        """
        return self.as_of(self._week(week)) if week else self

    def report(self, *, week=None, to="reports", lang=languages.ENGLISH, share=False, excel=False, pdf=False):
        """Writes the weekly page of this shop, and a manifest beside it; the page's path.

        week: an ISO week of `weeks()`, or "last" for the last whole week before today, its days left counted from the morning
        after it; by default as of the newest data. lang:
        en or zh. share: names of orders and products have stand-ins, and what buyers wrote is left out. excel, pdf: also as a
        workbook, and as a PDF printed by a Chromium, Chrome or Edge on this computer. Made again of the same exports for the
        same week, page and workbook are the same to the byte.

        Raises UnknownName for a week without orders, BadValue where the shop has several accounts: their rates must not be mixed,
        so open it with one of them.
        """
        week = self._week(week)
        if len(self.accounts()) > 1:
            names = in_line(", ".join(self.accounts()))
            raise BadValue(
                f"This shop has the accounts {names}, whose rates are not to be mixed. Open it with "
                "account=NAME, or say --account NAME; without it the command makes a page of each."
            )
        asked = {"week": week or "", "account": self.account or "", "marketplace": self.marketplace or "", "lang": lang,
                 "share": share, "pack": self._named_pack, "sample": self.is_sample}  # fmt: skip
        as_of, clock = self._moments(week)
        seen = "" if week or self._as_of is None else as_of.isoformat()
        name = reports.page_name({**asked, "week": week or iso_week(as_of.date())}, accounts=self.accounts())
        return reports.weekly(
            places.notebooks() / "weekly_report.py", to=to, name=name, excel=excel, pdf=pdf,
            asked={**asked, "db": self.path.resolve(), "as_of": seen, "clock": clock.isoformat()},
            made_from={
                "week": week or iso_week(as_of.date()), "data_up_to": as_of.isoformat(),
                "clock": clock.isoformat(), "asked": asked, **self._made_from(),
            },
        )  # fmt: skip

    def _moments(self, week):
        """(as-of, clock) of a report: of a week its end and the morning after it, else those of this shop."""
        if week:
            return store.moment(week), store.moment(week) + MORNING
        return self.con.sql("SELECT as_of, clock FROM context").fetchall()[0]

    def _week(self, week):
        """An ISO week of this shop with orders; None for the newest moment. Raises NothingToShow, UnknownName."""
        weeks = self.weeks()
        if not weeks:
            raise NothingToShow(f"{self.path} holds no orders yet. Load an Amazon All Orders export first: orderkit load FOLDER.")
        if week == LAST_WEEK:
            return self._last_week(weeks)
        if week is not None and week not in weeks:
            week_bounds(week)
            raise UnknownName("week", week, weeks, where=" with orders in this shop")
        return week

    def _last_week(self, weeks):
        """The last whole week before the clock. Raises UnknownName, which says what to load, where it has no orders yet."""
        clock = self.con.sql("SELECT clock_day FROM context").fetchall()[0][0]
        week = iso_week(clock - WEEK)
        if week not in weeks:
            day = self.data_up_to.date()
            where = f" with orders in this shop: it is the last whole week, and the data ends on {day}. Load newer exports first"
            raise UnknownName("week", week, weeks, where=where)
        return week

    def _made_from(self):
        """What a manifest tells of the shop: the rules, and the hash of every file."""
        files = self.sources().frame[["account", "file", "export", "rows", "sha256"]]
        rules = {"name": self.pack.name, "reviewed": self.pack.reviewed.isoformat()}
        return {"rules": rules, "inputs": files.to_dict("records")}

    def close(self):
        """Gives the file back; afterwards exports can be loaded."""
        if "_week_ago" in vars(self):
            self._week_ago.close()
        self.con.close()

    def _summary(self):
        lines, orders, reconstructed = self.con.sql(
            "SELECT count(*), count(DISTINCT order_id), count(*) FILTER (reconstructed) FROM order_lines"
        ).fetchall()[0]
        day, reviewed = self.data_up_to.date(), self.pack.reviewed
        old = (self.con.sql("SELECT clock_day FROM context").fetchall()[0][0] - reviewed).days > RULES_ARE_OLD_AFTER
        told = [
            phrase("Week {week}, data up to {day}", week=iso_week(day), day=show.day(day)),
            phrase(SIZE_AS_OF if reconstructed else SIZE, orders=f"{orders:,}", lines=f"{lines:,}", n=f"{reconstructed:,}"),
            phrase(OLD_RULES if old else RULES, rules=self.pack.name, day=show.day(reviewed)),
        ]
        sample = phrase("SAMPLE: not your data.") if self.is_sample else ""
        return joined([sample, joined(told, "clauses")], "sentences")

    def about(self):
        """What the shop shows, in a line: week, days, sizes, rules; the account and the marketplaces that it is about."""
        account = naming.named(naming.ACCOUNT, self.account) if self.account else ""
        part = in_line(joined([account, listed(self.marketplaces())], "commas"))
        return joined([ended(part) if part else "", self._summary()], "sentences")

    @for_terminals
    def __repr__(self):
        return f"Shop {self.path.name}: {self._summary()}\n{holdings.as_text(self.con, self.weeks())}"

    def _repr_html_(self):
        name = phrase("Shop {name}", name=self.path.name)
        return str(show.section(name, self._summary(), *holdings.pieces(self.con, self.weeks())))


@functools.wraps(store.load)
def load(paths, *, progress=None, **asked):
    if progress is not None:
        return store.load(paths, progress=progress, **asked)
    with watching.watch("Loading", "file") as step:
        return store.load(paths, progress=step, **asked)


def open(path="orderkit.duckdb", *, as_of=None, clock=None, pack=PACK, sample=False, account=None, marketplace=None):
    """A Shop over a database that `ok.load` made; what may be asked for is told there."""
    return Shop(path, as_of=as_of, clock=clock, pack=pack, sample=sample, account=account, marketplace=marketplace)


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
