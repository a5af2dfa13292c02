"""Order lines or orders: a measure that counts lines told of orders, where an order is as late as its latest line."""

from orderkit.errors import BadValue, UnknownName

GRAINS = {"line": "lines", "order": "orders"}
BY_ORDER = ("delivery_by_week", "late_open", "not_shipped")  # measures whose lines may be orders

# One row per order with the columns of line_facts. One line speaks for its order, the latest: open past its day comes before
# arrived late, which comes before what is not known, lost or on its way, and on time is an order only if all of it is. Its value
# is that of all its lines, known only where each line's is, in one currency. What was cancelled before it was shipped leaves.
ORDERS = """line_facts AS (
    SELECT * EXCLUDE (lateness, place, waiting, any_waiting, ship_by_known, most_past_ship_by, whole_value, whole_currency)
        REPLACE (
            CASE WHEN whole_currency THEN currency END AS currency,
            CAST(CASE WHEN whole_value AND whole_currency THEN value END AS DECIMAL(18, 2)) AS value,
            CASE WHEN any_waiting THEN 'unshipped' ELSE status END AS status,
            CASE WHEN most_past_ship_by > 0 OR ship_by_known THEN most_past_ship_by END AS days_past_ship_by
        )
    FROM (
        SELECT * REPLACE (sum(value) OVER whole AS value),
            row_number() OVER (
                PARTITION BY account, order_id, channel ORDER BY lateness, days_past_deliver_by DESC NULLS LAST, line
            ) AS place,
            bool_or(waiting) OVER whole AS any_waiting,
            max(days_past_ship_by) FILTER (waiting) OVER whole AS most_past_ship_by,
            count(*) FILTER (waiting) OVER whole = count(days_past_ship_by) FILTER (waiting) OVER whole AS ship_by_known,
            count(*) OVER whole = count(value) OVER whole AS whole_value,
            count(currency) OVER whole = 0 OR (
                count(currency) OVER whole = count(*) OVER whole AND min(currency) OVER whole = max(currency) OVER whole
            ) AS whole_currency
        FROM (
            SELECT *,
                status IS NOT NULL AND status IN ('unshipped', 'partially_shipped') AS waiting,
                CASE
                    WHEN delivery = 'open_late' THEN 1
                    WHEN delivery = 'not_shipped' AND waiting AND days_past_deliver_by > 0 THEN 2
                    WHEN delivery = 'late' THEN 3
                    WHEN delivery IS NULL THEN 4
                    WHEN delivery = 'lost' THEN 5
                    WHEN delivery = 'damaged' THEN 6
                    WHEN delivery = 'came_back' THEN 7
                    WHEN delivery = 'not_shipped' AND waiting THEN 8
                    WHEN delivery = 'open' THEN 9
                    WHEN delivery = 'on_time' THEN 10
                    ELSE 11                                -- not paid yet
                END AS lateness
            FROM temp.line_facts
            WHERE status IS DISTINCT FROM 'cancelled' OR delivery IS DISTINCT FROM 'not_shipped'
        )
        WINDOW whole AS (PARTITION BY account, order_id, channel)
    )
    WHERE place = 1
)"""


def told_by(grain, query):
    """A query over line_facts, told of order lines or, with the grain "order", of orders. Raises UnknownName for another."""
    if grain not in GRAINS:
        raise UnknownName("grain", grain, GRAINS)
    return query if grain == "line" else f"WITH {ORDERS}\nSELECT * FROM (\n{query}\n)"


def named(frame, grain):
    """A frame of counts whose columns say what they count: orders where it is told by orders."""
    return frame if grain == "line" else frame.rename(columns=lambda column: column.replace("lines", GRAINS[grain]))


def check(grain, name):
    """Raises BadValue where a measure can be told by lines only."""
    if grain != "line" and name not in BY_ORDER:
        raise BadValue(f"The measure {name} has one grain. By order there are: {', '.join(BY_ORDER)}.")
