"""The parcels that the seller sent, as the delivery model wants them: counted by how long they took or have been going."""

from importlib import resources

BY = ("carrier", "service", "lane")
COUNTED = """
    SELECT
        carrier, service, lane, currency, event,
        CAST(shipped_day - DATE '2000-01-01' AS INTEGER) AS shipped,
        CAST(ended_day - DATE '2000-01-01' AS INTEGER) AS ended,
        count(*) AS parcels,
        CAST(sum(value) AS DOUBLE) AS amount
    FROM travel
    WHERE event <> 'unknown'
    GROUP BY carrier, service, lane, currency, event, shipped_day, ended_day
    ORDER BY ALL
"""
STILL_OPEN = """
    SELECT *, CAST(shipped_day - DATE '2000-01-01' AS INTEGER) AS shipped
    FROM travel
    WHERE event = 'open' AND refund_on_record <> 'yes'
    ORDER BY account, order_id, parcel
"""
DAY = "SELECT CAST(max(as_of_day) - DATE '2000-01-01' AS INTEGER) FROM travel"


def travel(con):
    """Makes the TEMP table `travel` (see travel.sql): one row per parcel that the seller handed over. Needs the facts."""
    con.execute(resources.files(__package__).joinpath("travel.sql").read_text(encoding="utf-8"))


def counted(con):
    """How parcels ended, counted: carrier, service, lane, currency, event, shipped and ended (days since 2000-01-01; the last is
    empty for what is open), parcels, amount. Parcels of which no export tells the end are not in it. Needs `travel`."""
    return con.sql(COUNTED).df().astype({"ended": float, "amount": float})


def still_open(con):
    """The parcels on their way that nobody refunded, one row each, with `shipped` as in `counted`. Needs `travel`."""
    return con.sql(STILL_OPEN).df()


def today(con):
    """The as-of day of the parcels in days since 2000-01-01; None without any. Needs `travel`."""
    return con.sql(DAY).fetchall()[0][0]
