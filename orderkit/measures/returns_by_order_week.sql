-- about: of the units that the seller shipped, how many were asked back or came back, by the week of the order
-- grain: one row per week, marketplace, currency
-- unit: units; units_came_back are units that were refused or returned undelivered, so far as exports tell
-- reads: order_lines, line_facts, returns, calendar
WITH asked_back AS (          -- withdrawn requests (cancelled, declined) are no returns; a return without its order has no cohort
    SELECT account, order_id, line, sum(units) AS units
    FROM returns
    WHERE line IS NOT NULL AND coalesce(status, 'unknown') NOT IN ('cancelled', 'declined')
    GROUP BY account, order_id, line
),

shipped_lines AS (
    SELECT
        line_facts.marketplace,
        line_facts.currency,
        line_facts.ordered_day,
        line_facts.delivery,
        order_lines.units,
        asked_back.units AS units_returned
    FROM line_facts
    JOIN order_lines
        ON order_lines.account = line_facts.account
        AND order_lines.order_id = line_facts.order_id
        AND order_lines.line = line_facts.line
    LEFT JOIN asked_back
        ON asked_back.account = line_facts.account
        AND asked_back.order_id = line_facts.order_id
        AND asked_back.line = line_facts.line
    WHERE line_facts.channel = 'FBM' AND (line_facts.delivery IS NULL OR line_facts.delivery <> 'not_shipped')
)

SELECT
    calendar.week,
    shipped_lines.marketplace,
    shipped_lines.currency,
    CAST(sum(units) AS BIGINT) AS units_shipped,
    CAST(sum(coalesce(units_returned, 0)) AS BIGINT) AS units_returned,
    CAST(sum(CASE WHEN delivery = 'came_back' THEN units ELSE 0 END) AS BIGINT) AS units_came_back,
    count(*) FILTER (WHERE delivery = 'came_back') AS lines_came_back,
    count(*) FILTER (WHERE units IS NULL) AS lines_without_units
FROM shipped_lines
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(shipped_lines.marketplace, '')
    AND calendar.day = shipped_lines.ordered_day
GROUP BY calendar.week, shipped_lines.marketplace, shipped_lines.currency
ORDER BY calendar.week, shipped_lines.marketplace, shipped_lines.currency
