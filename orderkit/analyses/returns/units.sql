-- about: returns of what the seller ships (FBM) and of what the marketplace ships (FBA), in one table, with what they cost
-- grain: sold_units one row per account, order_id and line that was shipped; goods one per account and SKU, with its newest costs;
--        return_units one per account and return_id; return_money one per kind of booking and what it is about: return_id, or none
-- unit: units; amounts are signed, in `currency`: what the seller gets is positive; days as the exports state them
-- reads: returns, return_facts, line_facts, order_lines, products, money, holidays, returns_known, context
CREATE OR REPLACE TEMP VIEW sold_units AS
SELECT
    line_facts.account, line_facts.order_id, line_facts.line, line_facts.order_item_id, line_facts.sku, line_facts.channel,
    line_facts.marketplace, line_facts.ordered_day, line_facts.units,
    -- ordered since the day from which returns are known: of what was sold before, early returns are missing, which is no zero
    coalesce(line_facts.ordered_day >= returns_known.first_day, true) AS followed,
    CASE WHEN holidays.day IS NULL THEN 'usual' ELSE 'holiday' END AS "window"
FROM line_facts
LEFT JOIN holidays ON holidays.marketplace = line_facts.marketplace AND holidays.day = line_facts.ordered_day
LEFT JOIN returns_known ON returns_known.channel = line_facts.channel
WHERE line_facts.handed_over
;
CREATE OR REPLACE TEMP TABLE goods AS
SELECT account, sku, category, resale_share
FROM products
CROSS JOIN context
WHERE valid_from IS NULL OR valid_from <= context.as_of_day
QUALIFY row_number() OVER (PARTITION BY account, sku ORDER BY valid_from DESC NULLS LAST, "row") = 1
;
CREATE OR REPLACE TEMP TABLE return_units AS
WITH told AS (                -- a return without units is one unit at least; withdrawn and impossible ones are none
    SELECT
        returns.*,
        return_facts.fault,
        return_facts.state,
        return_facts.ordered_day,
        return_facts.units_sold,
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

loose AS (                    -- exports that name no item leave open which line of a SKU that stands twice in the order it was
    SELECT
        account, return_id, order_id, sku,
        coalesce(sum(asked_units) OVER (
            PARTITION BY account, order_id, sku ORDER BY told_on, return_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS units_before
    FROM told
    WHERE line IS NULL AND sku IS NOT NULL
),

refunded AS (
    SELECT DISTINCT money.account, money.order_id, money.order_item_id
    FROM money
    SEMI JOIN loose ON loose.account = money.account AND loose.order_id = money.order_id
    WHERE money.category = 'refund' AND money.counts AND money.order_item_id IS NOT NULL
),

same_sku AS (                 -- one line after the other is filled with them, refunded ones first
    SELECT
        sold_units.account, sold_units.order_id, sold_units.sku, sold_units.line, sold_units.units, sold_units.ordered_day,
        sum(sold_units.units) OVER (
            PARTITION BY sold_units.account, sold_units.order_id, sold_units.sku
            ORDER BY refunded.order_id IS NULL, sold_units.line ROWS UNBOUNDED PRECEDING
        ) AS upto
    FROM sold_units
    SEMI JOIN loose
        ON loose.account = sold_units.account AND loose.order_id = sold_units.order_id AND loose.sku = sold_units.sku
    LEFT JOIN refunded
        ON refunded.account = sold_units.account AND refunded.order_id = sold_units.order_id
        AND refunded.order_item_id = sold_units.order_item_id
    WHERE sold_units.units > 0
),

found AS (
    SELECT loose.account, loose.return_id, same_sku.line, same_sku.units, same_sku.ordered_day
    FROM loose
    JOIN same_sku
        ON same_sku.account = loose.account AND same_sku.order_id = loose.order_id AND same_sku.sku = loose.sku
        AND loose.units_before >= same_sku.upto - same_sku.units AND loose.units_before < same_sku.upto
),

asked AS (
    SELECT told.* REPLACE (
        coalesce(told.line, found.line) AS line,
        coalesce(told.units_sold, found.units) AS units_sold,
        coalesce(told.ordered_day, found.ordered_day) AS ordered_day
    )
    FROM told
    LEFT JOIN found ON found.account = told.account AND found.return_id = told.return_id
),

sold AS (                     -- the lines of the orders that have returns
    SELECT
        order_lines.account, order_lines.order_id, order_lines.line, order_lines.order_item_id, order_lines.marketplace,
        order_lines.currency, order_lines.units, order_lines.item_price, order_lines.discounts
    FROM order_lines
    SEMI JOIN returns ON returns.order_id = order_lines.order_id      -- by one key, which is faster; of which account is told below
),

orders AS (                   -- what holds for a return of which the line cannot be told
    SELECT account, order_id, min(marketplace) AS marketplace, min(currency) AS currency
    FROM sold
    GROUP BY account, order_id
),

several AS (                  -- windows are dear, and nearly all lines have one return
    SELECT account, order_id, line
    FROM asked
    WHERE line IS NOT NULL
    GROUP BY account, order_id, line
    HAVING count(*) > 1
),

earlier AS (                  -- what was asked back of the line before
    SELECT
        asked.account, asked.return_id,
        sum(asked.asked_units) OVER (
            PARTITION BY asked.account, asked.order_id, asked.line ORDER BY asked.told_on, asked.return_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS units
    FROM asked
    SEMI JOIN several
        ON several.account = asked.account AND several.order_id = asked.order_id AND several.line = asked.line
),

numbered AS (
    SELECT asked.*, coalesce(earlier.units, 0) AS units_before
    FROM asked
    LEFT JOIN earlier ON earlier.account = asked.account AND earlier.return_id = asked.return_id
)

SELECT
    numbered.account, numbered.return_id, numbered.order_id, numbered.line, numbered.sku, numbered.channel,
    coalesce(numbered.marketplace, orders.marketplace) AS marketplace,
    coalesce(numbered.money_currency, orders.currency) AS currency,
    goods.category, numbered.ordered_day, CASE WHEN holidays.day IS NULL THEN 'usual' ELSE 'holiday' END AS "window",
    sold.order_item_id,
    numbered.told_on, numbered.requested_at, numbered.received_at, numbered.reason, numbered.reason_group, numbered.usual_cause,
    numbered.fault, numbered.status, numbered.withdrawn, numbered.resolution, numbered.in_policy, numbered.disposition,
    numbered.state, numbered.comments, numbered.label_payer, numbered.label_cost, numbered.refunded,
    numbered.line IS NULL AS without_order,
    coalesce(numbered.units <= 0, false) AS impossible_units,
    -- the same unit under two dates, or more than was bought, counts once
    CAST(CASE
        WHEN sold.units > 0 THEN least(numbered.asked_units, greatest(sold.units - numbered.units_before, 0))
        ELSE numbered.asked_units
    END AS INTEGER) AS units,
    CAST(CASE
        WHEN sold.units > 0
            THEN numbered.asked_units - least(numbered.asked_units, greatest(sold.units - numbered.units_before, 0))
        ELSE 0
    END AS INTEGER) AS units_twice,
    coalesce(
        numbered.units_sold > 0 AND numbered.told_on >= numbered.ordered_day
        AND coalesce(numbered.ordered_day >= returns_known.first_day, true),
        false
    ) AS in_rate,
    CAST(numbered.told_on - numbered.ordered_day AS INTEGER) AS delay,
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
    CASE WHEN sold.units > 0 THEN sold.item_price / sold.units END AS price,
    CASE WHEN sold.units > 0 THEN coalesce(sold.discounts, 0) / sold.units END AS discount,
    goods.resale_share
FROM numbered
LEFT JOIN sold ON sold.account = numbered.account AND sold.order_id = numbered.order_id AND sold.line = numbered.line
LEFT JOIN orders ON orders.account = numbered.account AND orders.order_id = numbered.order_id
LEFT JOIN goods ON goods.account = numbered.account AND goods.sku = numbered.sku
LEFT JOIN holidays ON holidays.marketplace = numbered.marketplace AND holidays.day = numbered.ordered_day
LEFT JOIN returns_known ON returns_known.channel = numbered.channel
;
CREATE OR REPLACE TEMP TABLE return_money AS
WITH refund_types AS (        -- the words, in whatever language, under which a marketplace books refunds
    SELECT DISTINCT account, type
    FROM money
    WHERE category IN ('refund', 'a_to_z', 'chargeback')
),

about_returns AS (            -- cents, so that what is shared out adds up to the cent
    SELECT
        money.account, money.order_id, money.order_item_id, money.sku, money.currency, min(money.marketplace) AS marketplace,
        CASE
            WHEN money.category = 'shipping_label' THEN 'label'
            WHEN money.category IN ('safe_t', 'reimbursement') THEN 'recovered'
            WHEN money.category = 'fee' THEN 'fees'
            ELSE 'refund'
        END AS kind,
        CAST(sum(money.amount) * 100 AS BIGINT) AS cents
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

came_back AS (                -- the orders that have returns: nearly all have one, to which all that is booked on it belongs
    SELECT
        account, order_id, count(*) AS returns, any_value(return_id) AS return_id, any_value(order_item_id) AS order_item_id,
        any_value(sku) AS sku
    FROM return_units
    WHERE units > 0
    GROUP BY account, order_id
),

matched AS (                  -- a booking that names neither item nor SKU is about the order
    SELECT
        about_returns.*, came_back.returns, came_back.return_id,
        coalesce(
            (about_returns.order_item_id IS NULL AND about_returns.sku IS NULL)
            OR about_returns.order_item_id = came_back.order_item_id
            OR ((about_returns.order_item_id IS NULL OR came_back.order_item_id IS NULL) AND about_returns.sku = came_back.sku),
            false
        ) AS is_about_it
    FROM about_returns
    LEFT JOIN came_back ON came_back.account = about_returns.account AND came_back.order_id = about_returns.order_id
),

counted AS (                  -- the others: what is booked on a line is shared by its returns, what is booked on the order by all
    SELECT return_units.account, return_units.order_id, line, return_units.order_item_id, return_units.sku,
        return_units.return_id, told_on, units
    FROM return_units
    SEMI JOIN came_back
        ON came_back.account = return_units.account AND came_back.order_id = return_units.order_id AND came_back.returns > 1
    WHERE units > 0
),

items AS (
    SELECT account, order_id, order_item_id, min(line) AS line
    FROM counted
    WHERE order_item_id IS NOT NULL AND line IS NOT NULL
    GROUP BY account, order_id, order_item_id
),

skus AS (                     -- a booking that names a SKU that came back on two lines goes to the first of them
    SELECT account, order_id, sku, min(line) AS line, min(line) FILTER (WHERE order_item_id IS NULL) AS line_without_number
    FROM counted
    WHERE sku IS NOT NULL AND line IS NOT NULL
    GROUP BY account, order_id, sku
),

placed AS (
    SELECT
        matched.account, matched.order_id, matched.currency, matched.marketplace, matched.kind,
        -- empty: about the order, not one of its lines; unknown: about a line that did not come back
        CASE
            WHEN matched.order_item_id IS NULL AND matched.sku IS NULL THEN ''
            WHEN matched.order_item_id IS NULL THEN skus.line
            ELSE coalesce(items.line, skus.line_without_number)
        END AS line,
        sum(matched.cents) AS cents
    FROM matched
    LEFT JOIN items
        ON items.account = matched.account AND items.order_id = matched.order_id
        AND items.order_item_id = matched.order_item_id
    LEFT JOIN skus ON skus.account = matched.account AND skus.order_id = matched.order_id AND skus.sku = matched.sku
    WHERE matched.returns > 1
    GROUP BY ALL
),

shares AS (
    SELECT
        account, order_id, line, return_id,
        sum(units) OVER (PARTITION BY account, order_id, line) AS whole,
        sum(units) OVER (PARTITION BY account, order_id, line ORDER BY told_on, return_id ROWS UNBOUNDED PRECEDING) AS upto,
        units
    FROM counted
    WHERE line IS NOT NULL
    UNION ALL
    SELECT
        account, order_id, '' AS line, return_id,
        sum(units) OVER (PARTITION BY account, order_id) AS whole,
        sum(units) OVER (PARTITION BY account, order_id ORDER BY told_on, return_id ROWS UNBOUNDED PRECEDING) AS upto,
        units
    FROM counted
)

SELECT account, order_id, CASE WHEN is_about_it THEN return_id END AS return_id, currency, marketplace, kind, cents
FROM matched
WHERE returns IS NULL OR returns = 1
UNION ALL
SELECT
    placed.account, placed.order_id, shares.return_id, placed.currency, placed.marketplace, placed.kind,
    CAST(CASE
        WHEN shares.return_id IS NULL THEN placed.cents
        ELSE placed.cents * shares.upto // shares.whole - placed.cents * (shares.upto - shares.units) // shares.whole
    END AS BIGINT) AS cents
FROM placed
LEFT JOIN shares
    ON shares.account = placed.account AND shares.order_id = placed.order_id AND shares.line = placed.line
;
-- grain of return_costs: one row per return and currency of its bookings, `main` for one of each return: count those. cents is what
-- the money exports tell of it, NULL where they tell nothing yet; label_outside a label that the seller paid and no money export
-- tells of; goods what units that came back sellable are worth; net all of it as a cost
CREATE OR REPLACE TEMP TABLE return_costs AS
WITH currencies AS (
    SELECT account, return_id, min(currency) AS first, max(currency) AS last, count(currency) < count(*) AS some_unknown
    FROM return_money
    WHERE return_id IS NOT NULL
    GROUP BY account, return_id
),

several AS (                  -- rare: kept apart, as windows are dear
    SELECT currencies.account, currencies.return_id, return_units.currency AS own
    FROM currencies
    JOIN return_units
        ON return_units.account = currencies.account AND return_units.return_id = currencies.return_id
    WHERE currencies.first <> currencies.last OR (currencies.some_unknown AND currencies.first IS NOT NULL)
),

told AS (
    SELECT
        account, return_id, any_value(currency) AS currency, true AS main,
        sum(cents) AS cents,
        sum(cents) FILTER (WHERE kind = 'refund') AS refund, sum(cents) FILTER (WHERE kind = 'fees') AS fees,
        sum(cents) FILTER (WHERE kind = 'label') AS label, sum(cents) FILTER (WHERE kind = 'recovered') AS recovered
    FROM return_money
    ANTI JOIN several ON several.account = return_money.account AND several.return_id = return_money.return_id
    WHERE return_id IS NOT NULL
    GROUP BY account, return_id
    UNION ALL
    SELECT
        return_money.account, return_money.return_id, return_money.currency,
        row_number() OVER (
            PARTITION BY return_money.account, return_money.return_id
            ORDER BY return_money.currency IS NOT DISTINCT FROM several.own DESC, return_money.currency
        ) = 1 AS main,
        sum(cents) AS cents,
        sum(cents) FILTER (WHERE kind = 'refund') AS refund, sum(cents) FILTER (WHERE kind = 'fees') AS fees,
        sum(cents) FILTER (WHERE kind = 'label') AS label, sum(cents) FILTER (WHERE kind = 'recovered') AS recovered
    FROM return_money
    JOIN several ON several.account = return_money.account AND several.return_id = return_money.return_id
    GROUP BY return_money.account, return_money.return_id, return_money.currency, several.own
),

joined AS (
    SELECT
        return_units.* EXCLUDE (currency),
        -- what the returns export states; the refund of a unit that counts already is stated there again
        CASE WHEN return_units.units > 0 OR return_units.units_twice = 0 THEN return_units.refunded END AS stated,
        coalesce(told.currency, return_units.currency) AS currency,
        told.cents, told.refund, told.fees, told.label, told.recovered,
        coalesce(told.main, true) AS main,
        CASE
            WHEN told.label IS NULL AND lower(return_units.label_payer) = 'seller' AND return_units.units > 0 AND coalesce(told.main, true)
                THEN CAST(-100 * return_units.label_cost AS BIGINT)
        END AS label_outside,
        CASE
            WHEN return_units.condition = 'sellable' AND coalesce(told.main, true)
                THEN CAST(round(100 * return_units.units * return_units.price * return_units.resale_share) AS BIGINT)
        END AS goods
    FROM return_units
    LEFT JOIN told
        ON told.account = return_units.account AND told.return_id = return_units.return_id
)

SELECT
    *,
    CASE WHEN cents IS NOT NULL THEN -(cents + coalesce(label_outside, 0) + coalesce(goods, 0)) END AS net
FROM joined
