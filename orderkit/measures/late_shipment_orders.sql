-- about: orders that the seller ships, by the day they had to be shipped on, and how many were confirmed after it
-- grain: one row per account, week, day, marketplace
-- unit: orders, late when any line was confirmed after its ship-by day; day is the ship-by day, where it is not told the order's
-- reads: line_facts, calendar
WITH lines AS (               -- FBM only; pending lines may not be shipped yet, cancelled ones never are
    SELECT
        account,
        order_id,
        marketplace,
        coalesce(ship_by_day, ordered_day) AS day,
        CASE
            WHEN confirmed_day > ship_by_day THEN 'late'
            WHEN confirmed_day <= ship_by_day THEN 'in_time'
            WHEN confirmed OR confirmed_day IS NOT NULL THEN 'unknown'
            WHEN status = 'unshipped' AND days_past_ship_by > 0 THEN 'overdue'
        END AS state
    FROM line_facts
    WHERE channel = 'FBM' AND (status IS NULL OR status NOT IN ('pending', 'cancelled'))
),

orders AS (                   -- the worst that is known of any line; what is not confirmed yet counts only once it is
    SELECT
        account,
        order_id,
        min(marketplace) AS marketplace,
        min(day) AS day,
        CASE
            WHEN count(*) FILTER (WHERE state = 'late') > 0 THEN 'late'
            WHEN count(*) FILTER (WHERE state = 'unknown') > 0 THEN 'unknown'
            WHEN count(*) FILTER (WHERE state = 'in_time') > 0 THEN 'in_time'
            WHEN count(*) FILTER (WHERE state = 'overdue') > 0 THEN 'overdue'
        END AS state
    FROM lines
    GROUP BY account, order_id
)

SELECT
    orders.account,
    calendar.week,
    orders.day,
    orders.marketplace,
    count(*) FILTER (WHERE state IN ('late', 'in_time', 'unknown')) AS orders,
    count(*) FILTER (WHERE state = 'late') AS defects,
    count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'overdue') AS overdue
FROM orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.day
WHERE state IS NOT NULL
GROUP BY orders.account, calendar.week, orders.day, orders.marketplace
ORDER BY orders.account, calendar.week, orders.day, orders.marketplace
