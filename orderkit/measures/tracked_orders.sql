-- about: orders that the seller shipped, by the day of the confirmation, and how many went without a tracking number
-- grain: one row per account, week, day, marketplace
-- unit: orders, a defect when any parcel is known to have no number; day is that of the confirmation, else the hand-over, ship-by, order
-- reads: line_facts, parcels, parcel_lines, calendar
WITH numbers AS (             -- an empty number is known to be none; no number at all is not known
    SELECT
        parcel_lines.account,
        parcel_lines.order_id,
        parcel_lines.line,
        count(*) FILTER (WHERE parcels.tracking = '') AS without_number,
        count(*) FILTER (WHERE parcels.tracking IS NULL) AS not_told
    FROM parcel_lines
    JOIN parcels
        ON parcels.account = parcel_lines.account
        AND parcels.parcel = parcel_lines.parcel
    GROUP BY parcel_lines.account, parcel_lines.order_id, parcel_lines.line
),

orders AS (                   -- FBM lines that travelled; a line of which no parcel is told is not known
    SELECT
        line_facts.account,
        line_facts.order_id,
        min(line_facts.marketplace) AS marketplace,
        min(coalesce(line_facts.confirmed_day, line_facts.shipped_day, line_facts.ship_by_day, line_facts.ordered_day)) AS day,
        sum(coalesce(numbers.without_number, 0)) AS without_number,
        sum(coalesce(numbers.not_told, 1)) AS not_told
    FROM line_facts
    LEFT JOIN numbers
        ON numbers.account = line_facts.account
        AND numbers.order_id = line_facts.order_id
        AND numbers.line = line_facts.line
    WHERE line_facts.channel = 'FBM' AND line_facts.handed_over
    GROUP BY line_facts.account, line_facts.order_id
)

SELECT
    orders.account,
    calendar.week,
    orders.day,
    orders.marketplace,
    count(*) AS orders,
    count(*) FILTER (WHERE without_number > 0) AS defects,
    count(*) FILTER (WHERE without_number = 0 AND not_told > 0) AS unknown
FROM orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(orders.marketplace, '')
    AND calendar.day = orders.day
GROUP BY orders.account, calendar.week, orders.day, orders.marketplace
ORDER BY orders.account, calendar.week, orders.day, orders.marketplace
