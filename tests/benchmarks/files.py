"""Exports of any size for the benchmark, the same on every run: all values come from hashes of the line number.

Run as a process of its own (`python -m benchmarks.files NAME LINES FOLDER`), so that the engine's memory is not the measurer's.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path

import duckdb

from orderkit.formats import variants

# One order in ten holds two lines, so 1.1 lines per order. Dates run through two years in the order of the file. Of 100 lines 60
# are the seller's own to ship, 4 are cancelled (no currency, no money), 6 are not shipped yet.
BASE = """
    SELECT
        i,
        o,
        hash(i) AS h,
        hash(o, 'order') AS g,
        TIMESTAMP '2024-01-01' + to_seconds(CAST(o * 63000000.0 / {orders} AS BIGINT) + (g % 40000)::BIGINT) AS bought,
        bought + to_seconds(3600 + (g // 7 % 400000)::BIGINT) AS updated,
        CASE g // 11 % 10
            WHEN 0 THEN 'GBP' WHEN 1 THEN 'EUR' WHEN 2 THEN 'EUR' WHEN 3 THEN 'CAD' WHEN 4 THEN 'JPY' ELSE 'USD'
        END AS money_of,
        g // 13 % 10 < 6 AS own,
        CASE
            WHEN g // 17 % 100 < 4 THEN 'Cancelled' WHEN g // 17 % 100 < 8 THEN 'Unshipped'
            WHEN g // 17 % 100 < 10 THEN 'Pending' ELSE 'Shipped'
        END AS state,
        state = 'Cancelled' AS dead,
        CASE WHEN h % 20 = 0 THEN 2 ELSE 1 END AS units,
        CAST((500 + h // 20 % 9500) / CASE WHEN money_of = 'JPY' THEN 1 ELSE 100 END AS DECIMAL(18, 2)) AS price,
        CASE WHEN second AND g // 19 % 200 = 0 THEN g % 5000 ELSE h // 23 % 5000 END AS item,
        h // 29 % 10 = 0 AS cut
    FROM (
        SELECT range AS i, CAST(range // 11 * 10 + least(range % 11, 9) AS BIGINT) AS o, range % 11 >= 9 AS second
        FROM range({lines})
    )
"""


def _pick(words, seed):
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words.split("|"))
    return f"([{listed}])[1 + CAST({seed} % {len(words.split('|'))} AS INTEGER)]"


def _moment(sql, end="+00:00"):
    return f"strftime({sql}, '%Y-%m-%dT%H:%M:%S{end}')"


TITLE = " || ' ' || ".join([
    _pick("Stoneware|Walnut|Merino|Brushed Steel|Organic Cotton|Hand Blown|Recycled|Cast Iron|Bamboo|Ceramic", "item"),
    _pick("Mug|Board|Blanket|Kettle|Towel Set|Vase|Lunch Box|Skillet|Tray|Bowl|Lamp|Basket|Cushion|Clock|Frame", "item // 10"),
    _pick('with Handle, 12 oz|15" x 10"|for Two, Gift Boxed|Set of 4, Dishwasher Safe|Extra Large, 180 x 220|S', "item // 150"),
    _pick("in Sand|in Forest Green|in Midnight Blue|in Terracotta|in Slate|in Off White|in Rust", "item // 3"),
    _pick("- Everyday Series|- Heritage Collection, New 2024 Design|- Studio Edition with Care Booklet|- Outlet", "item // 7"),
])  # fmt: skip
PROMOTION = "'Coupon-' || item || '-' || upper(substr(md5(CAST(g % 90 AS VARCHAR)), 1, 12))"
ORDER_ID = (
    "printf('1%02d-%07d-%07d', o // 10000000 * 10 + (g // 67 % 10)::BIGINT, (g // 71 % 10000000)::BIGINT, o * 7654321 % 10000000)"
)
ITEM_ID = "printf('%014d', 10000000000000 + i * 7919)"
SKU = "printf('SKU-%05d-%s', item, ['S', 'M', 'L'][1 + CAST(item % 3 AS INTEGER)])"
SITE = (
    "CASE money_of WHEN 'USD' THEN 'Amazon.com' WHEN 'GBP' THEN 'Amazon.co.uk' WHEN 'CAD' THEN 'Amazon.ca'"
    " WHEN 'JPY' THEN 'Amazon.co.jp' ELSE ['Amazon.de', 'Amazon.fr'][1 + CAST(g // 31 % 2 AS INTEGER)] END"
)
COUNTRY = (
    "CASE money_of WHEN 'USD' THEN 'US' WHEN 'GBP' THEN 'GB' WHEN 'CAD' THEN 'CA' WHEN 'JPY' THEN 'JP'"
    " ELSE ['DE', 'FR'][1 + CAST(g // 31 % 2 AS INTEGER)] END"
)
CITY = _pick("Springfield|Riverside|Franklin|Greenville|Bristol|Clinton|Fairview|Salem|Madison|Georgetown", "g // 37")
PRICE = "CASE WHEN NOT dead THEN price END"
SHIPPING = "CASE WHEN NOT dead AND own THEN CASE WHEN money_of = 'JPY' THEN 600.00 ELSE 4.99 END END"
TAX = "CASE WHEN NOT dead THEN CAST(price * 0.08 AS DECIMAL(18, 2)) END"
CUT = "CASE WHEN cut AND NOT dead THEN CAST(price * 0.1 AS DECIMAL(18, 2)) END"

ALL_ORDERS = {
    "amazon-order-id": ORDER_ID,
    "merchant-order-id": ORDER_ID,
    "purchase-date": _moment("bought"),
    "last-updated-date": _moment("updated"),
    "order-status": "state",
    "fulfillment-channel": "CASE WHEN own THEN 'Merchant' ELSE 'Amazon' END",
    "sales-channel": SITE,
    "ship-service-level": "CASE WHEN own THEN 'Standard' ELSE 'Expedited' END",
    "product-name": TITLE,
    "sku": SKU,
    "asin": "printf('B0%08X', item * 7919)",
    "item-status": "state",
    "quantity": "CASE WHEN dead THEN 0 ELSE units END",
    "currency": "CASE WHEN NOT dead THEN money_of END",
    "item-price": PRICE,
    "item-tax": TAX,
    "shipping-price": SHIPPING,
    "item-promotion-discount": CUT,
    "ship-city": CITY,
    "ship-state": _pick("IL|CA|TX|NY|WA|OH|FL|GA|PA|MI", "g // 41"),
    "ship-postal-code": "printf('%05d-%04d', (g // 43 % 100000)::BIGINT, (g // 47 % 10000)::BIGINT)",
    "ship-country": COUNTRY,
    "promotion-ids": f"CASE WHEN cut THEN {PROMOTION} END",
    "is-business-order": "CASE WHEN g % 25 = 0 THEN 'true' ELSE 'false' END",
    "signature-confirmation-recommended": "'false'",
}
BUYER = {
    "buyer-email": "substr(md5(CAST(g AS VARCHAR)), 1, 14) || '@marketplace.example.com'",
    "buyer-name": _pick("A. Example|B. Sample|C. Nobody|D. Placeholder", "g // 53"),
    "buyer-phone-number": "printf('555-01%02d', (g % 100)::BIGINT)",
    "recipient-name": _pick("A. Example|B. Sample|C. Nobody|D. Placeholder", "g // 59"),
    "ship-address-1": "printf('%d Example Street', (g // 61 % 900)::BIGINT)",
}
BOTH_REPORTS = {
    **BUYER,
    "order-id": ORDER_ID,
    "order-item-id": ITEM_ID,
    "purchase-date": _moment("bought - INTERVAL 8 HOUR", "-08:00"),
    "payments-date": _moment("bought - INTERVAL 8 HOUR + INTERVAL 5 MINUTE", "-08:00"),
    "quantity-purchased": "units",
    **{name: ALL_ORDERS[name] for name in ("sku", "product-name", "ship-city", "ship-state", "ship-postal-code", "ship-country")},
    "is-business-order": ALL_ORDERS["is-business-order"],
}
REPORT = {
    **BOTH_REPORTS,
    "currency": "money_of",
    "item-price": "price",
    "item-tax": "CAST(price * 0.08 AS DECIMAL(18, 2))",
    "shipping-price": "CASE WHEN money_of = 'JPY' THEN 600.00 ELSE 4.99 END",
    "ship-service-level": "'Standard'",
    "sales-channel": SITE,
    "latest-ship-date": _moment("date_trunc('day', bought) + INTERVAL 3 DAY - INTERVAL 1 SECOND", "Z"),
    "latest-delivery-date": _moment("date_trunc('day', bought) + INTERVAL 9 DAY - INTERVAL 1 SECOND", "Z"),
    "is-prime": "'false'",
}
UNSHIPPED = {
    **BOTH_REPORTS,
    "reporting-date": _moment("bought - INTERVAL 8 HOUR + INTERVAL 31 MINUTE", "-08:00"),
    "promise-date": _moment("date_trunc('day', bought) + INTERVAL 3 DAY - INTERVAL 1 SECOND", "Z"),
    "days-past-promise": "-2",
    "quantity-shipped": "0",
    "quantity-to-ship": "units",
    "ship-service-level": "'Standard'",
}
RESTATED = {
    "last-updated-date": _moment("CASE WHEN g // 3 % 4 > 0 THEN updated + INTERVAL 9 DAY ELSE updated END"),
    "order-status": "CASE WHEN g // 3 % 4 > 0 AND NOT dead THEN 'Shipped' ELSE state END",
}
UNSHIPPED_HEADERS = """
    order-id order-item-id purchase-date payments-date reporting-date promise-date days-past-promise buyer-email buyer-name
    buyer-phone-number sku product-name quantity-purchased quantity-shipped quantity-to-ship ship-service-level recipient-name
    ship-address-1 ship-address-2 ship-address-3 ship-city ship-state ship-postal-code ship-country is-business-order
    purchase-order-number price-designation
"""
# every thousandth line is broken, in one of these ways; `l` is the line as it should be
BROKEN = r"""
    CASE WHEN i % 1000 <> 7 THEN l ELSE CASE i // 1000 % 8
        WHEN 0 THEN replace(l, 'T', ' at ')
        WHEN 1 THEN l || chr(9) || 'x'
        WHEN 2 THEN regexp_replace(l, '\t[^\t]*$', '')
        WHEN 3 THEN replace(l, '+00:00', '')
        WHEN 4 THEN replace(l, 'SKU', chr(9) || 'SKU')
        WHEN 5 THEN 'x' || l
        WHEN 6 THEN substr(l, 1, 150)
        ELSE regexp_replace(l, '\tSKU[^\t]*', chr(9))
    END END
"""
FATES = "([{fates}])[1 + CAST(g // 73 % 50 AS INTEGER)]".format(
    fates=", ".join(["'lost'", "'damaged'", "'returning'", "'in_transit'", "'in_transit'"] + ["'delivered'"] * 45)
)
SENT = "bought + INTERVAL 1 DAY"
ARRIVED = "bought + INTERVAL 2 DAY + INTERVAL 1 DAY * CAST(g // 79 % 9 AS INTEGER)"
TRACKING = {
    "order_id": ORDER_ID,
    "order_item_id": ITEM_ID,
    "tracking": "printf('TRK%013d', i)",
    "carrier": "(['USPS', 'UPS', 'FedEx', 'DHL'])[1 + CAST(g // 83 % 4 AS INTEGER)]",
    "service": "(['Ground', 'Air'])[1 + CAST(g // 89 % 2 AS INTEGER)]",
    "shipped_at": _moment(SENT),
    "confirmed_at": _moment(SENT),
    "first_scan_at": _moment(SENT + " + INTERVAL 5 HOUR"),
    "last_scan_at": _moment(ARRIVED),
    "delivered_at": f"CASE WHEN {FATES} = 'delivered' THEN {_moment(ARRIVED)} END",
    "state": FATES,
    "state_at": _moment(ARRIVED),
    "label_cost": "'4.20'",
    "currency": "money_of",
    "insured": "CASE WHEN g // 97 % 10 = 0 THEN 'yes' ELSE 'no' END",
    "protected": "'no'",
    "updated_at": _moment(ARRIVED),
}
REASON = _pick("CR-DEFECTIVE|CR-UNWANTED_ITEM|CR-SWITCHEROO|CR-MISSED_ESTIMATED_DELIVERY|AMZ-PG-APP-TOO-SMALL", "g // 101")
DAY = "strftime({sql}, '%d-%b-%Y')"
RETURNED = {
    "Order ID": ORDER_ID,
    "Order date": DAY.format(sql="bought"),
    "Return request date": DAY.format(sql="bought + INTERVAL 15 DAY"),
    "Return request status": "'Approved'",
    "Amazon RMA ID": "printf('D%010dRRMA', i)",
    "Label cost": "'6.30'",
    "Currency code": "money_of",
    "Label to be paid by": "'Customer'",
    "A-to-Z Claim": "'N'",
    "Is prime": "'N'",
    "ASIN": ALL_ORDERS["asin"],
    "Merchant SKU": SKU,
    "Item Name": TITLE,
    "Return quantity": "1",
    "Return Reason": REASON,
    "In policy": "'Y'",
    "Return type": "'C-Returns'",
    "Resolution": "'StandardRefund'",
    "Return delivery date": DAY.format(sql="bought + INTERVAL 24 DAY"),
    "Order Amount": "price",
    "Order quantity": "units",
    "Order Item ID": ITEM_ID,
}
# name: (headers, values, which lines, what is done to the line)
EXPORTS = {
    "orders": (variants("amazon_all_orders")["v33_2024_2026"], ALL_ORDERS, "true", "l"),
    "broken": (variants("amazon_all_orders")["v33_2024_2026"], ALL_ORDERS, "true", BROKEN),
    "reload": (variants("amazon_all_orders")["v33_2024_2026"], ALL_ORDERS | RESTATED, "g // 3 % 60 < 4", "l"),
    "report": (variants("amazon_order_report")["modern_46"], REPORT, "own", "l"),
    "unshipped": (UNSHIPPED_HEADERS.split(), UNSHIPPED, "own", "l"),
    "grown": (variants("amazon_all_orders")["v33_2024_2026"], ALL_ORDERS, "true", "l"),
    "tracking": (variants("tracking")["template"], TRACKING, "own AND state = 'Shipped'", "l"),
    "returned": (variants("amazon_mfn_returns")["v33_2026"], RETURNED, "own AND state = 'Shipped' AND g // 103 % 12 = 0", "l"),
}
COMMAS = ("tracking",)  # the exports whose cells are parted by commas; all others by tabs
GROWN = 0.05  # share of lines that `grown`, the orders exported once more some weeks later, has beyond those of `orders`
# what is true of the shop, told by the maker and not by any reader of the files
TRUTH = """
    SELECT
        json_object(
            'lines', (SELECT count(*) FROM base),
            'money', (SELECT json_group_object(money_of, CAST(paid AS VARCHAR)) FROM paid),
            'money_without_broken', (SELECT json_group_object(money_of, CAST(whole AS VARCHAR)) FROM paid),
            'broken', (SELECT count(*) FROM base WHERE i % 1000 = 7),
            'restated', (SELECT count(*) FROM base WHERE g // 3 % 60 < 4 AND g // 3 % 4 > 0),
            'unchanged', (SELECT count(*) FROM base WHERE g // 3 % 60 < 4 AND g // 3 % 4 = 0),
            'own', (SELECT count(*) FROM base WHERE own),
            'new', {new}
        )
"""


def base(lines, grown=0):
    """SELECT of the order lines of a shop, and of so many more that come after them."""
    return BASE.format(lines=lines + grown, orders=lines * 10 // 11 + 1)


def new_lines(lines):
    """How many lines `grown` has beyond those of `orders`."""
    return round(lines * GROWN)


SAMPLED = 10_000  # lines that the slow contestants answer


def sampled(table):
    """The first lines of a table with a column `line`, as a SELECT in brackets."""
    return f"(SELECT * FROM {table} WHERE line < printf('%014d', {10**13 + SAMPLED * 7919}))"


def _write(con, name, lines, path):
    """Writes the export `name` of a shop with so many order lines."""
    headers, values, which, line = EXPORTS[name]
    cells = [f"coalesce(CAST({values[header]} AS VARCHAR), '')" if header in values else "''" for header in headers]
    between, rows = "," if name in COMMAS else "\t", base(lines, new_lines(lines) if name == "grown" else 0)
    con.execute(f"""
        COPY (
            SELECT {line} AS "{between.join(headers)}"
            FROM (SELECT i, {f" || chr({ord(between)}) || ".join(cells)} AS l FROM ({rows}) WHERE {which})
        )
        TO '{path}' (FORMAT csv, HEADER true, DELIMITER '\x01', QUOTE '', ESCAPE '')
    """)


def truth(lines):
    """What a right load of the exports finds: counts of lines, and the sum of the item price by currency."""
    con = duckdb.connect()
    found = con.sql(f"""
        WITH base AS ({base(lines)}),
        paid AS (
            SELECT money_of, sum(price) AS paid, sum(price) FILTER (i % 1000 <> 7) AS whole
            FROM base
            WHERE NOT dead
            GROUP BY money_of
            ORDER BY money_of
        )
        {TRUTH.format(new=new_lines(lines))}
    """).fetchall()[0][0]
    con.close()
    return json.loads(found)


def make(name, lines, path):
    """Writes one export; `gz` is the orders, packed. Whole or not at all: a broken-off file is never taken for one."""
    path = Path(path)
    half = path.with_suffix(".half")
    if name == "truth":
        half.write_text(json.dumps(truth(lines)), encoding="utf-8")
    elif name == "gz":
        with path.with_name("orders.txt").open("rb") as plain, gzip.open(half, "wb", 6) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
    else:
        con = duckdb.connect()
        con.execute("SET TimeZone = 'UTC'")
        _write(con, name, lines, half)
        con.close()
    half.replace(path)


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]), sys.argv[3])
