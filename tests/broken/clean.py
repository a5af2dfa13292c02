"""Clean exports in memory, with what is true of them. The truth is worked out here, never by the code under test."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from decimal import Decimal

from orderkit.formats import variants

from .case import Case, Record

CANARIES = ("zanary", "qanary", "90210-7731", "555-0177")  # personal values start with these; none may be found anywhere
PERSON = {
    "buyer-name": "Quendolin Zanary", "recipient-name": "Quendolin Zanary", "buyer-email": "quendolin@zanary.example",
    "buyer-phone-number": "555-0177-31", "ship-phone-number": "555-0177-31", "ship-address-1": "77 Zanary Lane",
    "ship-city": "Qanarytown", "ship-state": "CA", "ship-postal-code": "90210-7731", "ship-country": "US",
}  # fmt: skip
ORDER = ("order_id", "order_item_id", "sku", "asin", "product_name", "units", "item_price", "item_tax", "shipping_price",
         "currency", "ordered_at", "status_as_exported")  # fmt: skip
TREE = tuple(column for column in ORDER if column != "status_as_exported")
RETURN = ("order_id", "rma", "order_item_id", "sku", "requested_at", "reason_as_exported", "units", "order_amount", "currency",
          "label_cost", "refunded", "status")  # fmt: skip
PARCEL = ("order_id", "tracking", "carrier", "shipped_at", "delivered_at", "outcome", "label_cost", "currency")
GOODS = [
    ("MUG-RED-01", "Café mug 12 oz, red"), ("TEA-0042", "Tea, green \u2013 100 g"), ("00123", '4" nail set'),
    ("LAMP/XL", "Kid's lamp"),
    ("CAP 7", "Plain cap"), ("B0-TOY.9", 'Toy 3" & 5" pieces'), ("000777", "Socks (5 pairs)"), ("KEY_RING", "Key ring"),
]  # fmt: skip


def moment(text):
    """A moment with offset as DuckDB shows it in UTC."""
    at = dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(dt.UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S+00")


def amount(text):
    """An amount of a clean export; None where it is empty."""
    return Decimal(text) if text.strip() else None


@dataclass
class Export:
    """A clean export: its headers, its rows as text by header, and the true canonical rows as dicts, one per row."""

    name: str
    headers: list
    rows: list
    truth: list
    table: str
    columns: tuple
    mark: str = "\t"
    quoted: bool = False
    end: str = "\n"
    above: list = field(default_factory=list)

    def cells(self):
        """Rows as lists of text in the order of the headers."""
        return [[row.get(header, "") for header in self.headers] for row in self.rows]

    def line(self, cells):
        """One line of text, without its end."""
        if not self.quoted:
            return self.mark.join(cells)
        out = io.StringIO()
        csv.writer(out, delimiter=self.mark, lineterminator="").writerow(cells)
        return out.getvalue()

    def lines(self):
        """All lines of the file: what stands above the header, the header, the rows."""
        return [*self.above, self.line(self.headers), *map(self.line, self.cells())]

    def text(self):
        """The clean file as text."""
        return self.end.join(self.lines()) + self.end

    def content(self, encoding="utf-8"):
        """The clean file as bytes."""
        return self.text().encode(encoding)

    def row(self, at):
        """The true canonical row of record `at`."""
        return tuple(self.truth[at][column] for column in self.columns)

    def case(self, data=None, *, bad=(), maybe=(), at=None, name=None, lost=(), again=(), **more):
        """The Case of this export broken into `data` (text, bytes or nothing for the file as it stands).

        bad: indexes of records that nobody can read; maybe: that may be set aside; lost: that are no longer in the file;
        at: physical line of each record that is still there; again: lines that repeat a record.
        """
        data = self.text() if data is None else data
        data = data.encode() if isinstance(data, str) else data
        kept = [index for index in range(len(self.rows)) if index not in lost]
        first = len(self.above) + 2
        at = at or [first + place for place in range(len(kept))]
        records = [
            Record(line, None if index in bad else self.row(index), self.row(index), maybe=index in maybe)
            for index, line in zip(kept, at, strict=True)
            if self.truth[index]
        ]
        if again or len(records) < len(kept):  # a row about the whole file gives no canonical row
            more.setdefault("counted", len(kept) + len(again))
        if again:
            more["once"] = True
        files = more.pop("files", None) or {name or self.name: data}
        return Case(files, self.table, self.columns, records, **more)


def numbers(rng, count, digits):
    """Different numbers of so many digits, as text, in rising order."""
    return sorted(str(rng.randrange(10 ** (digits - 1), 10**digits)) for _ in range(count))


def order_ids(rng, count):
    """Made-up order numbers."""
    return [f"{rng.choice((111, 112, 113, 114))}-{rng.randrange(10**7):07d}-{rng.randrange(10**7):07d}" for _ in range(count)]


def _sale(rng):
    sku, title = rng.choice(GOODS)
    at = dt.datetime(2026, 9, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=rng.randrange(60 * 24 * 40))
    units, cents = rng.randint(1, 3), rng.randrange(301, 9900)
    price, tax = Decimal(cents) * units / 100, Decimal(cents) * units * 8 // 100 / 100
    return sku, title, at, units, f"{price:.2f}", f"{tax:.2f}"


def orders(rng, count=12, variant="v34_2026_item_id_last", name="all-orders.txt"):
    """All Orders: shipped FBM lines in USD, two of them in one order, one cancelled without money."""
    headers = variants("amazon_all_orders")[variant]
    ids, items, rows = order_ids(rng, count), numbers(rng, count, 14), []
    ids[7] = ids[6]
    for index in range(count):
        sku, title, at, units, price, tax = _sale(rng)
        sku = GOODS[index % len(GOODS)][0] if index in (6, 7) else sku
        row = PERSON | {
            "amazon-order-id": ids[index], "order-item-id": items[index], "sku": sku, "asin": f"B0{rng.randrange(10**8):08d}",
            "purchase-date": at.isoformat(), "last-updated-date": (at + dt.timedelta(hours=30)).isoformat(),
            "order-status": "Shipped", "item-status": "Shipped", "fulfillment-channel": "Merchant", "sales-channel": "Amazon.com",
            "ship-service-level": "Standard", "product-name": title, "quantity": str(units), "currency": "USD",
            "item-price": price, "item-tax": tax, "shipping-price": "4.99", "is-business-order": "false",
            "price-designation": "", "purchase-order-number": "Zanary PO", "signature-confirmation-recommended": "false",
        }  # fmt: skip
        if index == 4:
            row |= {"order-status": "Cancelled", "item-status": "Cancelled", "quantity": "0", "currency": ""}
            row |= {"item-price": "", "item-tax": "", "shipping-price": ""}
        rows.append({header: row.get(header, "") for header in headers})
    return Export(name, headers, rows, [_order(row) for row in rows], "order_lines", ORDER)


def _order(row):
    return {
        "order_id": row["amazon-order-id"], "order_item_id": row.get("order-item-id") or None, "sku": row["sku"],
        "asin": row["asin"], "product_name": row["product-name"], "units": int(row["quantity"]),
        "item_price": amount(row["item-price"]), "item_tax": amount(row["item-tax"]),
        "shipping_price": amount(row["shipping-price"]), "currency": row["currency"] or "USD",
        "ordered_at": moment(row["purchase-date"]), "status_as_exported": row["order-status"],
    }  # fmt: skip


def report(rng, count=10, name="order-report.txt"):
    """The Order report: paid FBM lines with promised dates and all that is personal; CR LF, offsets of -07:00."""
    headers, pacific = variants("amazon_order_report")["modern_46"], dt.timezone(dt.timedelta(hours=-7))
    ids, items, rows = order_ids(rng, count), numbers(rng, count, 14), []
    for index in range(count):
        sku, title, at, units, price, tax = _sale(rng)
        rows.append(dict.fromkeys(headers, "") | PERSON | {
            "order-id": ids[index], "order-item-id": items[index], "sku": sku, "product-name": title,
            "purchase-date": at.astimezone(pacific).isoformat(), "payments-date": at.astimezone(pacific).isoformat(),
            "quantity-purchased": str(units), "currency": "USD", "item-price": price, "item-tax": tax, "shipping-price": "4.99",
            "shipping-tax": "0.00", "ship-service-level": "Standard", "sales-channel": "Amazon.com", "is-prime": "false",
            "latest-ship-date": (at + dt.timedelta(days=2)).isoformat(), "is-business-order": "false",
            "latest-delivery-date": (at + dt.timedelta(days=8)).isoformat(),
        })  # fmt: skip
    truth = [_order(row | {
        "amazon-order-id": row["order-id"], "asin": "", "quantity": row["quantity-purchased"], "order-status": "",
    }) for row in rows]  # fmt: skip
    columns = tuple(column for column in ORDER if column not in ("asin", "status_as_exported"))
    return Export(name, headers, rows, truth, "order_lines", columns, end="\r\n")


def returns(rng, count=8, name="returns.txt"):
    """Seller-fulfilled returns: an empty cell is one blank, days as 14-Jul-2026."""
    headers, rows = variants("amazon_mfn_returns")["v33_2026"], []
    ids, items = order_ids(rng, count), numbers(rng, count, 14)
    for index in range(count):
        sku, title, at, units, price, _ = _sale(rng)
        rows.append(dict.fromkeys(headers, " ") | {
            "Order ID": ids[index], "Order Item ID": items[index], "Amazon RMA ID": f"DZ{index}k{rng.randrange(10**6)}RRMA",
            "Order date": f"{at:%d-%b-%Y}", "Return request date": f"{at + dt.timedelta(days=9):%d-%b-%Y}",
            "Return request status": "Approved", "Label type": "AmazonUnPaidLabel", "Label cost": "6.35", "Currency code": "USD",
            "Label to be paid by": "Customer", "A-to-Z Claim": "N", "Is prime": "N", "ASIN": f"B0{rng.randrange(10**8):08d}",
            "Merchant SKU": sku, "Item Name": title, "Return quantity": str(units), "Return Reason": "CR-DEFECTIVE",
            "In policy": "Y", "Return type": "C-Returns", "Resolution": "StandardRefund", "Order Amount": price,
            "Order quantity": str(units), "Refunded Amount": price if index % 2 else " ",
            "Tracking ID": f"94001{rng.randrange(10**16):016d}7",
        })  # fmt: skip
    return Export(name, headers, rows, [_return(row) for row in rows], "returns", RETURN)


def _return(row):
    day = dt.datetime.strptime(row["Return request date"], "%d-%b-%Y").replace(tzinfo=dt.UTC)
    return {
        "order_id": row["Order ID"], "rma": row["Amazon RMA ID"], "order_item_id": row["Order Item ID"],
        "sku": row["Merchant SKU"],
        "requested_at": f"{day:%Y-%m-%d}", "reason_as_exported": row["Return Reason"], "units": int(row["Return quantity"]),
        "order_amount": amount(row["Order Amount"]), "currency": "USD", "label_cost": amount(row["Label cost"]),
        "refunded": amount(row["Refunded Amount"]), "status": row["Return request status"].lower(),
    }  # fmt: skip


def tracking(rng, count=9, name="tracking.csv"):
    """The tracking template of orderkit: a quoted comma file."""
    headers, rows = variants("tracking")["template"], []
    for order_id in order_ids(rng, count):
        at = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC) + dt.timedelta(hours=rng.randrange(700))
        rows.append(dict.fromkeys(headers, "") | {
            "order_id": order_id, "tracking": f"94001{rng.randrange(10**16):016d}7", "carrier": "Fast, Inc.",
            "shipped_at": at.isoformat(), "delivered_at": (at + dt.timedelta(days=3)).isoformat(), "state": "delivered",
            "state_at": (at + dt.timedelta(days=3)).isoformat(), "label_cost": f"{rng.randrange(300, 900) / 100:.2f}",
            "currency": "USD", "insured": "no", "protected": "no", "updated_at": (at + dt.timedelta(days=4)).isoformat(),
        })  # fmt: skip
    truth = [{
        "order_id": row["order_id"], "tracking": row["tracking"], "carrier": row["carrier"], "outcome": row["state"],
        "shipped_at": moment(row["shipped_at"]), "delivered_at": moment(row["delivered_at"]),
        "label_cost": amount(row["label_cost"]), "currency": "USD",
    } for row in rows]  # fmt: skip
    return Export(name, headers, rows, truth, "parcels", PARCEL, mark=",", quoted=True)


def tree(rng, name):
    """All Orders for a tree: no two lines in one order, so that an order is a record."""
    export = orders(rng, name=name)
    export.rows[7]["amazon-order-id"] = export.truth[7]["order_id"] = "114-7654321-1234567"
    del export.rows[4], export.truth[4]
    export.columns = TREE
    return export
