-- about: the reasons that buyers gave for returns, and the refunds that the returns export tells of
-- grain: one row per reason_group, reason, usual_cause, marketplace, currency
-- unit: returns are authorisation lines; refunded is money in `currency`; an empty refund is counted, never taken as zero
-- reads: returns, return_facts
WITH asked AS (               -- a reason is what the buyer claims; withdrawn requests (cancelled, declined) are counted apart
    SELECT
        returns.reason_group,
        returns.reason,
        returns.usual_cause,
        return_facts.marketplace,
        return_facts.currency,
        returns.units,
        return_facts.refunded_amount,
        return_facts.is_refunded,
        coalesce(returns.status, 'unknown') IN ('cancelled', 'declined') AS withdrawn
    FROM returns
    JOIN return_facts
        ON return_facts.account = returns.account
        AND return_facts.return_id = returns.return_id
)

SELECT
    reason_group,
    reason,
    usual_cause,
    marketplace,
    currency,
    count(*) FILTER (WHERE NOT withdrawn) AS returns,
    CAST(sum(units) FILTER (WHERE NOT withdrawn) AS BIGINT) AS units,
    CAST(sum(refunded_amount) FILTER (WHERE NOT withdrawn AND is_refunded) AS DECIMAL(18, 2)) AS refunded,
    count(*) FILTER (WHERE NOT withdrawn AND is_refunded IS NULL) AS returns_without_refund_amount,
    count(*) FILTER (WHERE withdrawn) AS withdrawn
FROM asked
GROUP BY reason_group, reason, usual_cause, marketplace, currency
ORDER BY returns DESC, reason_group, reason, usual_cause, marketplace, currency
