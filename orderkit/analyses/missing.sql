-- Money that the loaded exports leave in the dark, by what would tell: one row per need, marketplace and currency. Needs the facts.
-- The words of a need are those of gaps.NEEDS. Money: refundable amounts of order lines, or amounts booked as refunds.
WITH lines AS (
    SELECT * FROM line_facts WHERE status IS DISTINCT FROM 'cancelled' AND status IS DISTINCT FROM 'pending'
),
dark AS (
    SELECT 'promised dates' AS need, marketplace, currency, value AS money
    FROM lines
    WHERE channel = 'FBM' AND deliver_by_day IS NULL
    UNION ALL
    SELECT 'what became of your parcels', marketplace, currency, value
    FROM lines
    WHERE channel = 'FBM' AND delivery IS NULL AND coalesce(days_past_deliver_by, 1) > 0
    UNION ALL
    SELECT 'returns and their reasons', lines.marketplace, lines.currency, lines.value
    FROM lines
    WHERE channel = 'FBM' AND refund_on_record = 'yes'
        AND NOT EXISTS (
            SELECT 1 FROM return_facts WHERE return_facts.account = lines.account AND return_facts.order_id = lines.order_id
        )
    UNION ALL
    SELECT 'what came back, and in which state', marketplace, currency, coalesce(refunded_amount, value)
    FROM return_facts
    WHERE channel IS DISTINCT FROM 'FBA' AND received AND state IS NULL
    UNION ALL
    SELECT 'refunds, fees and payouts', marketplace, currency, value
    FROM return_facts
    WHERE refunded_amount IS NULL AND refund_on_record = 'not_told'
    UNION ALL
    SELECT 'reimbursements of FBA units', marketplace, currency, coalesce(refunded_amount, value)
    FROM return_facts
    WHERE channel = 'FBA' AND refund_on_record = 'yes' AND NOT coalesce(received, false)
    UNION ALL
    SELECT 'claims with carriers and insurers', marketplace, currency, value
    FROM lines
    WHERE channel = 'FBM' AND delivery IN ('lost', 'damaged') AND claim_on_record = 'none'
    UNION ALL
    SELECT 'what cover would cost', marketplace, currency, value
    FROM lines
    WHERE channel = 'FBM' AND delivery IN ('lost', 'damaged') AND NOT EXISTS (SELECT 1 FROM tariffs)
    UNION ALL
    SELECT 'what your goods cost', return_facts.marketplace, return_facts.currency, value
    FROM return_facts
    WHERE NOT EXISTS (
        SELECT 1 FROM products
        WHERE products.account = return_facts.account AND products.sku = return_facts.sku AND products.landed_cost IS NOT NULL
    )
)

SELECT need, marketplace, currency, count(*) AS things, sum(money) AS money
FROM dark
WHERE currency IS NOT NULL
GROUP BY need, marketplace, currency
HAVING sum(money) > 0
ORDER BY need, marketplace, currency
