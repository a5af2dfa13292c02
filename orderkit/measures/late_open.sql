-- about: lines past the promised day that have not arrived: the refunds at risk on late deliveries
-- grain: one row per marketplace, currency, age
-- unit: lines; value is the refundable amount in `currency`; age is calendar days past the promised day in the marketplace zone
-- reads: line_facts
WITH past_promise AS (        -- FBM only; cancelled and pending lines owe nobody a delivery
    SELECT
        marketplace,
        currency,
        days_past_deliver_by,
        value,
        CASE
            WHEN delivery = 'open_late' THEN 'on_the_way'
            WHEN delivery = 'not_shipped' AND status IN ('unshipped', 'partially_shipped') THEN 'not_shipped'
            WHEN delivery IS NULL THEN 'not_known'
            ELSE 'settled'
        END AS state
    FROM line_facts
    WHERE channel = 'FBM' AND days_past_deliver_by > 0
),

aged AS (
    SELECT
        *,
        CASE
            WHEN days_past_deliver_by <= 3 THEN '1 to 3 days'
            WHEN days_past_deliver_by <= 30 THEN '4 to 30 days'
            WHEN days_past_deliver_by <= 90 THEN '31 to 90 days'
            ELSE 'over 90 days'
        END AS age
    FROM past_promise
    WHERE state <> 'settled'
)

SELECT
    marketplace,
    currency,
    age,
    count(*) FILTER (WHERE state <> 'not_known') AS lines,
    count(*) FILTER (WHERE state = 'not_shipped') AS not_shipped,
    CAST(sum(value) FILTER (WHERE state <> 'not_known') AS DECIMAL(18, 2)) AS value,
    count(*) FILTER (WHERE state <> 'not_known' AND value IS NULL) AS lines_without_value,
    count(*) FILTER (WHERE state = 'not_known') AS unknown_delivery,
    CAST(sum(value) FILTER (WHERE state = 'not_known') AS DECIMAL(18, 2)) AS value_unknown_delivery
FROM aged
GROUP BY marketplace, currency, age
ORDER BY marketplace, currency, min(days_past_deliver_by)
