-- about: returns of what the seller ships (FBM) and of what the marketplace ships (FBA), in one table, with what they cost
-- grain: return_units one row per account and return_id; sold_units one per account, order_id and line that was shipped;
--        return_money one per row of money that is about a refund or a return; told apart by return_id, empty where none
-- unit: units; amounts are signed, in `currency`: what the seller gets is positive; days as the exports state them
-- reads: returns, return_facts, line_facts, order_lines, products, money, holiday_windows, context
CREATE OR REPLACE TEMP TABLE sold_units AS
WITH goods AS (               -- the newest costs of each SKU
    SELECT account, sku, category, resale_share
    FROM products
    CROSS JOIN context
    WHERE valid_from IS NULL OR valid_from <= context.as_of_day
    QUALIFY row_number() OVER (PARTITION BY account, sku ORDER BY valid_from DESC NULLS LAST, "row") = 1
)

SELECT
    line_facts.account, line_facts.order_id, line_facts.line, line_facts.sku, line_facts.order_item_id,
    line_facts.channel, line_facts.marketplace, line_facts.currency, line_facts.ordered_day,
    CASE WHEN holiday_windows.marketplace IS NULL THEN 'usual' ELSE 'holiday' END AS "window",
    goods.category, goods.resale_share,
    order_lines.units,
    CASE WHEN order_lines.units > 0 THEN order_lines.item_price / order_lines.units END AS price,
    CASE WHEN order_lines.units > 0 THEN coalesce(order_lines.discounts, 0) / order_lines.units END AS discount
FROM line_facts
JOIN order_lines
    ON order_lines.account = line_facts.account
    AND order_lines.order_id = line_facts.order_id
    AND order_lines.line = line_facts.line
LEFT JOIN goods ON goods.account = line_facts.account AND goods.sku = line_facts.sku
LEFT JOIN holiday_windows
    ON holiday_windows.marketplace = line_facts.marketplace
    AND line_facts.ordered_day BETWEEN holiday_windows.first_day AND holiday_windows.last_day
WHERE line_facts.handed_over
;
CREATE OR REPLACE TEMP TABLE return_units AS
WITH asked AS (               -- a return without units is one unit at least; withdrawn and impossible ones are none
    SELECT
        returns.*,
        return_facts.fault,
        return_facts.state,
        CASE WHEN returns.fnsku IS NOT NULL OR return_facts.channel = 'FBA' THEN 'FBA' ELSE 'FBM' END AS channel,
        return_facts.marketplace,
        return_facts.currency AS money_currency,
        coalesce(returns.requested_at, returns.received_at) AS told_on,
        coalesce(returns.status, '') IN ('cancelled', 'declined') AS withdrawn,
        CASE
            WHEN coalesce(returns.status, '') IN ('cancelled', 'declined') THEN 0
            ELSE greatest(coalesce(returns.units, 1), 0)
        END AS asked_units
    FROM returns
    JOIN return_facts ON return_facts.account = returns.account AND return_facts.return_id = returns.return_id
),

orders AS (                   -- what holds for a return of which the line cannot be told
    SELECT account, order_id, min(marketplace) AS marketplace, min(currency) AS currency
    FROM line_facts
    GROUP BY account, order_id
),

numbered AS (                 -- what was asked back of the line before
    SELECT
        *,
        coalesce(sum(asked_units) OVER (
            PARTITION BY account, order_id, line ORDER BY told_on, return_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS units_before
    FROM asked
)

SELECT
    numbered.account, numbered.return_id, numbered.order_id, numbered.line, numbered.sku, numbered.channel,
    coalesce(numbered.marketplace, orders.marketplace) AS marketplace,
    coalesce(numbered.money_currency, orders.currency) AS currency,
    sold_units.category, sold_units.ordered_day, sold_units."window",
    numbered.told_on, numbered.requested_at, numbered.received_at, numbered.reason, numbered.reason_group, numbered.usual_cause,
    numbered.fault, numbered.status, numbered.withdrawn, numbered.resolution, numbered.in_policy, numbered.disposition,
    numbered.state, numbered.comments, numbered.label_payer, numbered.label_cost, numbered.refunded,
    numbered.line IS NULL AS without_order,
    coalesce(numbered.units <= 0, false) AS impossible_units,
    -- the same unit under two dates, or more than was bought, counts once
    CAST(CASE
        WHEN sold_units.units > 0 THEN least(numbered.asked_units, greatest(sold_units.units - numbered.units_before, 0))
        ELSE numbered.asked_units
    END AS INTEGER) AS units,
    CAST(CASE
        WHEN sold_units.units > 0
            THEN numbered.asked_units - least(numbered.asked_units, greatest(sold_units.units - numbered.units_before, 0))
        ELSE 0
    END AS INTEGER) AS units_twice,
    sold_units.line IS NOT NULL AND numbered.told_on >= sold_units.ordered_day AS in_rate,
    CAST(numbered.told_on - sold_units.ordered_day AS INTEGER) AS delay,
    -- the condition in which it came back, as the warehouse or the seller found it; a buyer's reason is no finding
    CASE
        WHEN numbered.channel = 'FBA' THEN CASE
            WHEN upper(numbered.disposition) = 'SELLABLE' THEN 'sellable'
            WHEN numbered.disposition IS NOT NULL THEN 'not_sellable'
        END
        WHEN numbered.received_at IS NULL THEN 'not_back'
        WHEN numbered.state = 'original' THEN 'sellable'
        WHEN numbered.state IS NOT NULL THEN 'not_sellable'
    END AS condition,
    sold_units.price, sold_units.discount, sold_units.resale_share
FROM numbered
LEFT JOIN sold_units
    ON sold_units.account = numbered.account AND sold_units.order_id = numbered.order_id AND sold_units.line = numbered.line
LEFT JOIN orders ON orders.account = numbered.account AND orders.order_id = numbered.order_id
;
CREATE OR REPLACE TEMP TABLE return_money AS
WITH refund_types AS (        -- the words, in whatever language, under which a marketplace books refunds
    SELECT DISTINCT account, type
    FROM money
    WHERE category IN ('refund', 'a_to_z', 'chargeback')
),

about_returns AS (            -- cents, so that what is shared out adds up to the cent
    SELECT
        money.account, money.order_id, money.order_item_id, money.sku, money.currency,
        CASE
            WHEN money.category = 'shipping_label' THEN 'label'
            WHEN money.category IN ('safe_t', 'reimbursement') THEN 'recovered'
            WHEN money.category = 'fee' THEN 'fees'
            ELSE 'refund'
        END AS kind,
        CAST(sum(money.amount) * 100 AS BIGINT) AS cents,
        count(*) AS bookings
    FROM money
    LEFT JOIN refund_types ON refund_types.account = money.account AND refund_types.type = money.type
    WHERE money.counts
        AND (
            money.category = 'safe_t'
            OR (money.category = 'reimbursement' AND regexp_matches(lower(money.description), 'customer.?return'))
            OR (money.category = 'shipping_label' AND contains(lower(money.description), 'return'))
            OR (refund_types.type IS NOT NULL AND money.category NOT IN ('shipping_label', 'reimbursement'))
        )
    GROUP BY ALL
),

items AS (
    SELECT account, order_id, order_item_id, min(line) AS line
    FROM order_lines
    WHERE order_item_id IS NOT NULL
    GROUP BY account, order_id, order_item_id
),

skus AS (                     -- a booking that names a SKU that stands twice in the order goes to the first of its lines
    SELECT account, order_id, sku, min(line) AS line
    FROM order_lines
    WHERE sku IS NOT NULL
    GROUP BY account, order_id, sku
),

placed AS (
    SELECT
        about_returns.account, about_returns.order_id, coalesce(items.line, skus.line) AS line, about_returns.currency,
        about_returns.kind, sum(about_returns.cents) AS cents, CAST(sum(about_returns.bookings) AS BIGINT) AS bookings
    FROM about_returns
    LEFT JOIN items
        ON items.account = about_returns.account AND items.order_id = about_returns.order_id
        AND items.order_item_id = about_returns.order_item_id
    LEFT JOIN skus
        ON skus.account = about_returns.account AND skus.order_id = about_returns.order_id AND skus.sku = about_returns.sku
        AND items.line IS NULL
    GROUP BY ALL
),

counted AS (
    SELECT account, order_id, line, return_id, told_on, units
    FROM return_units
    WHERE units > 0
),

shares AS (                   -- of the line for what is booked on it, of the order for what is booked on no line
    SELECT
        account, order_id, line, return_id,
        sum(units) OVER (PARTITION BY account, order_id, line) AS whole,
        sum(units) OVER (PARTITION BY account, order_id, line ORDER BY told_on, return_id ROWS UNBOUNDED PRECEDING) AS upto,
        units
    FROM counted
    WHERE line IS NOT NULL
    UNION ALL
    SELECT
        account, order_id, NULL AS line, return_id,
        sum(units) OVER (PARTITION BY account, order_id) AS whole,
        sum(units) OVER (PARTITION BY account, order_id ORDER BY told_on, return_id ROWS UNBOUNDED PRECEDING) AS upto,
        units
    FROM counted
)

SELECT
    placed.account, placed.order_id, placed.line, shares.return_id, placed.currency, placed.kind,
    CAST(CASE
        WHEN shares.return_id IS NULL THEN placed.cents
        ELSE placed.cents * shares.upto // shares.whole - placed.cents * (shares.upto - shares.units) // shares.whole
    END AS BIGINT) AS cents,
    placed.bookings
FROM placed
LEFT JOIN shares
    ON shares.account = placed.account AND shares.order_id = placed.order_id AND shares.line IS NOT DISTINCT FROM placed.line
;
-- grain of return_costs: one row per return; cents is what the money exports tell of it, NULL where they tell nothing yet; label_outside
-- a label that the seller paid and no money export tells of; goods what units that came back sellable are worth; net all of it as a cost
CREATE OR REPLACE TEMP TABLE return_costs AS
WITH told AS (
    SELECT
        account, return_id, currency, sum(cents) AS cents,
        sum(cents) FILTER (WHERE kind = 'refund') AS refund, sum(cents) FILTER (WHERE kind = 'fees') AS fees,
        sum(cents) FILTER (WHERE kind = 'label') AS label, sum(cents) FILTER (WHERE kind = 'recovered') AS recovered
    FROM return_money
    WHERE return_id IS NOT NULL
    GROUP BY account, return_id, currency
),

joined AS (
    SELECT
        return_units.* EXCLUDE (currency),
        coalesce(told.currency, return_units.currency) AS currency,
        told.cents, told.refund, told.fees, told.label, told.recovered,
        CASE
            WHEN told.label IS NULL AND lower(return_units.label_payer) = 'seller' AND return_units.units > 0
                THEN CAST(-100 * return_units.label_cost AS BIGINT)
        END AS label_outside,
        CASE
            WHEN return_units.condition = 'sellable'
                THEN CAST(round(100 * return_units.units * return_units.price * return_units.resale_share) AS BIGINT)
        END AS goods
    FROM return_units
    LEFT JOIN told ON told.account = return_units.account AND told.return_id = return_units.return_id
)

SELECT
    *,
    CASE WHEN cents IS NOT NULL THEN -(cents + coalesce(label_outside, 0) + coalesce(goods, 0)) END AS net
FROM joined
