"""Small shops made by hand: canonical tables and facts with just the columns that a test talks about."""

import datetime as dt
import functools

import pandas as pd

from tests.empty import connection

FACTS = {
    "line_facts": """
        account VARCHAR, order_id VARCHAR, line VARCHAR, sku VARCHAR, order_item_id VARCHAR, channel VARCHAR, marketplace VARCHAR,
        currency VARCHAR, value DECIMAL(18, 2), units INTEGER,
        ordered_day DATE, ship_by_day DATE, deliver_by_day DATE, first_deliver_by_day DATE, as_of_day DATE,
        status VARCHAR, delivery VARCHAR, tracking VARCHAR, confirmed BOOLEAN, handed_over BOOLEAN, official_request BOOLEAN,
        shipped_day DATE, confirmed_day DATE, delivered_day DATE, seen_day DATE,
        carrier VARCHAR, carrier_name VARCHAR, service VARCHAR, tracking_number VARCHAR, protected BOOLEAN, insured BOOLEAN,
        complained BOOLEAN, refund_on_record VARCHAR, refunded_day DATE, claim_on_record VARCHAR,
        days_past_deliver_by INTEGER, days_past_ship_by INTEGER,
        cancel_asked_at TIMESTAMPTZ, cancel_answered_at TIMESTAMPTZ,
        upgrade_asked_at TIMESTAMPTZ, upgrade_answered_at TIMESTAMPTZ,
        address_asked_at TIMESTAMPTZ, address_answered_at TIMESTAMPTZ,
        not_received_asked_at TIMESTAMPTZ, not_received_answered_at TIMESTAMPTZ""",
    "return_facts": """
        account VARCHAR, return_id VARCHAR, order_id VARCHAR, line VARCHAR,
        channel VARCHAR, marketplace VARCHAR, currency VARCHAR, fault VARCHAR, state VARCHAR,
        ordered_day DATE, units_sold INTEGER,
        received BOOLEAN, refunded_amount DECIMAL(18, 2), is_refunded BOOLEAN, closed BOOLEAN, value DECIMAL(18, 2),
        refund_on_record VARCHAR, safe_t_filed BOOLEAN,
        days_since_requested INTEGER, days_since_received INTEGER""",
}
ANSWER = (
    "answer VARCHAR, rule VARCHAR, who_pays VARCHAR, recovery_source VARCHAR, deadline DATE,"
    " deadline_latest DATE, missing VARCHAR, ask_for VARCHAR, source VARCHAR"
)
QUESTIONS = {
    "line": ("cancel", "upgrade", "address", "not_received"),
    "return_id": ("return_request", "return_received"),
}
LINE = {
    "account": "shop",
    "channel": "FBM",
    "marketplace": "amazon.com",
    "currency": "USD",
    "status": "shipped",
    "ordered_day": dt.date(2026, 3, 2),
    "as_of_day": dt.date(2026, 3, 31),
    "confirmed": True,
    "handed_over": True,
    "official_request": False,
    "claim_on_record": "none",
}
RETURN = {
    "account": "shop",
    "channel": "FBM",
    "marketplace": "amazon.com",
    "currency": "USD",
    "received": False,
    "units": 1,
    "requested_at": dt.date(2026, 3, 9),
}
PARCEL = {"account": "shop", "named": True, "carrier": "UPS"}


def empty(as_of=dt.date(2026, 3, 31), clock=None):
    """A connection with all tables and facts, empty, as of a day."""
    con = connection(sites=["amazon.com", "amazon.de"], first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
    con.execute(
        "CREATE TEMP TABLE context AS SELECT $day::DATE AS as_of_day, $clock::DATE AS clock_day",
        {"day": as_of, "clock": clock or as_of},
    )
    for name, columns in FACTS.items():
        con.execute(f"CREATE TEMP TABLE {name} ({columns})")
    for key, questions in QUESTIONS.items():
        for question in questions:
            con.execute(f"CREATE TEMP TABLE answers_{question} (account VARCHAR, order_id VARCHAR, {key} VARCHAR, {ANSWER})")
    return con


def clear(con):
    """Empties everything that a test may have put in: cheaper than a new connection."""
    tables = ("order_lines", "parcels", "parcel_lines", "returns", "money", "products", "feedback", "loads", "rejects")
    for table in (*tables, *FACTS):
        con.execute(f"DELETE FROM {table}")


@functools.cache
def columns_of(table):
    """The columns of a table: from a shop that nobody uses, since all shops have the same."""
    return [name for (name,) in empty().sql(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()]


def put(con, table, **values):
    """Adds one row; columns that the table lacks are left out, so that one dict can feed a table and its facts."""
    values = {name: value for name, value in values.items() if name in columns_of(table)}
    names = ", ".join(f'"{name}"' for name in values)
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('$' + name for name in values)})", values)


def put_many(con, table, rows):
    """Adds rows that have the same keys, at once: for shops of hundreds of orders."""
    frame = pd.DataFrame(rows, dtype=object)
    names = ", ".join(f'"{name}"' for name in frame.columns if name in columns_of(table))
    con.register("many_rows", frame)
    con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM many_rows")
    con.unregister("many_rows")


def add_line(con, order_id, line="1", **values):
    """One order line in order_lines and line_facts: FBM, shipped, amazon.com, price equal to value, unless told."""
    values = LINE | {"order_id": order_id, "line": line} | values
    values.setdefault("item_price", values.get("value"))
    for table in ("order_lines", "line_facts"):
        put(con, table, **values)


def add_parcel(con, parcel, order_id=None, *lines, **values):
    """One parcel, with the lines of one order in it."""
    put(con, "parcels", **PARCEL | {"parcel": parcel, "order_id": order_id} | values)
    for line in lines:
        put(con, "parcel_lines", account="shop", parcel=parcel, order_id=order_id, line=line)


def add_return(con, return_id, order_id, line=None, **values):
    """One return line: in returns and return_facts, which know of its order line if that was added before."""
    told = "SELECT ordered_day, CASE WHEN handed_over THEN units END FROM line_facts WHERE order_id = $1 AND line = $2 LIMIT 1"
    ordered_day, units_sold = (con.execute(told, [order_id, line]).fetchall() or [(None, None)])[0]
    about = {"return_id": return_id, "order_id": order_id, "line": line, "ordered_day": ordered_day, "units_sold": units_sold}
    values = RETURN | about | values
    amount = values.get("refunded")
    for table in ("returns", "return_facts"):
        put(con, table, **values | {"refunded_amount": amount, "is_refunded": True if amount and amount > 0 else None})


def add_booking(con, row, order_id, category, amount, **values):
    """One booking of the money exports that counts, for example an A-to-z claim of -10.00."""
    put(
        con,
        "money",
        **{"account": "shop", "row": row, "order_id": order_id, "category": category, "amount": amount, "counts": True} | values,
    )


def add_feedback(con, order_id, rating, **values):
    """The feedback of one order, one to five stars."""
    put(con, "feedback", **{"account": "shop", "row": f"F-{order_id}-{rating}", "order_id": order_id, "rating": rating} | values)


def add_answer(con, question, order_id, key, **values):
    """The policy's answer to a question about a line or a return."""
    kind = "return_id" if question.startswith("return") else "line"
    put(con, f"answers_{question}", account="shop", order_id=order_id, **{kind: key}, **values)


def add_load(con, format, **values):
    """One file in the ledger."""
    put(
        con,
        "loads",
        **{"account": "shop", "file": f"{format}.txt", "sha256": "0", "format": format, "lines": 1, "quarantined": 0} | values,
    )
