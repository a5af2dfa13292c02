-- about: orders that the seller ships, by the day of the order, and how many were cancelled before they were shipped
-- grain: one row per account, week, day, marketplace
-- unit: orders, cancelled when any line was; unknown are those cancelled where no export tells by whom, all but the buyer's own
-- reads: line_facts, calendar
WITH orders AS (              -- FBM only; pending orders are not paid yet. A line that travelled was not cancelled before it
    SELECT
        account,
        order_id,
        min(marketplace) AS marketplace,
        min(ordered_day) AS day,
        count(*) FILTER (WHERE status = 'cancelled' AND coalesce(handed_over, false) = false) AS cancelled_lines,
        count(*) FILTER (WHERE status = 'cancelled' AND coalesce(handed_over, false) = false AND official_request)
            AS asked_lines
    FROM line_facts
    WHERE channel = 'FBM' AND (status IS NULL OR status <> 'pending')
    GROUP BY account, order_id
)

SELECT
    orders.account,
    calendar.week,
    orders.day,
    orders.marketplace,
    count(*) AS orders,
    count(*) FILTER (WHERE cancelled_lines > 0) AS cancelled,
    count(*) FILTER (WHERE cancelled_lines > 0 AND asked_lines = cancelled_lines) AS for_buyer,
    count(*) FILTER (WHERE cancelled_lines > asked_lines) AS unknown
FROM orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.day
GROUP BY orders.account, calendar.week, orders.day, orders.marketplace
ORDER BY orders.account, calendar.week, orders.day, orders.marketplace
