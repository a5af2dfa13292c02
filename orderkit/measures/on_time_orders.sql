-- about: orders that the seller shipped, by the promised day, and how many were not delivered by it
-- grain: one row per account, week, day, marketplace
-- unit: orders, late when any line is; the promise before an extension where told, else the day is the order's; untracked ones apart
-- reads: line_facts, calendar
WITH lines AS (               -- FBM lines that travelled
    SELECT
        account,
        order_id,
        marketplace,
        ordered_day,
        tracking,
        delivered_day,
        as_of_day,
        first_deliver_by_day,
        coalesce(first_deliver_by_day, deliver_by_day) AS promised_day
    FROM line_facts
    WHERE channel = 'FBM' AND handed_over
),

judged AS (                   -- what came back may have been refused at the door in time; Amazon rates parcels with tracking alone
    SELECT
        *,
        CASE
            WHEN tracking = 'delivered' AND delivered_day > promised_day THEN 'late'
            WHEN tracking = 'delivered' AND delivered_day <= promised_day THEN 'on_time'
            WHEN tracking = 'none' THEN 'untracked'
            WHEN promised_day IS NULL THEN 'unknown'
            WHEN tracking = 'lost' THEN 'late'
            WHEN tracking = 'in_transit' AND promised_day < as_of_day THEN 'late'
            WHEN tracking = 'in_transit' AND promised_day >= as_of_day THEN 'open'
            ELSE 'unknown'
        END AS state
    FROM lines
),

orders AS (
    SELECT
        account,
        order_id,
        min(marketplace) AS marketplace,
        min(coalesce(promised_day, ordered_day)) AS day,
        count(first_deliver_by_day) AS told_before_extension,
        CASE
            WHEN count(*) FILTER (WHERE state = 'late') > 0 THEN 'late'
            WHEN count(*) FILTER (WHERE state = 'unknown') > 0 THEN 'unknown'
            WHEN count(*) FILTER (WHERE state = 'open') > 0 THEN 'open'
            WHEN count(*) FILTER (WHERE state = 'on_time') > 0 THEN 'on_time'
            ELSE 'untracked'
        END AS state
    FROM judged
    GROUP BY account, order_id
)

SELECT
    orders.account,
    calendar.week,
    orders.day,
    orders.marketplace,
    count(*) FILTER (WHERE state IN ('late', 'on_time', 'unknown')) AS orders,
    count(*) FILTER (WHERE state = 'late') AS defects,
    count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'open') AS open,
    count(*) FILTER (WHERE state = 'untracked') AS untracked,
    count(*) FILTER (WHERE told_before_extension > 0 AND state IN ('late', 'on_time', 'unknown')) AS before_extension
FROM orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.day
GROUP BY orders.account, calendar.week, orders.day, orders.marketplace
ORDER BY orders.account, calendar.week, orders.day, orders.marketplace
