-- about: orders, lines, units and sales by the week of the order
-- grain: one row per week, marketplace, channel, currency
-- unit: sales is the price of the goods of lines not cancelled, in `currency`, before promotions; week is the Monday in the marketplace zone
-- reads: order_lines, line_facts, calendar
WITH lines_of_orders AS (     -- an order counts once, with its first line, so that orders add up over channels
    SELECT
        line_facts.marketplace,
        line_facts.channel,
        line_facts.currency,
        line_facts.ordered_day,
        order_lines.units,
        order_lines.item_price,
        coalesce(order_lines.status, 'unknown') AS status,
        row_number() OVER (PARTITION BY line_facts.account, line_facts.order_id ORDER BY line_facts.line) AS place_in_order
    FROM line_facts
    JOIN order_lines
        ON order_lines.account = line_facts.account
        AND order_lines.order_id = line_facts.order_id
        AND order_lines.line = line_facts.line
)

SELECT
    calendar.week,
    lines_of_orders.marketplace,
    lines_of_orders.channel,
    lines_of_orders.currency,
    count(*) FILTER (WHERE place_in_order = 1) AS orders,
    count(*) AS lines,
    CAST(sum(units) FILTER (WHERE status <> 'cancelled') AS BIGINT) AS units,
    CAST(sum(item_price) FILTER (WHERE status <> 'cancelled') AS DECIMAL(18, 2)) AS sales,
    count(*) FILTER (WHERE status <> 'cancelled' AND item_price IS NULL) AS lines_without_amount,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
FROM lines_of_orders
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(lines_of_orders.marketplace, '')
    AND calendar.day = lines_of_orders.ordered_day
GROUP BY calendar.week, lines_of_orders.marketplace, lines_of_orders.channel, lines_of_orders.currency
ORDER BY calendar.week, lines_of_orders.marketplace, lines_of_orders.channel, lines_of_orders.currency
