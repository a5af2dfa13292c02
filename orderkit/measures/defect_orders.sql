-- about: orders that the seller ships, by the day of the order, and how many brought an A-to-z claim, a chargeback or bad feedback
-- grain: one row per account, week, day, marketplace
-- unit: orders, each at most one defect; claims and chargebacks told by returns and bookings, feedback of one or two stars
-- reads: line_facts, returns, money, feedback, calendar
WITH told AS (                -- a claim or chargeback whose debit was given back counts no more
    SELECT account, order_id, 'claim' AS kind
    FROM returns
    WHERE a_to_z_claim
    UNION ALL
    SELECT account, order_id, CASE WHEN category = 'a_to_z' THEN 'claim' ELSE 'chargeback' END AS kind
    FROM money
    WHERE counts AND category IN ('a_to_z', 'chargeback')
    GROUP BY account, order_id, category
    HAVING sum(amount) < 0
    UNION ALL
    SELECT account, order_id, 'feedback' AS kind
    FROM feedback
    WHERE rating <= 2
),

troubles AS (
    SELECT
        account,
        order_id,
        count(*) FILTER (WHERE kind = 'claim') AS claims,
        count(*) FILTER (WHERE kind = 'chargeback') AS chargebacks,
        count(*) FILTER (WHERE kind = 'feedback') AS feedback
    FROM told
    GROUP BY account, order_id
),

orders AS (                   -- FBM only; pending orders are not paid yet
    SELECT account, order_id, min(marketplace) AS marketplace, min(ordered_day) AS day
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
    count(troubles.order_id) AS defects,
    count(*) FILTER (WHERE troubles.claims > 0) AS claims,
    count(*) FILTER (WHERE troubles.chargebacks > 0) AS chargebacks,
    count(*) FILTER (WHERE troubles.feedback > 0) AS feedback
FROM orders
LEFT JOIN troubles
    ON troubles.account = orders.account
    AND troubles.order_id = orders.order_id
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.day
GROUP BY orders.account, calendar.week, orders.day, orders.marketplace
ORDER BY orders.account, calendar.week, orders.day, orders.marketplace
