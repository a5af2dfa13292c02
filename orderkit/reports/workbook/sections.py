"""What of each result stands on which sheet: further tables beside the one that the page shows, and its charts."""

from dataclasses import dataclass, field

from orderkit.languages import phrase
from orderkit.reports.workbook import charts, drawings
from orderkit.reports.workbook.columns import columns_of

SPAN = {"low": "at least", "high": "at most"}


@dataclass(frozen=True)
class Block:
    """A further table of a result: its name in `.tables`, its title, its columns and their headers, which are money or shares."""

    table: str
    title: str
    columns: dict
    money: tuple = ()
    shares: tuple = ()
    absent: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """A sheet of a result: its name, its blocks; `own`: whether the result's own table and charts are on it."""

    of: str
    name: str
    blocks: tuple = ()
    own: bool = True


AGES = Block(
    "ages", "Past the promised day and not arrived, by age",
    {"marketplace": "marketplace", "currency": "currency", "age": "age", "lines": "lines", "value": "refunds at risk",
     "unknown_delivery": "arrival not known", "value_unknown_delivery": "their amount"},
    ("value", "value_unknown_delivery"), absent={"value": "", "value_unknown_delivery": ""},
)  # fmt: skip
UNDER_WAY = Block(
    "totals", "Parcels on the way, and refunds that buyers can ask for now",
    {"currency": "currency", "open_parcels": "parcels on the way", "open_value": "worth", "expected": "expected never to arrive",
     "low90": "at least", "high90": "at most", "refund_now": "refundable now", "refund_now_lines": "lines refundable now",
     "claimable": "you can claim", "claimable_lines": "lines you can claim", "brought": "claims brought"},
    ("open_value", "expected", "low90", "high90", "refund_now", "claimable", "brought"),
)  # fmt: skip
FAULTS = Block(
    "faults", "Whose fault returns are, by the reason that buyers give",
    {"fault": "fault", "currency": "currency", "returns": "returns", "units": "units", "cost": "cost",
     "postage": "return postage", "postage_by_seller": "postage paid by you", "postage_by_buyer": "postage paid by the buyer",
     "postage_by_marketplace": "postage paid by the marketplace", "postage_not_told": "postage not told"},
    ("cost", "postage"),
)  # fmt: skip
PRODUCTS = Block(
    "skus", "",
    {"sku": "product (SKU)", "currency": "currency", "category": "category", "shipped": "shipped", "returned": "returned",
     "rate": "return rate", **SPAN, "category_rate": "usual in its category", "listed": "more than chance explains",
     "cost": "cost", "cost_unknown": "cost not told", "reason": "most frequent reason", "reason_returns": "returns for it"},
    ("cost",), ("rate", "low", "high", "category_rate"),
)  # fmt: skip
SERVICES = Block(
    "services", "By carrier's service",
    {"currency": "currency", "carrier": "carrier", "service": "service", "parcels": "parcels", "delivered": "delivered",
     "lost": "lost", "damaged": "damaged", "open": "on the way", "unknown": "not known", "value_shipped": "worth of the goods",
     "value_lost": "lost, worth", "value_damaged": "damaged, worth", "rate": "lost or damaged", **SPAN},
    ("value_shipped", "value_lost", "value_damaged"), ("rate", "low", "high"), {"value_lost": "", "value_damaged": ""},
)  # fmt: skip
COVER = Block(
    "offers", "What cover costs and brings in a year, by tariff",
    {"currency": "currency", "tariff": "tariff", "verdict": "verdict", "probability": "chance that it pays",
     "way": "way to insure",
     "insured": "parcels insured", "premium": "price of cover", "brings": "brings", "saves": "saves", "saves_low": "at least",
     "saves_high": "at most", "cost_none": "cost without cover", "cost": "cost with it", "cost_now": "cost as now"},
    ("premium", "brings", "saves", "saves_low", "saves_high", "cost_none", "cost", "cost_now"), ("probability",),
)  # fmt: skip
UNFILED = Block(
    "unfiled", "Lost and damaged parcels without a claim",
    {"order_id": "order", "what": "what", "carrier": "carrier", "service": "service", "outcome": "outcome", "insured": "insured",
     "value": "worth", "currency": "currency", "state": "state", "deadline": "by", "latest": "at the latest"},
    ("value",), absent={"deadline": "none", "latest": ""},
)  # fmt: skip
BESIDE = Block(
    "beside", "What Amazon says beside your files",
    {"marketplace": "marketplace", "rate": "rate", "days": "days", "Amazon says": "Amazon says",
     "your files say": "your files say", "why they may differ": "why they may differ"},
)  # fmt: skip

SECTIONS = (
    Section("exposure", "Late deliveries", (AGES, UNDER_WAY)),
    Section("returns", "Returns", (FAULTS,)),
    Section("returns", "Products", (PRODUCTS,), own=False),
    Section("losses", "Losses and cover", (SERVICES, COVER, UNFILED)),
    Section("health", "Account health", (BESIDE,)),
)


def write_section(book, section, result, up_to):
    """One sheet: what was found, the tables, the native charts, and their numbers."""
    sheet = book.sheet(phrase(section.name))
    sheet.prose(phrase(section.name), "title")
    sheet.prose(result.headline, "headline")
    sheet.prose(up_to, "note")
    sheet.skip()
    if section.own:
        columns = columns_of(result.frame, result.view, money=result.money, shares=result.shares, absent=result.absent)
        sheet.table(result.frame, columns)
    for block in section.blocks:
        _block(sheet, block, result)
    if section.own:
        _charts(sheet, result)
    elif sheet.placed:
        sheet.freeze(sheet.placed[0].row + 1, 1)
    return sheet


def _block(sheet, block, result):
    frame = result.tables.get(block.table)
    if frame is not None and len(frame):
        columns = columns_of(frame, block.columns, money=block.money, shares=block.shares, absent=block.absent)
        sheet.table(frame, columns, title=phrase(block.title) if block.title else None)


def _charts(sheet, result):
    """All charts first, then the numbers that they are drawn from."""
    placed = []
    for picture in _pictures(result):
        if not drawings.is_figure(picture):
            sheet.prose(getattr(picture, "striptags", lambda said=picture: str(said))(), "note")
            continue
        drawing = drawings.losses_drawing(result, picture) if _is_of_parcels(result, picture) else drawings.drawing_of(picture)
        if drawing is not None and not drawing.frame.empty:
            placed.append((drawing, charts.place(sheet, drawing)))
    for drawing, draw in placed:
        draw(charts.numbers(sheet, drawing))


def _is_of_parcels(result, picture):
    """Whether a figure is that of lost parcels, which the page draws as dots with lines: no bars to take over."""
    return result.kind == "losses" and not any(trace.type == "bar" for trace in picture.data)


def _pictures(result):
    """The figures of a result that have a native twin."""
    if result.kind == "returns":
        currencies = result.frame.dropna(subset=["cost"])["currency"].dropna().unique()
        yield from [result.picture(of="cost", currency=currency) for currency in currencies] or [result.picture()]
        yield result.picture("weeks")
        return
    yield result.picture()
    if result.kind == "losses":
        books = result.tables.get("books", ()) if len(result.tables.get("offers", ())) else ()
        yield from (result.picture("ways", currency=book.currency) for book in books)
