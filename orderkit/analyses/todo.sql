-- about: everything that waits for the seller, one row per thing to do, from facts and policy answers as of a date
-- grain: one row per kind, account, order_id, item_key
-- unit: money is what may have to be refunded or can be claimed, in `currency`; 0 where the matter costs no refund; deadline is a day
-- reads: line_facts, return_facts, order_lines, returns, answers_cancel, answers_upgrade, answers_address, answers_not_received,
--        answers_return_request, answers_return_received; standing_kinds, standing: what the pack asks without a buyer's request
WITH own_lines AS (           -- FBM lines that are not cancelled: the marketplace handles FBA, and a cancelled line asks for nothing
    SELECT *
    FROM line_facts
    WHERE channel = 'FBM' AND coalesce(status, 'unknown') <> 'cancelled'
),

open_requests AS (            -- the buyer wrote and nobody answered since
    SELECT 'cancel' AS kind, account, order_id, line, cancel_asked_at AS asked_at FROM own_lines
    WHERE cancel_asked_at IS NOT NULL AND (cancel_answered_at IS NULL OR cancel_answered_at < cancel_asked_at)
    UNION ALL
    SELECT 'upgrade' AS kind, account, order_id, line, upgrade_asked_at AS asked_at FROM own_lines
    WHERE upgrade_asked_at IS NOT NULL AND (upgrade_answered_at IS NULL OR upgrade_answered_at < upgrade_asked_at)
    UNION ALL
    SELECT 'address' AS kind, account, order_id, line, address_asked_at AS asked_at FROM own_lines
    WHERE address_asked_at IS NOT NULL AND (address_answered_at IS NULL OR address_answered_at < address_asked_at)
    UNION ALL
    SELECT 'not_received' AS kind, account, order_id, line, not_received_asked_at AS asked_at FROM own_lines
    WHERE not_received_asked_at IS NOT NULL AND (not_received_answered_at IS NULL OR not_received_answered_at < not_received_asked_at)
),

answers_to_requests AS (
    SELECT 'cancel' AS kind, account, order_id, line, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_cancel
    UNION ALL
    SELECT 'upgrade' AS kind, account, order_id, line, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_upgrade
    UNION ALL
    SELECT 'address' AS kind, account, order_id, line, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_address
    UNION ALL
    SELECT 'not_received' AS kind, account, order_id, line, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_not_received
),

matters AS (                  -- what a line or return needs by itself; the most urgent of it stands below what a buyer asks
    SELECT
        kind, grain, account, order_id, item_key, answer, rule, deadline, deadline_latest,
        row_number() OVER (
            PARTITION BY grain, account, order_id, item_key
            ORDER BY CASE WHEN deadline IS NULL THEN 1 ELSE 0 END, deadline, kind
        ) AS place
    FROM standing
    WHERE NOT claims
),

requested AS (                -- where the line itself has a nearer day than the answer to the buyer, that day counts
    SELECT
        open_requests.kind, own_lines.account, own_lines.order_id, own_lines.line, own_lines.line AS item_key, own_lines.marketplace,
        CASE WHEN open_requests.kind = 'upgrade' THEN CAST(0 AS DECIMAL(18, 2)) ELSE own_lines.value END AS money,
        own_lines.currency, answers.answer, answers.rule, answers.who_pays, answers.recovery_source,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.deadline ELSE answers.deadline END AS deadline,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.deadline_latest ELSE answers.deadline_latest END AS deadline_latest,
        answers.missing, answers.ask_for, answers.source, own_lines.days_past_deliver_by AS days, open_requests.asked_at,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.kind END AS also_kind,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.answer END AS also,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.rule END AS also_rule
    FROM open_requests
    JOIN own_lines
        ON own_lines.account = open_requests.account
        AND own_lines.order_id = open_requests.order_id
        AND own_lines.line = open_requests.line
    LEFT JOIN answers_to_requests AS answers
        ON answers.kind = open_requests.kind
        AND answers.account = open_requests.account
        AND answers.order_id = open_requests.order_id
        AND answers.line = open_requests.line
    LEFT JOIN matters
        ON matters.grain = 'order_lines'
        AND matters.place = 1
        AND matters.account = open_requests.account
        AND matters.order_id = open_requests.order_id
        AND matters.item_key = open_requests.line
),

spoken AS (
    SELECT DISTINCT account, order_id, line
    FROM open_requests
),

built_in AS (                 -- a pack without standing questions leaves late parcels and late orders to this list itself
    SELECT count(*) = 0 AS needed
    FROM standing_kinds
),

quiet_lines AS (              -- lines about which no buyer waits for an answer
    SELECT own_lines.*
    FROM own_lines
    CROSS JOIN built_in
    LEFT JOIN spoken
        ON spoken.account = own_lines.account
        AND spoken.order_id = own_lines.order_id
        AND spoken.line = own_lines.line
    WHERE built_in.needed AND spoken.line IS NULL
),

on_the_road AS (              -- nobody complained: late parcels to look after, lost ones to settle
    SELECT
        CASE WHEN quiet_lines.delivery = 'lost' THEN 'lost' ELSE 'late_open' END AS kind,
        quiet_lines.account, quiet_lines.order_id, quiet_lines.line, quiet_lines.line AS item_key, quiet_lines.marketplace,
        quiet_lines.value AS money, quiet_lines.currency, answers.answer, answers.rule, answers.who_pays, answers.recovery_source,
        answers.deadline, answers.deadline_latest, answers.missing, answers.ask_for, answers.source, quiet_lines.days_past_deliver_by AS days
    FROM quiet_lines
    LEFT JOIN answers_not_received AS answers
        ON answers.account = quiet_lines.account
        AND answers.order_id = quiet_lines.order_id
        AND answers.line = quiet_lines.line
    WHERE quiet_lines.delivery IN ('lost', 'open_late')
),

to_ship AS (
    SELECT
        'ship_late' AS kind, account, order_id, line, line AS item_key, marketplace, value AS money, currency,
        'ship_or_cancel' AS answer, CAST(NULL AS VARCHAR) AS rule, 'seller' AS who_pays, 'none' AS recovery_source,
        ship_by_day AS deadline, CAST(NULL AS DATE) AS deadline_latest,
        CAST(NULL AS VARCHAR) AS missing, CAST(NULL AS VARCHAR) AS ask_for, CAST(NULL AS VARCHAR) AS source, days_past_ship_by AS days
    FROM quiet_lines
    WHERE status IN ('unshipped', 'partially_shipped') AND days_past_ship_by > 0
),

standing_lines AS (           -- a claim runs out whether or not the buyer waits; all else waits for the answer to the buyer
    SELECT
        standing.kind, lines.account, lines.order_id, lines.line, lines.line AS item_key, lines.marketplace,
        CASE
            WHEN lines.delivery = 'not_shipped' AND lines.days_past_ship_by <= 0 THEN CAST(0 AS DECIMAL(18, 2))
            ELSE lines.value
        END AS money,
        lines.currency, standing.answer, standing.rule, standing.who_pays, standing.recovery_source,
        standing.deadline, standing.deadline_latest, standing.missing, standing.ask_for, standing.source, lines.days_past_deliver_by AS days
    FROM standing
    JOIN line_facts AS lines
        ON lines.account = standing.account
        AND lines.order_id = standing.order_id
        AND lines.line = standing.item_key
    LEFT JOIN spoken
        ON spoken.account = standing.account
        AND spoken.order_id = standing.order_id
        AND spoken.line = standing.item_key
    WHERE standing.grain = 'order_lines'
        AND (standing.claims OR spoken.line IS NULL)
        AND (standing.claims OR lines.delivery IS NOT NULL OR lines.tracking IS NULL)   -- sent without tracking: nobody can look
),

open_returns AS (             -- approved ones on their way back wait for the parcel, not for the seller
    SELECT
        CASE WHEN return_facts.received THEN 'return_received' ELSE 'return_request' END AS kind,
        return_facts.account, return_facts.return_id, return_facts.order_id, return_facts.line, return_facts.marketplace,
        return_facts.value, return_facts.currency,
        CASE WHEN return_facts.received THEN return_facts.days_since_received ELSE return_facts.days_since_requested END AS days
    FROM return_facts
    JOIN returns
        ON returns.account = return_facts.account
        AND returns.return_id = return_facts.return_id
    CROSS JOIN built_in
    WHERE return_facts.channel = 'FBM'
        AND NOT coalesce(return_facts.closed, false)
        AND return_facts.is_refunded IS NULL
        AND (return_facts.received OR coalesce(returns.status, 'unknown') <> 'approved')
        AND (built_in.needed OR NOT return_facts.received OR coalesce(return_facts.refund_on_record, 'no') <> 'yes')
),

answers_to_returns AS (
    SELECT 'return_request' AS kind, account, return_id, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_return_request
    UNION ALL
    SELECT 'return_received' AS kind, account, return_id, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source FROM answers_return_received
),

sent_back AS (
    SELECT
        open_returns.kind, open_returns.account, open_returns.order_id, open_returns.line, open_returns.return_id AS item_key,
        open_returns.marketplace, open_returns.value AS money, open_returns.currency,
        answers.answer, answers.rule, answers.who_pays, answers.recovery_source,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.deadline ELSE answers.deadline END AS deadline,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.deadline_latest ELSE answers.deadline_latest END AS deadline_latest,
        answers.missing, answers.ask_for, answers.source, open_returns.days,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.kind END AS also_kind,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.answer END AS also,
        CASE WHEN matters.deadline < answers.deadline OR answers.deadline IS NULL THEN matters.rule END AS also_rule
    FROM open_returns
    LEFT JOIN answers_to_returns AS answers
        ON answers.kind = open_returns.kind
        AND answers.account = open_returns.account
        AND answers.return_id = open_returns.return_id
    LEFT JOIN matters
        ON matters.grain = 'returns'
        AND matters.place = 1
        AND matters.account = open_returns.account
        AND matters.order_id = open_returns.order_id
        AND matters.item_key = open_returns.return_id
),

claims AS (                   -- returns about which a claim is open: it says all that there is to do
    SELECT DISTINCT account, order_id, item_key AS return_id
    FROM standing
    WHERE grain = 'returns' AND claims
),

standing_returns AS (         -- claims, and what waits though nothing came back; what a return that is here needs stands with it
    SELECT
        standing.kind, return_facts.account, return_facts.order_id, return_facts.line, return_facts.return_id AS item_key,
        return_facts.marketplace, coalesce(return_facts.refunded_amount, return_facts.value) AS money, return_facts.currency,
        standing.answer, standing.rule, standing.who_pays, standing.recovery_source,
        standing.deadline, standing.deadline_latest, standing.missing, standing.ask_for, standing.source, return_facts.days_since_requested AS days
    FROM standing
    JOIN return_facts
        ON return_facts.account = standing.account
        AND return_facts.return_id = standing.item_key
        AND return_facts.order_id = standing.order_id
    LEFT JOIN claims
        ON claims.account = standing.account
        AND claims.return_id = standing.item_key
        AND claims.order_id = standing.order_id
    WHERE standing.grain = 'returns'
        AND (standing.claims OR (NOT return_facts.received AND claims.return_id IS NULL))
),

things AS (
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, asked_at, also_kind, also, also_rule
    FROM requested
    UNION ALL
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, NULL, also_kind, also, also_rule
    FROM sent_back
    UNION ALL
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, NULL, NULL, NULL, NULL
    FROM on_the_road
    UNION ALL
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, NULL, NULL, NULL, NULL
    FROM to_ship
    UNION ALL
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, NULL, NULL, NULL, NULL
    FROM standing_lines
    UNION ALL
    SELECT kind, account, order_id, line, item_key, marketplace, money, currency, answer, rule, who_pays, recovery_source, deadline, deadline_latest, missing, ask_for, source, days, NULL, NULL, NULL, NULL
    FROM standing_returns
)

SELECT
    things.kind, things.account, things.order_id, things.line, things.item_key, things.marketplace, things.money, things.currency,
    things.answer, things.rule, things.who_pays, things.recovery_source, things.deadline, things.deadline_latest,
    things.missing, things.ask_for, things.source, things.days, things.asked_at, things.also_kind, things.also, things.also_rule,
    -- an order item id may come with a later export, so that what names the thing is the SKU and its number
    CASE WHEN things.item_key = things.line THEN coalesce(order_lines.sku, things.line) ELSE things.item_key END AS named,
    coalesce(order_lines.occurrence, 1) AS occurrence,
    order_lines.status,
    -- what rests on a later export alone tells nothing about what waited on this day
    coalesce(returns.reconstructed, order_lines.reconstructed, false) AS reconstructed
FROM things
LEFT JOIN order_lines
    ON order_lines.account = things.account
    AND order_lines.order_id = things.order_id
    AND order_lines.line = things.line
LEFT JOIN returns
    ON returns.account = things.account
    AND returns.return_id = things.item_key
ORDER BY things.account, things.order_id, things.item_key, things.kind
