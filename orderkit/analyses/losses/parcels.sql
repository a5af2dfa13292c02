-- about: every parcel that the seller handed over: how it ended, what it was worth, its cover, and what came back for it
-- grain: one row per account, order_id and parcel, as in travel; and one per parcel of which no order is loaded
-- unit: week is that of the order (Monday), which every export tells; amounts in `currency`; value is the refundable amount of the parcel's lines, goods their price less promotions, tax what
--       of both is tax, cost what they cost on the shelf; NULL where not known. recovered_* is what claims brought, refunded and fees_back what
--       settlements tell of the order (positive), told of lost and damaged parcels alone
-- reads: travel, line_facts, order_lines, parcels, recoveries, money, products, calendar, context
CREATE OR REPLACE TEMP TABLE loss_parcels AS
WITH shelf AS (               -- what a SKU costs now
    SELECT account, sku, landed_cost, currency
    FROM products
    CROSS JOIN context
    WHERE landed_cost IS NOT NULL AND (valid_from IS NULL OR valid_from <= context.as_of_day)
    QUALIFY row_number() OVER (PARTITION BY account, sku ORDER BY valid_from DESC NULLS LAST, "row") = 1
),

apart AS (                    -- lines without a number that ended differently have travelled apart: each end is a parcel
    SELECT account, order_id, parcel
    FROM travel
    WHERE tracking IS NULL
),

inside AS (                   -- what is in each parcel; an amount is known only if that of every line is
    SELECT
        line_facts.account, line_facts.order_id, coalesce(line_facts.tracking_number, '') AS parcel,
        CASE WHEN apart.order_id IS NOT NULL THEN line_facts.tracking END AS ended,
        CASE WHEN min(line_facts.currency) < max(line_facts.currency) THEN NULL
            WHEN count(*) = count(line_facts.value) THEN CAST(sum(line_facts.value) AS DOUBLE)
        END AS value,
        min(line_facts.ordered_day) AS ordered_day,
        CASE WHEN count(*) = count(order_lines.item_price)
            THEN CAST(sum(order_lines.item_price - coalesce(order_lines.discounts, 0)) AS DOUBLE)
        END AS goods,
        CASE WHEN count(*) = count(CASE WHEN order_lines.tax_included THEN order_lines.item_tax ELSE 0 END)
            THEN CAST(sum(CASE WHEN order_lines.tax_included THEN order_lines.item_tax ELSE 0 END) AS DOUBLE)
        END AS tax,
        CASE WHEN count(*) = count(shelf.landed_cost) AND min(line_facts.currency) = min(shelf.currency)
            THEN CAST(sum(shelf.landed_cost * line_facts.units) AS DOUBLE)
        END AS cost
    FROM line_facts
    JOIN order_lines
        ON order_lines.account = line_facts.account
        AND order_lines.order_id = line_facts.order_id
        AND order_lines.line = line_facts.line
    LEFT JOIN shelf ON shelf.account = line_facts.account AND shelf.sku = line_facts.sku
    LEFT JOIN apart
        ON apart.account = line_facts.account
        AND apart.order_id = line_facts.order_id
        AND apart.parcel = coalesce(line_facts.tracking_number, '')
    WHERE line_facts.channel = 'FBM' AND line_facts.handed_over
    GROUP BY line_facts.account, line_facts.order_id, coalesce(line_facts.tracking_number, ''),
        CASE WHEN apart.order_id IS NOT NULL THEN line_facts.tracking END
),

main AS (                     -- of ends of one order, the one that what is told of the whole belongs to: a loss before all else
    SELECT account, order_id, parcel, min_by(ended, CASE ended WHEN 'lost' THEN 0 WHEN 'damaged' THEN 1 ELSE 2 END) AS ended
    FROM inside
    WHERE ended IS NOT NULL
    GROUP BY account, order_id, parcel
),

labels AS (
    SELECT account, parcel AS named, any_value(currency) AS currency, CAST(max(label_cost) AS DOUBLE) AS label_cost,
        CAST(max(declared_value) AS DOUBLE) AS declared_value, CAST(max(premium) AS DOUBLE) AS premium
    FROM parcels
    GROUP BY account, parcel
),

claims AS (                   -- what is taken back again counts as negative; a claim without an amount has brought nothing yet
    SELECT
        recoveries.account, named.parcel, recoveries.order_id, recoveries.source, recoveries.currency,
        CASE WHEN recoveries.state IN ('paid', 'reversed') THEN CAST(recoveries.amount AS DOUBLE) / coalesce(named.orders, 1) END AS brought,
        recoveries.filed_at IS NOT NULL OR recoveries.state IS NOT NULL AS filed
    FROM recoveries
    LEFT JOIN (               -- a number that no parcel has names none; of several orders in a parcel each has an equal part
        SELECT account, parcel, greatest(sum(orders), 1) AS orders
        FROM (
            SELECT account, parcel, count(*) AS orders FROM travel GROUP BY account, parcel
            UNION ALL
            SELECT account, parcel, 0 FROM parcels
        )
        WHERE parcel <> ''
        GROUP BY account, parcel
    ) AS named ON named.account = recoveries.account AND named.parcel = recoveries.tracking
    WHERE recoveries.source IN ('carrier', 'insurer', 'marketplace', 'buyer')
),

unnumbered AS (               -- claims and bookings that name an order alone: its lost or damaged parcel, else its first
    SELECT
        account, order_id, parcel, currency,
        row_number() OVER (PARTITION BY account, order_id ORDER BY tracking IN ('lost', 'damaged') DESC NULLS LAST, parcel) AS place
    FROM travel
    WHERE order_id IN (SELECT order_id FROM claims WHERE parcel IS NULL) OR tracking IN ('lost', 'damaged')
),

brought AS (                  -- only what was paid in the currency of the parcel can be added to its amounts
    SELECT
        account, parcel, order_id,
        sum(brought) FILTER (source = 'carrier' AND same) AS recovered_carrier,
        sum(brought) FILTER (source = 'insurer' AND same) AS recovered_insurer,
        sum(brought) FILTER (source = 'marketplace' AND same) AS recovered_marketplace,
        sum(brought) FILTER (source = 'buyer' AND same) AS recovered_buyer,
        bool_or(brought IS NOT NULL AND NOT same) AS brought_otherwise,
        bool_or(filed AND source IN ('carrier', 'insurer')) AS claimed
    FROM (
        SELECT
            travel.account, travel.parcel, travel.order_id, claims.source, claims.brought, claims.filed,
            coalesce(claims.currency = travel.currency, true) AS same
        FROM claims
        JOIN travel ON travel.account = claims.account AND travel.parcel = claims.parcel
        UNION ALL
        SELECT
            parcels.account, parcels.parcel, NULL, claims.source, claims.brought, claims.filed,
            coalesce(claims.currency = parcels.currency, true)
        FROM claims
        JOIN parcels ON parcels.account = claims.account AND parcels.parcel = claims.parcel
        ANTI JOIN parcel_lines ON parcel_lines.account = parcels.account AND parcel_lines.parcel = parcels.parcel
        UNION ALL
        SELECT
            unnumbered.account, unnumbered.parcel, unnumbered.order_id, claims.source, claims.brought, claims.filed,
            coalesce(claims.currency = unnumbered.currency, true)
        FROM claims
        JOIN unnumbered ON unnumbered.account = claims.account AND unnumbered.order_id = claims.order_id AND unnumbered.place = 1
        WHERE claims.parcel IS NULL
    )
    GROUP BY account, parcel, order_id
),

lost_orders AS (
    SELECT unnumbered.account, unnumbered.order_id, unnumbered.parcel, unnumbered.currency
    FROM unnumbered
    JOIN travel
        ON travel.account = unnumbered.account AND travel.order_id = unnumbered.order_id AND travel.parcel = unnumbered.parcel
    WHERE unnumbered.place = 1 AND travel.tracking IN ('lost', 'damaged')
),

refund_types AS (             -- the words, in whatever language, under which a marketplace books refunds
    SELECT DISTINCT account, type
    FROM money
    WHERE category IN ('refund', 'a_to_z', 'chargeback')
),

booked AS (
    SELECT
        lost_orders.account, lost_orders.order_id, lost_orders.parcel,
        CAST(-sum(money.amount) FILTER (WHERE money.category <> 'fee') AS DOUBLE) AS refunded,
        CAST(sum(money.amount) FILTER (WHERE money.category = 'fee') AS DOUBLE) AS fees_back
    FROM money
    JOIN lost_orders ON lost_orders.account = money.account AND lost_orders.order_id = money.order_id
    JOIN refund_types ON refund_types.account = money.account AND refund_types.type = money.type
    WHERE money.counts AND money.category NOT IN ('shipping_label', 'reimbursement', 'safe_t')
        AND coalesce(money.currency = lost_orders.currency, true)
    GROUP BY lost_orders.account, lost_orders.order_id, lost_orders.parcel
),

sent AS (                     -- `told`: of the ends of one order, the one that what is told of the whole order belongs to
    SELECT
        travel.account, travel.order_id, travel.parcel, travel.marketplace, travel.currency, travel.carrier, travel.service,
        travel.lane, travel.shipped_day, travel.age_days, travel.event, travel.insured,
        coalesce(travel.tracking, inside.ended) AS ended,
        inside.ordered_day, inside.value, inside.goods, inside.tax, inside.cost,
        CASE WHEN main.ended IS NULL OR inside.ended = main.ended THEN travel.parcel END AS told
    FROM travel
    JOIN inside ON inside.account = travel.account AND inside.order_id = travel.order_id AND inside.parcel = travel.parcel
    LEFT JOIN main ON main.account = inside.account AND main.order_id = inside.order_id AND main.parcel = inside.parcel
)

SELECT
    sent.account, sent.order_id, sent.parcel, sent.marketplace, sent.currency, sent.carrier, sent.service, sent.lane,
    sent.ordered_day, sent.shipped_day, calendar.week, sent.age_days,
    CASE
        WHEN sent.ended IN ('lost', 'damaged', 'delivered', 'returned') THEN sent.ended
        WHEN sent.ended = 'returning' THEN 'returned'
        WHEN sent.event = 'open' THEN 'open'
        ELSE 'unknown'
    END AS outcome,
    sent.value, sent.goods, sent.tax, sent.cost,
    CASE WHEN labels.currency = sent.currency THEN labels.label_cost END AS label_cost,
    sent.insured,
    CASE WHEN labels.currency = sent.currency THEN labels.declared_value END AS declared_value,
    CASE WHEN labels.currency = sent.currency THEN labels.premium END AS premium,  -- paid for cover; NULL where not told
    coalesce(brought.claimed, false) AS claimed, coalesce(brought.brought_otherwise, false) AS brought_otherwise,
    brought.recovered_carrier, brought.recovered_insurer, brought.recovered_marketplace, brought.recovered_buyer,
    booked.refunded, booked.fees_back
FROM sent
LEFT JOIN labels
    ON labels.account = sent.account
    AND labels.named = CASE WHEN sent.told = '' THEN 'order:' || sent.order_id ELSE sent.told END
LEFT JOIN brought
    ON brought.account = sent.account AND brought.order_id = sent.order_id AND brought.parcel = sent.told
LEFT JOIN booked
    ON booked.account = sent.account AND booked.order_id = sent.order_id AND booked.parcel = sent.told
LEFT JOIN calendar ON calendar.marketplace = coalesce(sent.marketplace, '') AND calendar.day = sent.ordered_day
UNION ALL
SELECT                        -- parcels of which the orders are not loaded: of the seller's own tracking list, so his
    parcels.account, coalesce(parcels.order_id, ''), parcels.parcel, NULL, parcels.currency, parcels.carrier, parcels.service, NULL,
    NULL, CAST(timezone('UTC', parcels.shipped_at) AS DATE), NULL,
    CAST(context.as_of_day - CAST(timezone('UTC', parcels.shipped_at) AS DATE) AS INTEGER),
    CASE
        WHEN parcels.outcome IN ('lost', 'damaged', 'delivered', 'returned') THEN parcels.outcome
        WHEN parcels.outcome IN ('returning', 'rejected') THEN 'returned'
        WHEN parcels.outcome = 'in_transit' AND CAST(timezone('UTC', parcels.shipped_at) AS DATE) <= context.as_of_day THEN 'open'
        WHEN parcels.delivered_at IS NOT NULL THEN 'delivered'
        ELSE 'unknown'
    END,
    NULL, NULL, NULL, NULL, CAST(parcels.label_cost AS DOUBLE), parcels.insured, CAST(parcels.declared_value AS DOUBLE),
    CAST(parcels.premium AS DOUBLE),
    coalesce(brought.claimed, false), coalesce(brought.brought_otherwise, false), brought.recovered_carrier,
    brought.recovered_insurer, brought.recovered_marketplace, brought.recovered_buyer, NULL, NULL
FROM parcels
CROSS JOIN context
ANTI JOIN parcel_lines ON parcel_lines.account = parcels.account AND parcel_lines.parcel = parcels.parcel
LEFT JOIN brought ON brought.account = parcels.account AND brought.parcel = parcels.parcel
