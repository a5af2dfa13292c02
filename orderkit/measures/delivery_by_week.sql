-- about: how the lines that the seller shipped arrived, by the week of the promised day
-- grain: one row per week, marketplace, currency
-- unit: lines; value is the refundable amount in `currency`; week is empty where no export tells the promised day
-- reads: line_facts, calendar
WITH shipped_lines AS (       -- FBM only: lateness of FBA lines is the marketplace's; cancelled and unshipped lines never travelled
    SELECT
        marketplace,
        currency,
        deliver_by_day,
        value,
        delivery
    FROM line_facts
    WHERE channel = 'FBM' AND (delivery IS NULL OR delivery <> 'not_shipped')
)

SELECT
    calendar.week,
    shipped_lines.marketplace,
    shipped_lines.currency,
    count(*) AS lines,
    count(*) FILTER (WHERE delivery = 'on_time') AS on_time,
    count(*) FILTER (WHERE delivery = 'late') AS late,
    count(*) FILTER (WHERE delivery = 'open') AS open,
    count(*) FILTER (WHERE delivery = 'open_late') AS open_late,
    count(*) FILTER (WHERE delivery = 'lost') AS lost,
    count(*) FILTER (WHERE delivery = 'damaged') AS damaged,
    count(*) FILTER (WHERE delivery = 'came_back') AS came_back,
    count(*) FILTER (WHERE delivery IS NULL) AS unknown_delivery,
    count(*) FILTER (WHERE deliver_by_day IS NULL) AS promise_unknown,
    CAST(sum(value) AS DECIMAL(18, 2)) AS value,
    CAST(sum(value) FILTER (WHERE delivery = 'open_late') AS DECIMAL(18, 2)) AS value_open_late,
    count(*) FILTER (WHERE value IS NULL) AS lines_without_value
FROM shipped_lines
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(shipped_lines.marketplace, '')
    AND calendar.day = shipped_lines.deliver_by_day
GROUP BY calendar.week, shipped_lines.marketplace, shipped_lines.currency
ORDER BY calendar.week, shipped_lines.marketplace, shipped_lines.currency
