"""Small exports written by hand, and helpers to load and compare them."""

from orderkit import store
from orderkit.formats import EVENTS, variants

CANONICAL = ("order_lines", "parcels", "parcel_lines", "returns", "requests", "inspections", *EVENTS)
ALL_ORDERS = variants("amazon_all_orders")["v34_2026_item_id_last"]
WITHOUT_IDS = variants("amazon_all_orders")["v33_2024_2026"]
ORDER_REPORT = variants("amazon_order_report")["modern_46"]
RETURNS = variants("amazon_mfn_returns")["v33_2026"]


def order_id(number):
    """A made-up order number."""
    return f"111-0000000-{number:07d}"


def order_line(number, item="", headers=ALL_ORDERS, **cells):
    """One line of All Orders: a shipped FBM line of 1 unit at 12.50 USD; `cells` says what differs (underscores for hyphens)."""
    row = {
        "amazon-order-id": order_id(number), "order-item-id": item, "sku": "MUG", "asin": "B000000001", "order-status": "Shipped",
        "item-status": "Shipped", "quantity": "1", "currency": "USD", "item-price": "12.50", "fulfillment-channel": "Merchant",
        "purchase-date": "2026-11-01T10:00:00+00:00", "last-updated-date": "2026-11-02T10:00:00+00:00",
        "sales-channel": "Amazon.com", "product-name": '4" mug',
        "ship-postal-code": "90210-1234", "ship-country": "US", "ship-city": "Canaryville",
    }  # fmt: skip
    row |= {name.replace("_", "-"): value for name, value in cells.items()}
    return "\t".join(row.get(header, "") for header in headers)


def report_line(number, item, **cells):
    """One line of the Order report, with promised dates; names and streets are canaries."""
    row = {
        "order-id": order_id(number), "order-item-id": item, "sku": "MUG", "quantity-purchased": "1",
        "currency": "USD", "item-price": "12.50", "shipping-price": "4.99", "sales-channel": "Amazon.com",
        "purchase-date": "2026-11-01T02:00:00-08:00", "payments-date": "2026-11-01T02:05:00-08:00",
        "latest-ship-date": "2026-11-04T07:59:59Z", "latest-delivery-date": "2026-11-10T07:59:59Z",
        "buyer-name": "Canary Buyer", "buyer-email": "canary@example.com",
        "recipient-name": "Canary Recipient", "ship-phone-number": "555-0100", "ship-address-1": "1 Canary Street",
        "ship-city": "Canaryville", "ship-postal-code": "90210-1234", "ship-country": "US",
    }  # fmt: skip
    row |= {name.replace("_", "-"): value for name, value in cells.items()}
    return "\t".join(row.get(header, "") for header in ORDER_REPORT)


def write(path, headers, lines, end="\n", delimiter="\t"):
    """A file of a header and lines; its path."""
    path.write_bytes((end.join([delimiter.join(headers), *lines]) + end).encode())
    return path


def loaded(path, *files, account="main"):
    """A read-only connection to a new database holding the files, loaded one after another in the order given."""
    for file in files:
        store.load(file, db=path, account=account)
    return store.reader(path)


def contents(con, without=()):
    """All rows of all canonical tables, sorted; columns named in `without` left out."""
    found = {}
    for table in CANONICAL:
        columns = [column for column in con.table(table).columns if column not in without]
        names = ", ".join(f'"{column}"' for column in columns)
        found[table] = con.sql(f"SELECT {names} FROM {table} ORDER BY ALL").fetchall()
    return found
