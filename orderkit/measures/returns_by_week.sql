-- about: returns by the week in which the buyer asked
-- grain: one row per week, marketplace, currency
-- unit: returns are authorisation lines; refunded is money in `currency`; an empty refund is counted, never taken as zero
-- reads: returns, return_facts, calendar
WITH asked AS (               -- withdrawn requests (cancelled, declined) are counted apart
    SELECT
        return_facts.marketplace,
        return_facts.currency,
        returns.requested_at AS day,
        returns.units,
        return_facts.received,
        return_facts.refunded_amount,
        return_facts.is_refunded,
        coalesce(returns.status, 'unknown') IN ('cancelled', 'declined') AS withdrawn
    FROM returns
    JOIN return_facts
        ON return_facts.account = returns.account
        AND return_facts.return_id = returns.return_id
)

SELECT
    calendar.week,
    asked.marketplace,
    asked.currency,
    count(*) FILTER (WHERE NOT withdrawn) AS returns,
    CAST(sum(units) FILTER (WHERE NOT withdrawn) AS BIGINT) AS units,
    count(*) FILTER (WHERE NOT withdrawn AND received) AS received,
    CAST(sum(refunded_amount) FILTER (WHERE NOT withdrawn AND is_refunded) AS DECIMAL(18, 2)) AS refunded,
    count(*) FILTER (WHERE NOT withdrawn AND is_refunded IS NULL) AS returns_without_refund_amount,
    count(*) FILTER (WHERE withdrawn) AS withdrawn
FROM asked
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(asked.marketplace, '')
    AND calendar.day = asked.day
GROUP BY calendar.week, asked.marketplace, asked.currency
ORDER BY calendar.week, asked.marketplace, asked.currency
