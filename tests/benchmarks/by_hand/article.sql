-- about: the four questions of the pack article-2021 about order lines, as one would write them by hand for this engine
-- One CASE per question: what is unknown stops at the rule that needs it (-n), so that a column is looked at for NULL once and
-- every later rule may count on it. -1000 - n: no value of the rule is in force. The texts come from the tables words_*:
-- per ordinal the answer, rule, who pays and so on, and the export to ask for (where a rule may lack several: the last of them).
CREATE TEMP TABLE answers_cancel AS
WITH decided AS (
    SELECT
        account, order_id, line, ordered_day, ship_by_day, minutes_since_order,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN handed_over IS NULL THEN -2
            WHEN handed_over THEN 2
            WHEN status IS NULL THEN -3
            WHEN status = 'cancelled' THEN 3
            WHEN ordered_day < DATE '2019-12-31' THEN -1004
            WHEN minutes_since_order IS NULL OR ordered_day IS NULL THEN -4
            WHEN minutes_since_order <= 30 THEN 4
            ELSE 5
        END AS SMALLINT) AS ordinal
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE decided.ordinal WHEN 5 THEN decided.ship_by_day WHEN 4 THEN decided.ordered_day END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -1 THEN 'channel'
            WHEN -2 THEN 'handed_over'
            WHEN -3 THEN 'status'
            WHEN -4 THEN concat_ws(
                ',', CASE WHEN decided.minutes_since_order IS NULL THEN 'minutes_since_order' END,
                CASE WHEN decided.ordered_day IS NULL THEN 'ordered_day' END
            )
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN words.ask_for END AS ask_for,
    words.source
FROM decided
JOIN words_cancel AS words ON words.ordinal = decided.ordinal
;
CREATE TEMP TABLE answers_upgrade AS
WITH decided AS (
    SELECT
        account, order_id, line, ship_by_day,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN handed_over IS NULL THEN -2
            WHEN handed_over THEN 2
            WHEN status IS NULL THEN -3
            WHEN status = 'cancelled' THEN 3
            WHEN seller_agrees IS NULL THEN 4
            WHEN seller_agrees THEN 5
            ELSE 6
        END AS SMALLINT) AS ordinal
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE WHEN decided.ordinal >= 4 THEN decided.ship_by_day END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal WHEN -1 THEN 'channel' WHEN -2 THEN 'handed_over' WHEN -3 THEN 'status' END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN words.ask_for END AS ask_for,
    words.source
FROM decided
JOIN words_upgrade AS words ON words.ordinal = decided.ordinal
;
CREATE TEMP TABLE answers_address AS
WITH decided AS (
    SELECT
        account, order_id, line, ship_by_day, handed_over, returned_to_sender,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN handed_over THEN
                CASE WHEN returned_to_sender IS NULL THEN -2 WHEN returned_to_sender THEN 2 ELSE 3 END
            WHEN handed_over IS NULL THEN CASE WHEN returned_to_sender = false THEN -3 ELSE -2 END
            WHEN status IS NULL THEN -4
            WHEN status = 'cancelled' THEN 4
            ELSE 5
        END AS SMALLINT) AS ordinal
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE WHEN decided.ordinal = 5 THEN decided.ship_by_day END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -2 THEN concat_ws(
                ',', CASE WHEN decided.handed_over IS NULL THEN 'handed_over' END,
                CASE WHEN decided.returned_to_sender IS NULL THEN 'returned_to_sender' END
            )
            WHEN -1 THEN 'channel'
            WHEN -3 THEN 'handed_over'
            WHEN -4 THEN 'status'
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN words.ask_for END AS ask_for,
    words.source
FROM decided
JOIN words_address AS words ON words.ordinal = decided.ordinal
;
CREATE TEMP TABLE answers_not_received AS
WITH decided AS (
    SELECT
        account, order_id, line, ordered_day, ship_by_day, deliver_by_day, status, handed_over, tracking, insured,
        days_without_scan,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN handed_over IS NULL THEN CASE WHEN status <> 'cancelled' THEN -3 ELSE -2 END
            WHEN NOT handed_over THEN CASE WHEN status IS NULL THEN -2 WHEN status = 'cancelled' THEN 2 ELSE 3 END
            WHEN tracking = 'delivered' THEN 7
            WHEN tracking IS NULL THEN CASE WHEN insured = false THEN -5 ELSE -4 END
            WHEN tracking = 'lost' THEN CASE WHEN insured IS NULL THEN -4 WHEN insured THEN 4 ELSE 5 END
            WHEN tracking = 'damaged' THEN 6
            WHEN tracking = 'returned' THEN 8
            WHEN tracking = 'returning' THEN 9
            WHEN days_past_deliver_by IS NULL THEN -10
            WHEN days_past_deliver_by > 0 THEN 10
            WHEN tracking <> 'in_transit' THEN 13
            WHEN ordered_day < DATE '2000-01-01' THEN -1011
            WHEN days_without_scan IS NULL OR ordered_day IS NULL THEN -11
            WHEN days_without_scan >= 7 THEN 11
            ELSE 12
        END AS SMALLINT) AS ordinal
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE WHEN decided.ordinal = 3 THEN decided.ship_by_day WHEN decided.ordinal >= 11 THEN decided.deliver_by_day END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -5 THEN 'tracking'
            WHEN -1 THEN 'channel'
            WHEN -2 THEN concat_ws(
                ',', CASE WHEN decided.status IS NULL THEN 'status' END,
                CASE WHEN decided.handed_over IS NULL THEN 'handed_over' END
            )
            WHEN -3 THEN 'handed_over'
            WHEN -4 THEN concat_ws(
                ',', CASE WHEN decided.tracking IS NULL THEN 'tracking' END, CASE WHEN decided.insured IS NULL THEN 'insured' END
            )
            WHEN -10 THEN 'days_past_deliver_by'
            WHEN -11 THEN concat_ws(
                ',', CASE WHEN decided.days_without_scan IS NULL THEN 'days_without_scan' END,
                CASE WHEN decided.ordered_day IS NULL THEN 'ordered_day' END
            )
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -2 THEN concat_ws(
                '; ', CASE WHEN decided.status IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.handed_over IS NULL THEN words.ask_for END
            )
            WHEN -11 THEN concat_ws(
                '; ', CASE WHEN decided.days_without_scan IS NULL THEN words.ask_for END,
                CASE WHEN decided.ordered_day IS NULL THEN 'amazon_all_orders (the All Orders report)' END
            )
            ELSE words.ask_for
        END
    END AS ask_for,
    words.source
FROM decided
JOIN words_not_received AS words ON words.ordinal = decided.ordinal
