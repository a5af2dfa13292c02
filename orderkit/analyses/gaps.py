"""Which exports a shop lacks or has let grow old, and which sections of the weekly page they would fill.

Only exports of marketplaces that are seen in the database count: an Etsy seller is not sent to fetch Amazon's ledgers, and nobody
without FBA orders is told of FBA reports.
"""

import datetime as dt
from dataclasses import asdict, dataclass

from orderkit.formats import formats, guide
from orderkit.store.known import known_formats

OLD = 7  # days; the page is a weekly one
PARTLY = 0.5  # share of lines below which a need counts as met in part only
TODO, LATE = "What to do first", "Refunds at risk on late deliveries"
WHY, LOST = "Why buyers send things back", "Parcels lost and damaged, what to expect, and what to insure"
EVERY, HEALTH, ACCOUNT = "every section", "account health", "Account health"
ELSEWHERE = (guide.TEMPLATES, "Carriers")  # exports that serve a seller on any marketplace
MOST = 2  # exports named for one need


@dataclass(frozen=True)
class Need:
    """Something that the page or an analysis needs: in which canonical table and columns it stands, and which sections it fills.

    `channel`: whose orders it is about, None for all. `by_shop`: whether each marketplace has an export of its own for it.
    `best`: the export to name first. `short`: its words where many are told in one sentence.
    """

    words: str
    table: str
    columns: tuple
    fills: tuple = ()
    channel: str | None = None
    by_shop: bool = True
    best: str | None = None
    short: str | None = None
    old: int = OLD


NEEDS = (
    Need("orders", "order_lines", ("status",), (EVERY,)),
    Need("promised dates", "order_lines", ("deliver_by",), (LATE,), "FBM"),
    Need("what became of your parcels", "parcels", ("outcome", "delivered_at"), (LATE, LOST), "FBM", short="parcels"),
    Need("returns and their reasons", "returns", ("reason_as_exported",), (WHY, TODO), "FBM", short="returns"),
    Need("returns of FBA units", "returns", ("disposition",), (WHY,), "FBA"),
    Need("what buyers ask", "requests", ("asked_at",), (TODO,), by_shop=False),
    Need("what came back, and in which state", "inspections", ("state",), (TODO,), "FBM", by_shop=False, short="inspections"),
    Need("refunds, fees and payouts", "money", ("amount",), (WHY,), short="refunds", old=16),  # settlements close every two weeks
    Need(HEALTH, "account_health", ("rate",)),
    Need("stock movements at Amazon", "stock_events", ("units",), channel="FBA"),
    Need("reimbursements of FBA units", "recoveries", ("amount",), channel="FBA"),
    Need("what your labels cost and cover", "parcels", ("insured", "label_cost"), (), "FBM", by_shop=False, best="labels"),
    Need("claims with carriers and insurers", "recoveries", ("amount",), (LOST,), "FBM", False, "claims", "claims"),
    Need("what cover would cost", "tariffs", ("premium",), (LOST,), "FBM", by_shop=False, short="cover tariffs"),
    Need("what your goods cost", "products", ("landed_cost",), by_shop=False),
)


@dataclass(frozen=True)
class Export:
    """An export that would meet a need."""

    format: str
    title: str
    find: str
    unlocks: str


@dataclass(frozen=True)
class Gap:
    """How far a need is met: missing, partly, old or good; for which marketplace, up to when, and which exports would meet it."""

    need: str
    marketplace: str | None
    state: str
    up_to: dt.date | None
    days_old: int | None
    known: int
    of: int
    fills: tuple
    exports: tuple
    short: str

    @property
    def words(self):
        """The need with its verb: promised dates are, account health is."""
        single = self.need.startswith("what") or self.need == HEALTH
        return f"{self.need} {'is' if single else 'are'}"

    def to_json(self):
        """The same as a dict."""
        told = asdict(self) | {"up_to": self.up_to.isoformat() if self.up_to else None}
        del told["short"]
        return told


def gaps(con, clock, needs=NEEDS, *, as_of=None):
    """Every need of this shop as a Gap, in the order of `needs`; empty where nothing was loaded.

    as_of: a moment; exports that begin later do not count, and no gap is told as met beyond it.
    """
    seen = _Seen(con, clock, needs, as_of)
    found = []
    for need in needs:
        if need.channel in (None, *seen.channels) or (need.channel == "FBM" and not seen.channels):
            shops = seen.families if need.by_shop else (None,)
            found += [gap for shop in shops if (gap := seen.gap(need, shop))]
    return found


class _Seen:
    """What a database holds: loads by format, and the rows of every table by the formats that tell of them."""

    def __init__(self, con, clock, needs, as_of):
        self._con, self._clock, self._needs = con, clock, needs
        self._known = known_formats(con)
        loads = con.sql(LOADS, params={"as_of": as_of}).fetchall()
        loaded = {name: moment for name, moment in loads if name in self._known}
        self._up_to = {name: moment for name, moment in loaded.items() if moment}
        told = con.sql("SELECT DISTINCT marketplace, channel FROM order_lines").fetchall()
        self.channels = {channel or "FBM" for _, channel in told} | {
            self._known[name].channel for name in loaded if self._known[name].channel == "FBA"
        }
        families = [_family(self._known[name]) for name in loaded] + [family_of_site(site) for site, _ in told]
        self.families = [name for name in guide.ORDER if name in families and name not in ELSEWHERE]
        self._rows = {need.table: self._counted(need.table) for need in needs} if loaded else {}

    def _counted(self, table):
        """[(formats that tell of the rows, marketplace, channel, {column: rows that have it}, rows)] of a canonical table."""
        columns = sorted({column for need in self._needs if need.table == table for column in need.columns})
        have = ", ".join(f"count(t.{column})" for column in columns)
        site, source, only = "NULL, NULL", table, ""
        if table == "order_lines":
            site, only = "t.marketplace, coalesce(t.channel, 'FBM')", " WHERE t.status IS DISTINCT FROM 'cancelled'"
        elif table == "parcels":
            site, source = "t.marketplace, coalesce(t.channel, 'FBM')", f"({PARCELS})"
        rows = self._con.sql(f"SELECT t.seen_in, {site}, {have}, count(*) FROM {source} t{only} GROUP BY ALL").fetchall()
        return [(row[0].split(", "), row[1], row[2], dict(zip(columns, row[3:-1], strict=True)), row[-1]) for row in rows]

    def gap(self, need, shop):
        """The Gap of a need in one marketplace (None: in all); None where no row and no export has anything to do with it."""
        rows = [row for row in self._rows.get(need.table, []) if self._belongs(row, need, shop)]
        known, of = sum(max(row[3][column] for column in need.columns) for row in rows), sum(row[4] for row in rows)
        givers = [form for form in self._known.values() if self._gives(form, need, shop)]
        if not (known or givers or need.fills):
            return None
        up_to = max((moment for form in givers if (moment := self._up_to.get(form.name))), default=None)
        days = (self._clock.date() - up_to.date()).days if up_to else None
        state = _state(need, known, of, days)
        exports = [form for form in givers if form.name in self._up_to] if state == "old" else _advice(need, givers, shop)
        told = tuple(Export(form.name, form.title, form.find, form.unlocks) for form in exports)
        day, short = up_to.date() if up_to else None, need.short or need.words
        return Gap(need.words, shop, state, day, days, known, of, need.fills, told, short)

    def _belongs(self, row, need, shop):
        formats, site, channel = row[:3]
        forms = [self._known[name] for name in formats if name in self._known]
        families = {_family(form) for form in forms} | {family_of_site(site)}
        told_by = {form.channel for form in forms}
        fits = channel == need.channel if channel else need.channel is None or (need.channel == "FBA") == (told_by == {"FBA"})
        return (need.channel is None or fits) and (shop is None or shop in families or not families & set(self.families))

    def _gives(self, form, need, shop):
        """Whether an export tells of a need, for this marketplace or for any."""
        emits = [emit for table, emit in form.emits.items() if guide.STORED_AS.get(table, table) == need.table]
        told = any(column in emit.keys or column in emit.given for emit in emits for column in need.columns)
        fits = form.channel == "FBA" if need.channel == "FBA" else need.channel is None or form.channel != "FBA"
        near = shop is None or _family(form) in (shop, guide.OWN, *ELSEWHERE)
        return told and fits and near


def _state(need, known, of, days):
    """missing, partly, old or good; only what each marketplace tells anew is held to its age."""
    if not known:
        return "missing"
    if need.by_shop and need.table in ("order_lines", "parcels") and known < PARTLY * of:
        return "partly"
    return "old" if need.by_shop and days is not None and days > need.old else "good"


def _advice(need, givers, shop):
    """The exports to fetch, those that more sellers load first; what only a program gets where there is nothing else."""
    shipped = [form for form in givers if _family(form) != guide.OWN]
    by_hand = [form for form in shipped if not form.name.startswith("spapi")] or shipped

    def order(form):
        return form.name != need.best, list(guide.NEEDS).index(form.need), _family(form) != shop, _rank(form, need)

    ranked = sorted(by_hand, key=order)
    return ([form for form in ranked if form.need != "optional"] or ranked)[:MOST]


# a format counts as loaded however late: which marketplaces a seller sells on does not change with the moment asked for
LOADS = """
    SELECT
        format,
        max(least(covers_to, $as_of)) FILTER (
            covers_to IS NOT NULL AND ($as_of IS NULL OR covers_from IS NULL OR covers_from <= $as_of)
        )
    FROM loads
    GROUP BY format
"""
# parcels that an export names, and lines that were shipped without any: what is not known of them
PARCELS = """
    SELECT o.seen_in, o.marketplace, o.channel, p.outcome, p.delivered_at, p.insured, p.label_cost
    FROM order_lines o
    JOIN parcel_lines l ON l.account = o.account AND l.order_id = o.order_id AND l.line = o.line
    JOIN (
        SELECT * REPLACE (CASE WHEN outcome <> 'unknown' THEN outcome END AS outcome)
        FROM parcels
    ) p ON p.account = l.account AND p.parcel = l.parcel
"""


def _family(form):
    return guide.family(form) if form.name in formats() else guide.OWN


def _rank(form, need):
    """The rank of an export among those that tell the same: the best first."""
    return min(emit.rank for table, emit in form.emits.items() if guide.STORED_AS.get(table, table) == need.table)


def family_of_site(site):
    """The marketplace that a site's name is of, such as Amazon for amazon.de; None for one that orderkit does not know."""
    return guide.FAMILIES.get((site or "").split(".")[0])
