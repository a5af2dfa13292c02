-- about: orders that came after the promised day, or are past it and on their way, and who was late: the hand-over or the carrier
-- grain: one row per week, marketplace
-- unit: orders; late by calendar days of the marketplace; week is that of the promised day, empty where no export tells it
-- reads: line_facts, calendar
WITH lines AS (               -- FBM only; what was not handed over has not come late yet: see late_shipment_orders
    SELECT
        account,
        order_id,
        marketplace,
        deliver_by_day,
        delivery,
        CASE
            WHEN delivery = 'late' AND shipped_day > ship_by_day THEN 'hand_over'
            WHEN delivery = 'late' AND shipped_day <= ship_by_day THEN 'carrier'
        END AS cause
    FROM line_facts
    WHERE channel = 'FBM' AND (delivery IS NULL OR delivery <> 'not_shipped')
),

orders AS (                   -- an order is as late as its latest line; whoever handed any late line over too late caused it
    SELECT
        account,
        order_id,
        min(marketplace) AS marketplace,
        max(deliver_by_day) AS deliver_by_day,
        CASE
            WHEN count(*) FILTER (WHERE delivery = 'late') > 0 THEN 'late'
            WHEN count(*) FILTER (WHERE delivery = 'open_late') > 0 THEN 'open_late'
            WHEN count(*) FILTER (WHERE delivery IS NULL) > 0 THEN 'unknown'
            WHEN count(*) FILTER (WHERE delivery = 'on_time') = count(*) THEN 'on_time'
            ELSE 'other'
        END AS state,
        CASE
            WHEN count(*) FILTER (WHERE cause = 'hand_over') > 0 THEN 'hand_over'
            WHEN count(*) FILTER (WHERE delivery = 'late' AND cause IS NULL) > 0 THEN 'unknown'
            WHEN count(*) FILTER (WHERE cause = 'carrier') > 0 THEN 'carrier'
        END AS cause
    FROM lines
    GROUP BY account, order_id
)

SELECT
    calendar.week,
    orders.marketplace,
    count(*) AS orders,
    count(*) FILTER (WHERE state = 'on_time') AS on_time,
    count(*) FILTER (WHERE state = 'late') AS late,
    count(*) FILTER (WHERE state = 'late' AND cause = 'hand_over') AS late_by_hand_over,
    count(*) FILTER (WHERE state = 'late' AND cause = 'carrier') AS late_by_carrier,
    count(*) FILTER (WHERE state = 'late' AND cause = 'unknown') AS late_cause_unknown,
    count(*) FILTER (WHERE state = 'open_late') AS open_late,
    count(*) FILTER (WHERE state = 'unknown') AS unknown_delivery
FROM orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.deliver_by_day
GROUP BY calendar.week, orders.marketplace
ORDER BY calendar.week, orders.marketplace
