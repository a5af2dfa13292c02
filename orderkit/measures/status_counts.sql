-- about: how many order lines stand under each status of the export, and what they are worth
-- grain: one row per marketplace, channel, status_as_exported, currency
-- unit: lines and units; amount is the price of the goods in `currency`, as exported; a missing amount is counted, never taken as zero
-- reads: order_lines
SELECT
    marketplace,
    channel,
    status_as_exported,
    currency,
    count(*) AS lines,
    CAST(sum(units) AS BIGINT) AS units,
    CAST(sum(item_price) AS DECIMAL(18, 2)) AS amount,
    count(*) FILTER (WHERE item_price IS NULL) AS lines_without_amount
FROM order_lines
GROUP BY marketplace, channel, status_as_exported, currency
ORDER BY marketplace, channel, lines DESC, status_as_exported, currency
