-- about: lines that wait to be shipped by the seller, and those past their ship-by day
-- grain: one row per marketplace, currency
-- unit: lines; value is the refundable amount in `currency`
-- reads: line_facts
WITH waiting AS (             -- pending lines are not paid yet and may not be shipped
    SELECT marketplace, currency, days_past_ship_by, value
    FROM line_facts
    WHERE channel = 'FBM' AND status IN ('unshipped', 'partially_shipped')
)

SELECT
    marketplace,
    currency,
    count(*) AS lines,
    CAST(sum(value) AS DECIMAL(18, 2)) AS value,
    count(*) FILTER (WHERE days_past_ship_by > 0) AS past_ship_by,
    CAST(sum(value) FILTER (WHERE days_past_ship_by > 0) AS DECIMAL(18, 2)) AS value_past_ship_by,
    count(*) FILTER (WHERE days_past_ship_by IS NULL) AS ship_by_unknown,
    count(*) FILTER (WHERE value IS NULL) AS lines_without_value
FROM waiting
GROUP BY marketplace, currency
ORDER BY marketplace, currency
