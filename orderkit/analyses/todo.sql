-- about: everything that waits for the seller, one row per thing to do, from facts and policy answers as of a date
-- grain: one row per kind, account, order_id, item_key
-- unit: money is what may have to be refunded or can be claimed, in `currency`; 0 where the matter costs no refund; deadline is a day
-- reads: line_facts, return_facts, returns, answers_cancel, answers_upgrade, answers_address, answers_not_received,
--        answers_return_request, answers_return_received
WITH own_lines AS (           -- FBM lines that are not cancelled: the marketplace handles FBA, and a cancelled line asks for nothing
    SELECT *
    FROM line_facts
    WHERE channel = 'FBM' AND coalesce(status, 'unknown') <> 'cancelled'
),

open_requests AS (            -- the buyer wrote and nobody answered since
    SELECT 'cancel' AS kind, account, order_id, line FROM own_lines
    WHERE cancel_asked_at IS NOT NULL AND (cancel_answered_at IS NULL OR cancel_answered_at < cancel_asked_at)
    UNION ALL
    SELECT 'upgrade' AS kind, account, order_id, line FROM own_lines
    WHERE upgrade_asked_at IS NOT NULL AND (upgrade_answered_at IS NULL OR upgrade_answered_at < upgrade_asked_at)
    UNION ALL
    SELECT 'address' AS kind, account, order_id, line FROM own_lines
    WHERE address_asked_at IS NOT NULL AND (address_answered_at IS NULL OR address_answered_at < address_asked_at)
    UNION ALL
    SELECT 'not_received' AS kind, account, order_id, line FROM own_lines
    WHERE not_received_asked_at IS NOT NULL AND (not_received_answered_at IS NULL OR not_received_answered_at < not_received_asked_at)
),

answers_to_requests AS (
    SELECT 'cancel' AS kind, account, order_id, line, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_cancel
    UNION ALL
    SELECT 'upgrade' AS kind, account, order_id, line, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_upgrade
    UNION ALL
    SELECT 'address' AS kind, account, order_id, line, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_address
    UNION ALL
    SELECT 'not_received' AS kind, account, order_id, line, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_not_received
),

requested AS (
    SELECT
        open_requests.kind, own_lines.account, own_lines.order_id, own_lines.line, own_lines.line AS item_key,
        CASE WHEN open_requests.kind = 'upgrade' THEN CAST(0 AS DECIMAL(18, 2)) ELSE own_lines.value END AS money,
        own_lines.currency, answers.answer, answers.rule, answers.who_pays, answers.deadline, answers.missing, answers.ask_for, answers.source,
        own_lines.days_past_deliver_by AS days
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
),

quiet_lines AS (              -- lines about which no buyer waits for an answer
    SELECT own_lines.*
    FROM own_lines
    LEFT JOIN (SELECT DISTINCT account, order_id, line FROM open_requests) AS spoken
        ON spoken.account = own_lines.account
        AND spoken.order_id = own_lines.order_id
        AND spoken.line = own_lines.line
    WHERE spoken.line IS NULL
),

on_the_road AS (              -- nobody complained: late parcels to look after, lost ones to settle
    SELECT
        CASE WHEN quiet_lines.delivery = 'lost' THEN 'lost' ELSE 'late_open' END AS kind,
        quiet_lines.account, quiet_lines.order_id, quiet_lines.line, quiet_lines.line AS item_key,
        quiet_lines.value AS money, quiet_lines.currency, answers.answer, answers.rule, answers.who_pays,
        answers.deadline, answers.missing, answers.ask_for, answers.source, quiet_lines.days_past_deliver_by AS days
    FROM quiet_lines
    LEFT JOIN answers_not_received AS answers
        ON answers.account = quiet_lines.account
        AND answers.order_id = quiet_lines.order_id
        AND answers.line = quiet_lines.line
    WHERE quiet_lines.delivery IN ('lost', 'open_late')
),

to_ship AS (
    SELECT
        'ship_late' AS kind, account, order_id, line, line AS item_key, value AS money, currency,
        'ship_or_cancel' AS answer, CAST(NULL AS VARCHAR) AS rule, 'seller' AS who_pays,
        ship_by_day AS deadline, CAST(NULL AS VARCHAR) AS missing, CAST(NULL AS VARCHAR) AS ask_for, CAST(NULL AS VARCHAR) AS source, days_past_ship_by AS days
    FROM quiet_lines
    WHERE status IN ('unshipped', 'partially_shipped') AND days_past_ship_by > 0
),

open_returns AS (             -- approved ones on their way back wait for the parcel, not for the seller
    SELECT
        CASE WHEN return_facts.received THEN 'return_received' ELSE 'return_request' END AS kind,
        return_facts.account, return_facts.return_id, return_facts.order_id, return_facts.line, return_facts.value, return_facts.currency,
        CASE WHEN return_facts.received THEN return_facts.days_since_received ELSE return_facts.days_since_requested END AS days
    FROM return_facts
    JOIN returns
        ON returns.account = return_facts.account
        AND returns.return_id = return_facts.return_id
    WHERE return_facts.channel = 'FBM'
        AND NOT coalesce(return_facts.closed, false)
        AND return_facts.is_refunded IS NULL
        AND (return_facts.received OR coalesce(returns.status, 'unknown') <> 'approved')
),

answers_to_returns AS (
    SELECT 'return_request' AS kind, account, return_id, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_return_request
    UNION ALL
    SELECT 'return_received' AS kind, account, return_id, answer, rule, who_pays, deadline, missing, ask_for, source FROM answers_return_received
),

sent_back AS (
    SELECT
        open_returns.kind, open_returns.account, open_returns.order_id, open_returns.line, open_returns.return_id AS item_key,
        open_returns.value AS money, open_returns.currency, answers.answer, answers.rule, answers.who_pays,
        answers.deadline, answers.missing, answers.ask_for, answers.source, open_returns.days
    FROM open_returns
    LEFT JOIN answers_to_returns AS answers
        ON answers.kind = open_returns.kind
        AND answers.account = open_returns.account
        AND answers.return_id = open_returns.return_id
),

things AS (
    SELECT * FROM requested
    UNION ALL SELECT * FROM on_the_road
    UNION ALL SELECT * FROM to_ship
    UNION ALL SELECT * FROM sent_back
)

SELECT
    kind, account, order_id, line, item_key, money, currency, answer, rule, who_pays, deadline, missing, ask_for, source, days
FROM things
ORDER BY deadline NULLS LAST, money DESC NULLS LAST, account, order_id, item_key, kind
