"""What is true of a simulated shop before anything happens: its goods, carriers, buyers, and how often what goes wrong."""

from dataclasses import dataclass, field, replace

import numpy as np

from orderkit.marketplaces import marketplaces


@dataclass(frozen=True)
class Service:
    """A carrier's service: how often it is used, how long it takes, what becomes of its parcels.

    `median_days` and `sigma` are those of the lognormal time from hand-over to delivery; `lost`, `damaged`, `returned`
    (undeliverable) and `rejected` (by the buyer) are chances per parcel; all other parcels are delivered.
    `label_cents` is the price of a label in the marketplace's currency, `included_cents` the cover that it
    includes: illustrative, for what carriers include differs by contract and changes.
    """

    carrier: str
    service: str
    share: float
    median_days: float
    sigma: float
    lost: float
    damaged: float
    returned: float
    rejected: float
    label_cents: int
    tracked: bool = True
    included_cents: int = 0


@dataclass(frozen=True)
class Site:
    """How the shop trades on one marketplace: rates of tax in basis points, promised transit in working days, carriers."""

    name: str
    tax_bp: tuple
    transit: dict
    services: tuple
    order_prefixes: tuple = ("028", "204", "205")
    regions: tuple = ("101", "203", "505")
    zeros: str = "00"  # what follows the first three characters of an invented postcode
    price_factor: int = 1
    weight: float = 1.0

    @property
    def market(self):
        """Zone, currency, country and tax habit of the marketplace."""
        return marketplaces()[self.name]


US = (
    Service("USPS", "Ground Advantage", 0.42, 3.0, 0.42, 0.011, 0.003, 0.006, 0.002, 545, included_cents=10_000),
    Service("UPS", "Ground", 0.25, 2.9, 0.30, 0.005, 0.004, 0.006, 0.002, 890, included_cents=10_000),
    Service("FedEx", "Home Delivery", 0.15, 2.8, 0.38, 0.009, 0.004, 0.006, 0.002, 935, included_cents=10_000),
    Service("USPS", "Letter", 0.18, 4.2, 0.45, 0.018, 0.002, 0.004, 0.0, 148, tracked=False),
)
DE = (
    Service("DHL", "Paket", 0.48, 1.7, 0.38, 0.004, 0.003, 0.006, 0.003, 499, included_cents=50_000),
    Service("Hermes", "Paket", 0.24, 2.5, 0.45, 0.014, 0.005, 0.008, 0.003, 449, included_cents=5_000),
    Service("DPD", "Classic", 0.12, 2.1, 0.40, 0.008, 0.004, 0.006, 0.003, 475),
    Service("Deutsche Post", "Großbrief", 0.16, 2.4, 0.45, 0.016, 0.002, 0.004, 0.0, 180, tracked=False),
)
IN = (Service("Easy Ship", "Standard", 1.0, 4.2, 0.40, 0.004, 0.003, 0.055, 0.012, 7500),)
OTHER = (
    Service("National Post", "Parcel", 0.80, 2.6, 0.42, 0.009, 0.004, 0.006, 0.003, 550),
    Service("National Post", "Letter", 0.20, 3.2, 0.45, 0.016, 0.002, 0.004, 0.0, 170, tracked=False),
)
SITES = {
    "amazon.com": Site(
        "amazon.com", (0, 600, 625, 725, 825, 950), {"Standard": 4, "Expedited": 3}, US,
        ("111", "112", "113", "114"), ("100", "331", "606", "770", "850", "900", "941", "981"), weight=2.0,
    ),
    "amazon.de": Site(
        "amazon.de", (1900,), {"Standard": 3, "Expedited": 2}, DE,
        ("302", "303", "304", "305", "306"), ("101", "203", "282", "401", "506", "603", "705", "803"),
    ),
    "amazon.in": Site(
        "amazon.in", (500, 1200), {"Standard": 6, "Expedited": 3}, IN,
        ("171", "402", "404", "405", "407", "408"), ("110", "400", "411", "500", "560", "600", "700"), "000", 20,
    ),
}  # fmt: skip


def site(name, services=None):
    """The Site of a marketplace; one without an entry of its own gets a plain national post and 20 % VAT or 10 % sales tax."""
    found = SITES.get(name)
    if found is None:
        included = marketplaces()[name].tax_included
        found = Site(name, (2000,) if included else (0, 1000), {"Standard": 4, "Expedited": 2}, OTHER)
    return replace(found, services=tuple(services)) if services else found


@dataclass(frozen=True)
class Parameters:
    """How often things happen in the shop; every figure is a chance per order, line, parcel or return unless said otherwise."""

    fbm: float = 0.58  # orders the seller ships
    order_sizes: tuple = (0.90, 0.08, 0.02)  # orders of 1, 2, 3 lines
    same_sku: float = 0.06  # orders of several lines whose second line repeats the first one's SKU
    split: float = 0.25  # FBM orders of several lines sent as one parcel per line
    expedited: float = 0.15
    discount: float = 0.08
    two_promotions: float = 0.12  # of the discounted lines
    business: float = 0.06
    slow_payment: float = 0.06  # orders that stay pending for hours
    cancelled_by_buyer: float = 0.018
    cancelled_by_seller: float = 0.010
    cancelled_unpaid: float = 0.005
    line_cancelled: float = 0.03  # one line of an FBM order of several lines
    asked_within_30_minutes: float = 0.55  # of the buyers who cancel
    handling_days: int = 2  # working days to the ship-by date
    shipped_late: float = 0.04
    tracking_missing: float = 0.04  # parcels that the seller's tracking file does not hold
    protected: float = 0.35
    insured: float = 0.30  # of parcels worth `insure_from_cents` or more
    insure_from_cents: int = 6000
    insured_claimed: float = 0.80  # of insured parcels whose loss or damage the seller sees in tracking
    insured_paid: float = 0.85  # of claims with the insurer
    included_claimed: float = 0.50  # of lost or damaged parcels with no cover but that which the service includes
    included_paid: float = 0.75  # of claims with the carrier
    untracked_below_cents: int = 3000  # dearer parcels never go as a letter
    services: dict = field(default_factory=dict)  # {marketplace: (Service, ...)} in place of the usual ones
    returned: dict = field(default_factory=lambda: {"home": 0.06, "apparel": 0.16, "electronics": 0.09, "tools": 0.05})
    returned_when_late: float = 0.06  # added for lines delivered after the promise
    sent_back: float = 0.88  # of approved returns
    refund_reported: float = 0.60  # refunded returns whose refund the returns report shows
    inspected: float = 0.85  # of returns received
    fba_sent_back: float = 0.93  # FBA units that come back after their refund
    troubled: str = "EARBUD-WHT"  # the SKU of which a bad batch lies in the marketplace's warehouses ("": none)
    trouble: float = 7.0  # times its buyers send it back as often
    asks_upgrade: float = 0.012
    asks_address: float = 0.012
    asks_cancel_after_shipping: float = 0.010
    asks_when_not_received: float = 0.55  # of orders not delivered by the promise
    asks_too_early: float = 0.012


# code, English and German title, category, price in cents, variants (code, English, German)
COLOURS = (("BLK", "Black", "Schwarz"), ("WHT", "White", "Weiß"), ("GRN", "Green", "Grün"))
COUNTS = (("10", "10 pcs", "10 Stück"), ("20", "20 pcs", "20 Stück"))
SIZES = (("S", "S", "S"), ("M", "M", "M"), ("L", "L", "L"), ("XL", "XL", "XL"))
GOODS = (
    ("SHELF24", 'Wall Shelf 24" Oak', "Wandregal 60 cm Eiche", "home", 3499, COLOURS),
    ("LAMP12", 'Desk Lamp 12" Arm', "Schreibtischlampe, schwenkbar", "electronics", 4299, COLOURS),
    ("TSHIRT", "Cotton T-Shirt", "T-Shirt aus Baumwolle", "apparel", 1799, SIZES),
    ("HOODIE", "Zip Hoodie", "Kapuzenjacke", "apparel", 3999, SIZES),
    ("CABLE", "USB-C Cable 6 ft", "USB-C-Kabel 2 m", "electronics", 1299, COLOURS),
    ("EARBUD", "Wireless Earbuds", "Kabellose Ohrhörer", "electronics", 5999, COLOURS),
    ("SPEAKER", "Bluetooth Speaker", "Bluetooth-Lautsprecher", "electronics", 7999, COLOURS),
    ("MIC", "USB Microphone", "USB-Mikrofon", "electronics", 8999, COLOURS),
    ("DRILL", 'Drill Bit Set 1/4"', "Bohrer-Satz 6 mm", "tools", 2499, COUNTS),
    ("CLAMP", 'Bar Clamp 6"', "Schraubzwinge 15 cm", "tools", 1599, COLOURS),
    ("KNIFE", 'Kitchen Knife 8"', "Küchenmesser 20 cm", "home", 2999, COLOURS),
    ("MUG", "Stoneware Mug", "Steingut-Becher", "home", 1499, COLOURS),
    ("TOWEL", "Bath Towel", "Badetuch", "home", 1999, COLOURS),
    ("SOCKS", "Wool Socks", "Wollsocken", "apparel", 1399, SIZES),
    ("FAN", "USB Desk Fan", "USB-Tischventilator", "electronics", 1899, COLOURS),
    ("PANEL", 'Sound Panel 12" x 12"', "Akustikplatte 30 x 30 cm", "home", 12999, COLOURS),
)


def catalogue():
    """One row per SKU: sku, style, size, asin, titles by language, category, price in cents, and how often it is bought."""
    rows = [
        (f"{code}-{variant}", code, variant, f"{english}, {en}", f"{german}, {de}", category, price)
        for code, english, german, category, price, variants in GOODS
        for variant, en, de in variants
    ]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    names = ["sku", "style", "size", "title_en", "title_de", "category", "price"]
    goods = dict(zip(names, columns, strict=True))
    number = np.arange(len(rows))
    goods["asin"] = np.array([f"B0SMPL{n:04d}" for n in number])
    popularity = 1.0 / (3 + (number * 17) % len(rows))
    return goods | {"popularity": popularity / popularity.sum()}


# reason code, who is at fault, how often by category
REASONS = (
    ("CR-UNWANTED_ITEM", "buyer", {"home": 18, "apparel": 10, "electronics": 14, "tools": 16}),
    ("CR-NO_LONGER_NEEDED", "buyer", {"home": 12, "apparel": 6, "electronics": 8, "tools": 10}),
    ("CR-ORDERED_WRONG_ITEM", "buyer", {"home": 8, "apparel": 5, "electronics": 7, "tools": 14}),
    ("CR-FOUND_BETTER_PRICE", "buyer", {"home": 5, "apparel": 3, "electronics": 8, "tools": 5}),
    ("AMZ-PG-APP-TOO-SMALL", "buyer", {"apparel": 26}),
    ("AMZ-PG-APP-TOO-LARGE", "buyer", {"apparel": 18}),
    ("AMZ-PG-APP-STYLE", "buyer", {"apparel": 12}),
    ("AMZ-PG-MISORDERED", "buyer", {"home": 3, "tools": 4, "electronics": 3}),
    ("CR-DEFECTIVE", "seller", {"home": 8, "apparel": 3, "electronics": 26, "tools": 14}),
    ("CR-QUALITY_UNACCEPTABLE", "seller", {"home": 12, "apparel": 8, "electronics": 8, "tools": 12}),
    ("AMZ-PG-BAD-DESC", "seller", {"home": 7, "apparel": 4, "electronics": 6, "tools": 5}),
    ("CR-MISSING_PARTS", "seller", {"home": 6, "electronics": 5, "tools": 7}),
    ("CR-SWITCHEROO", "seller", {"home": 4, "apparel": 2, "electronics": 3, "tools": 4}),
    ("CR-DAMAGED_BY_CARRIER", "carrier", {"home": 14, "electronics": 7, "tools": 4}),
    ("CR-NOT_COMPATIBLE", "unclear", {"electronics": 8, "tools": 5}),
    ("CR-NO_REASON_GIVEN", "unclear", {"home": 4, "apparel": 3, "electronics": 4, "tools": 4}),
)
LATE_REASON = ("CR-MISSED_ESTIMATED_DELIVERY", "carrier")
