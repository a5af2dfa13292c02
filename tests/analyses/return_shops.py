"""Small shops with returns, made by hand, for the tests of what is said of returns; and what every answer must hold to."""

import datetime as dt
import json
import re
from decimal import Decimal

import shops

from orderkit import charts as charts  # draws the results: importing it registers the figures
from orderkit.analyses import returns
from orderkit.terminal import records

D = Decimal
AS_OF = dt.date(2026, 9, 30)
UNTIL = dt.datetime(2026, 9, 29, 23, 59, tzinfo=dt.UTC)
DRAWN = (None, "weeks", "products", "alarms")


def empty(as_of=AS_OF, exports=("amazon_mfn_returns",)):
    """A shop without an order, of which returns exports tell up to 29 September 2026."""
    con = shops.empty(as_of=as_of)
    for name in exports:
        shops.add_load(con, name, covers_to=UNTIL)
    return con


def day(text):
    return dt.date.fromisoformat(text)


def sell(con, order_id, line="1", *, units=1, on="2026-06-01", price="20.00", **values):
    """An order line that was shipped, 20.00 in all unless told."""
    values = {"sku": "MUG", "delivery": "on_time"} | values
    shops.add_line(con, order_id, line, units=units, ordered_day=day(on), value=D(price), **values)


def ask(con, return_id, order_id, line="1", *, on="2026-06-10", **values):
    """A return that a buyer asked for, by default of a mug that he did not want."""
    values = {"sku": "MUG", "reason": "UNWANTED_ITEM", "reason_group": "remorse", "usual_cause": "buyer"} | values
    shops.add_return(con, return_id, order_id, line, requested_at=day(on) if on else None, **values)


def book(con, order_id, amount, *, category="refund", type="Refund", description="Principal", currency="USD", **values):
    """A booking of the money exports, by default a refund on the order alone."""
    row = f"M{con.sql('SELECT count(*) FROM money').fetchall()[0][0]}"
    told = {"type": type, "description": description, "currency": currency}
    shops.add_booking(con, row, order_id, category, D(amount), **told, **values)


def product(con, sku, *, category=None, resale_share=None, valid_from=None):
    row = f"P{con.sql('SELECT count(*) FROM products').fetchall()[0][0]}"
    told = {"sku": sku, "category": category, "resale_share": resale_share, "valid_from": valid_from}
    shops.put(con, "products", account="shop", row=row, **told)


def with_answers(con, pack):
    """Empty answers for every question of a pack, to which a test adds its own."""
    for question in pack.questions.values():
        key = "line" if question.of == "order_lines" else "return_id"
        columns = f"account VARCHAR, order_id VARCHAR, {key} VARCHAR, {shops.ANSWER}"
        con.execute(f"CREATE TEMP TABLE IF NOT EXISTS answers_{question.name} ({columns})")
    return con


def answered(con, **asked):
    """The result, after it was read in every way in which a user may: as text, as a page, as JSON and as pictures."""
    result = returns(con, **asked)
    texts = [result.headline, *result.how]
    for text in texts:
        assert re.fullmatch(r"\S.*\.", text), text
        assert not re.search(r"\b(?:nan|NaT|None)\b|<NA>|\.\.", text), text
        assert not re.search(r"(?<![.\d])\b1 (?:returns|units|lines|weeks|refunds|products)\b", text), text
    pages = [repr(result), result._repr_html_(), *(str(result.picture(name)) for name in DRAWN)]
    assert not any(re.search(r">\s*nan\s*<|\bNaT\b|<NA>", page) for page in pages)
    json.dumps(
        {"headline": result.headline, "how": result.how, "totals": result.totals, "rows": records(result.frame)},
        default=str,
        allow_nan=False,
    )
    costs = result.frame.dropna(subset=["cost"])
    for currency in costs["currency"].dropna().unique():
        result.picture(of="cost", currency=currency)
    assert result.frame["returns"].sum() == result.tables["counts"]["returns"], "no return is dropped"
    return result


def booked(result):
    """{(currency, kind): (of returns, of no return, total)} of all refund money."""
    return {
        (row.currency, row.kind): (row.of_returns, row.of_no_return, row.total) for row in result.tables["booked"].itertuples()
    }


def units(con, columns="return_id, units"):
    """The rows of the table of returns, after `answered`."""
    return con.sql(f"SELECT {columns} FROM return_units ORDER BY return_id").fetchall()


def cents(con):
    """[(return or None, kind, cents)] of what is booked, shared out, after `answered`."""
    return con.sql("SELECT return_id, kind, cents FROM return_money ORDER BY ALL").fetchall()
