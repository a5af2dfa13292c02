"""Clean settlements, date-range reports, Shopify and eBay orders, with what is true of them."""

import datetime as dt
from decimal import Decimal

from orderkit.formats import variants

from . import clean

MONEY = ("order_id", "order_item_id", "sku", "settlement_id", "posted_at", "type", "amount", "currency")
POSTING = ("order_id", "sku", "settlement_id", "posted_at", "type", "description", "amount", "units")
SHOP_LINE = ("order_id", "sku", "product_name", "units", "item_price", "currency", "ordered_at")
EBAY_LINE = ("order_id", "order_item_id", "sku", "product_name", "units", "item_price")
PERSONAL = {
    "Email": "quendolin@zanary.example", "Billing Name": "Quendolin Zanary", "Shipping Name": "Quendolin Zanary",
    "Billing Street": "77 Zanary Lane", "Shipping Street": "77 Zanary Lane", "Shipping City": "Qanarytown",
    "Shipping Zip": "90210-7731", "Shipping Country": "US", "Shipping Phone": "555-0177-31", "Phone": "555-0177-31",
    "Buyer Username": "zanary77", "Buyer Name": "Quendolin Zanary", "Buyer Email": "quendolin@zanary.example",
    "Ship To Name": "Quendolin Zanary", "Ship To Phone": "555-0177-31", "Ship To Address 1": "77 Zanary Lane",
    "Ship To City": "Qanarytown", "Ship To Zip": "90210-7731", "Ship To Country": "United States",
    "order city": "Qanarytown", "order state": "CA", "order postal": "90210-7731",
}  # fmt: skip
ABOVE = [
    "Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions",
    "All amounts in USD, unless specified", "Definitions:", "Sales tax collected: Includes sales tax collected from buyers.",
    "Selling fees: Includes variable closing fees and referral fees.", "Other transaction fees: Includes shipping chargebacks.",
    "Other: Includes non-order transaction amounts.",
]  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(cents, mark="."):
    """Cents as an amount, with this decimal mark."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}{mark}{abs(cents) % 100:02d}"


def grouped(cents, group=",", mark="."):
    """Cents as an amount with grouped thousands."""
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    return f"{'-' if cents < 0 else ''}{whole}{mark}{abs(cents) % 100:02d}"


def comma(cents):
    """An amount with a decimal comma."""
    return plain(cents, ",")


def continental(cents):
    """An amount with points for thousands and a decimal comma."""
    return grouped(cents, ".", ",")


def swedish(cents):
    """An amount with narrow no-break blanks for thousands and a decimal comma."""
    return grouped(cents, "\u202f", ",").replace("-", "\u2212")


def settlement(rng, count=10, day="%Y-%m-%d", show=plain):
    """A settlement V2: its own row first, then amounts; the last two are identical and genuine."""
    headers, rows, truth = variants("amazon_settlement_v2")["v24"], [], [None]
    number, ids, items = str(rng.randrange(10**10, 10**11)), clean.order_ids(rng, count), clean.numbers(rng, count, 14)
    for index in range(count):
        at = dt.datetime(2026, 9, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=rng.randrange(60 * 24 * 13))
        cents = rng.randrange(301, 9_000) * (-1 if index % 3 == 2 else 1) + (150_000 if index == 1 else 0)
        word = "Order" if cents > 0 else "Refund"
        rows.append({
            "settlement-id": number, "transaction-type": word, "order-id": ids[index], "marketplace-name": "Amazon.com",
            "amount-type": "ItemPrice", "amount-description": "Principal", "amount": show(cents), "fulfillment-id": "MFN",
            "posted-date": f"{at:{day}}", "posted-date-time": f"{at:{day} %H:%M:%S} UTC", "order-item-code": items[index],
            "sku": clean.GOODS[index % 8][0], "quantity-purchased": "1",
        })  # fmt: skip
        truth.append({
            "order_id": ids[index], "order_item_id": items[index], "sku": clean.GOODS[index % 8][0], "settlement_id": number,
            "posted_at": f"{at:%Y-%m-%d %H:%M:%S}+00", "type": word, "amount": Decimal(cents) / 100, "currency": "USD",
        })  # fmt: skip
    rows[-1], truth[-1] = dict(rows[-2]), dict(truth[-2])
    total = int(sum(row["amount"] for row in truth[1:]) * 100)
    period = {"settlement-start-date": (2026, 9, 1), "settlement-end-date": (2026, 9, 15), "deposit-date": (2026, 9, 17)}
    start = {"settlement-id": number, "total-amount": show(total), "currency": "USD"}
    start |= {header: dt.datetime(*on, tzinfo=dt.UTC).strftime(f"{day} %H:%M:%S UTC") for header, on in period.items()}
    return clean.Export("settlement.txt", headers, [start, *rows], truth, "money", MONEY)


def us_moment(at):
    """A moment as the US report shows it: Sep 4, 2026 1:05:07 AM PDT."""
    at = at.astimezone(dt.timezone(dt.timedelta(hours=-7)))
    return f"{MONTHS[at.month - 1]} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S} {'PM' if at.hour > 11 else 'AM'} PDT"


def de_moment(at):
    """A moment as the German report shows it."""
    return f"{at:%d.%m.%Y %H:%M:%S} UTC"


def date_range(rng, count=10, variant="en_US_30", show=grouped, moment=us_moment, above=ABOVE):
    """Date-range transactions: lines above the header, every field in quotes, grouped thousands."""
    english, headers = variants("amazon_date_range")["en_US_30"], variants("amazon_date_range")[variant]
    if variant == "de_DE_29":
        english = [h for h in english if h not in ("account type", "Regulatory Fee", "Tax On Regulatory Fee")]
        english += ["status", "release"]
    number, ids, rows, truth = str(rng.randrange(10**10, 10**11)), clean.order_ids(rng, count), [], []
    for index in range(count):
        at = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC) + dt.timedelta(minutes=rng.randrange(60 * 24 * 25))
        sale, fee = rng.randrange(2_000, 9_000) + (150_000 if index in (1, 5) else 0), -rng.randrange(100, 900)
        sku, title = clean.GOODS[index % 8]
        money = [
            header for header in english if header.split()[-1] in ("sales", "tax", "credits", "rebates", "fees", "other", "Fee")
        ]
        row = dict.fromkeys(money, show(0)) | {
            "date/time": moment(at), "settlement id": number, "type": "Order", "order id": ids[index], "sku": sku,
            "description": title, "quantity": "1", "marketplace": "amazon.com", "account type": "Standard Orders",
            "fulfillment": "Seller", "product sales": show(sale), "selling fees": show(fee), "total": show(sale + fee),
            "Transaction Status": "Released", "status": "Released", "tax collection model": "",
        }  # fmt: skip
        row |= {header: value for header, value in PERSONAL.items() if header in english}
        rows.append({local: row.get(name, "") for local, name in zip(headers, english, strict=True)})
        truth.append({
            "order_id": ids[index], "sku": sku, "settlement_id": number, "posted_at": f"{at:%Y-%m-%d %H:%M:%S}+00",
            "type": "Order",
            "description": title, "amount": Decimal(sale + fee) / 100, "units": 1,
        })  # fmt: skip
    export = Quoted("date-range.csv", headers, rows, truth, "money", POSTING, mark=",", quoted=True)
    export.above = list(above)
    return export


class Quoted(clean.Export):
    """A comma file in which every field but those above the header is quoted."""

    def line(self, cells):
        """One line, all cells quoted."""
        return self.mark.join('"' + cell.replace('"', '""') + '"' for cell in cells)


def shopify(rng, count=9):
    """Shopify orders: every third order has two lines, and only the first row tells of the order."""
    headers, rows, truth, number = variants("shopify_orders")["v79"], [], [], 1000
    for index in range(count):
        second = index % 3 == 1
        at = dt.datetime(2026, 9, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=rng.randrange(60 * 24 * 25))
        number += not second
        sku, title = clean.GOODS[index % 8]
        cents, units = rng.randrange(301, 9_000), 1 + index % 2
        row = {"Name": f"#{number}", "Created at": f"{at:%Y-%m-%d %H:%M:%S} +0000", "Lineitem quantity": str(units),
               "Lineitem name": title, "Lineitem price": plain(cents), "Lineitem sku": sku, "Lineitem requires shipping": "true",
               "Lineitem fulfillment status": "pending", "Vendor": "Own"}  # fmt: skip
        if not second:
            row |= {"Financial Status": "paid", "Fulfillment Status": "unfulfilled", "Currency": "USD",
                    "Subtotal": plain(cents * units),
                    "Shipping": "4.99", "Taxes": "0.00", "Total": plain(cents * units + 499), "Notes": "Ring twice",
                    "Paid at": row["Created at"], "Id": str(5_000_000_000_000 + number)} | PERSONAL  # fmt: skip
        when = f"{at:%Y-%m-%d %H:%M:%S}+00"
        if second:
            row["Created at"], when = rows[-1]["Created at"], truth[-1]["ordered_at"]
        rows.append({header: row.get(header, "") for header in headers})
        truth.append({"order_id": f"#{number}", "sku": sku, "product_name": title, "units": units, "currency": "USD",
                      "item_price": Decimal(cents * units) / 100, "ordered_at": when})  # fmt: skip
    for row in rows:  # the subtotal is that of the whole order
        if row["Subtotal"]:
            row["Subtotal"] = str(sum(line["item_price"] for line in truth if line["order_id"] == row["Name"]))
    return clean.Export("orders_export.csv", headers, rows, truth, "order_lines", SHOP_LINE, mark=",", quoted=True)


def orphaned(export):
    """Rows of an order whose first row was set aside: neither currency nor moment is known, and the message says so."""
    poorer = [truth | {"currency": None, "ordered_at": None} for truth in export.truth]
    return [tuple(truth[column] for column in export.columns) for truth in [*poorer, *export.truth]], "set aside"


def ebay(rng, count=8):
    """eBay orders: a row of commas above and below the header, money with its sign, footers."""
    headers, rows, truth = variants("ebay_orders")["v80"], [], []
    for index in range(count):
        sku, title = clean.GOODS[index % 8]
        cents = rng.randrange(301, 9_000) + (140_000 if index == 2 else 0)
        number = f"{rng.randrange(10, 30):02d}-{rng.randrange(10**5):05d}-{rng.randrange(10**5):05d}"
        row = {"Sales Record Number": str(4000 + index), "Order Number": number,
               "Item Number": str(rng.randrange(10**11, 10**12)),
               "Item Title": title, "Custom Label": sku, "Quantity": "1", "Sold For": f"${grouped(cents)}",
               "Shipping And Handling": "$4.99", "Total Price": f"${grouped(cents + 499)}", "Sale Date": f"Sep-{index + 10}-26",
               "Paid On Date": f"Sep-{index + 10}-26", "Ship By Date": f"Sep-{index + 12}-26", "Tracking Number": "",
               "Transaction ID": str(rng.randrange(10**12, 10**13))} | PERSONAL  # fmt: skip
        rows.append({header: row.get(header, "--" if header == "Buyer Note" else "") for header in headers})
        truth.append({"order_id": number, "order_item_id": row["Transaction ID"], "sku": sku, "product_name": title, "units": 1,
                      "item_price": Decimal(cents) / 100})  # fmt: skip
    export = Footed("ebay-orders.csv", headers, rows, truth, "order_lines", EBAY_LINE, mark=",", quoted=True)
    export.above = ["," * (len(headers) - 1)]
    return export


class Footed(clean.Export):
    """An eBay download: a row of commas below the header, and the count and the seller's name at the end."""

    def lines(self):
        """All lines; the first record stands on line 4."""
        above, head, *rows = super().lines()
        count = f"{len(rows)},record(s) downloaded, from Sep-01-26 to Sep-30-26"
        return [above, head, above, *rows, "", count, "Seller ID : example-shop"]
