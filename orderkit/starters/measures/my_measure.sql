-- about: units sold and sales by SKU and week
-- grain: one row per week, marketplace, currency, sku
-- unit: sales is the price of the goods of lines not cancelled, in `currency`; week is the Monday in the marketplace zone
-- reads: order_lines, line_facts, calendar
-- The four lines above are its documentation, and the key columns are taken from them. One SELECT, no `*` at its end; every column
-- that is no key is a count or a sum, so that --by sku or --by week can add it up. Never add up money of several currencies.
WITH sold AS (                -- facts carry the day of the order as the marketplace counts days
    SELECT
        line_facts.marketplace,
        line_facts.currency,
        line_facts.ordered_day,
        order_lines.sku,
        order_lines.units,
        order_lines.item_price
    FROM line_facts
    JOIN order_lines
        ON order_lines.account = line_facts.account
        AND order_lines.order_id = line_facts.order_id
        AND order_lines.line = line_facts.line
    WHERE coalesce(order_lines.status, 'unknown') <> 'cancelled'
)

SELECT
    calendar.week,
    sold.marketplace,
    sold.currency,
    sold.sku,
    count(*) AS lines,
    CAST(sum(sold.units) AS BIGINT) AS units,
    CAST(sum(sold.item_price) AS DECIMAL(18, 2)) AS sales
FROM sold
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(sold.marketplace, '')
    AND calendar.day = sold.ordered_day
GROUP BY calendar.week, sold.marketplace, sold.currency, sold.sku
ORDER BY calendar.week, sold.marketplace, sold.currency, sold.sku
