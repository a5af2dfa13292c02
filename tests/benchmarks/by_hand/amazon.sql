-- about: the standing questions of the pack amazon about order lines, as one would write them by hand for this engine
-- As article.sql; the dated values come from the tables dated_*: the key, the days from and up to which a value holds, the value,
-- the least and the greatest that any source gives, and whether it is sure.
CREATE TEMP TABLE answers_ship AS
WITH decided AS (
    SELECT
        account, order_id, line, marketplace, ordered_day, ship_by_day, status, confirmed, handed_over, official_request,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN handed_over THEN 2
            WHEN status = 'cancelled' THEN 2
            WHEN status IS NULL OR handed_over IS NULL THEN -2
            WHEN official_request THEN CASE WHEN confirmed IS NULL THEN -3 WHEN confirmed THEN 4 ELSE 3 END
            WHEN confirmed THEN 4
            WHEN official_request IS NULL THEN -3
            WHEN confirmed IS NULL THEN -4
            WHEN days_past_ship_by IS NULL THEN -5
            WHEN days_past_ship_by <= 0 THEN 5
            ELSE 6
        END AS SMALLINT) AS ordinal,
        CASE WHEN ordinal = 6 THEN marketplace END AS late_at
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE
        WHEN decided.ordinal = 6 THEN decided.ship_by_day + dated.low
        WHEN decided.ordinal >= 3 THEN decided.ship_by_day
    END AS deadline,
    CASE WHEN decided.ordinal = 6 AND NOT dated.sure THEN decided.ship_by_day + dated.high END AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -1 THEN 'channel'
            WHEN -2 THEN concat_ws(
                ',', CASE WHEN decided.status IS NULL THEN 'status' END,
                CASE WHEN decided.handed_over IS NULL THEN 'handed_over' END
            )
            WHEN -3 THEN concat_ws(
                ',', CASE WHEN decided.confirmed IS NULL THEN 'confirmed' END,
                CASE WHEN decided.official_request IS NULL THEN 'official_request' END
            )
            WHEN -4 THEN 'confirmed'
            WHEN -5 THEN 'days_past_ship_by'
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -2 THEN concat_ws(
                '; ', CASE WHEN decided.status IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.handed_over IS NULL THEN words.ask_for END
            )
            WHEN -3 THEN concat_ws(
                '; ', CASE WHEN decided.confirmed IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.official_request IS NULL THEN words.ask_for END
            )
            ELSE words.ask_for
        END
    END AS ask_for,
    words.source
FROM decided
JOIN words_ship AS words ON words.ordinal = decided.ordinal
LEFT JOIN dated_auto_cancel_after AS dated
    ON dated.key = decided.late_at AND dated.valid_from <= decided.ordered_day AND decided.ordered_day < dated.valid_to
;
CREATE TEMP TABLE answers_delivery AS
WITH decided AS (
    SELECT
        account, order_id, line, marketplace, as_of_day, status, refund_on_record, tracking, protected,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN status = 'cancelled' OR refund_on_record = 'yes' THEN 2
            WHEN status IS NULL OR refund_on_record IS NULL THEN -2
            WHEN handed_over IS NULL THEN -3
            WHEN NOT handed_over THEN 3
            WHEN tracking IS NULL THEN -4
            WHEN tracking = 'delivered' THEN 4
            WHEN tracking = 'none' THEN 5
            WHEN tracking = 'returning' THEN 6
            WHEN tracking = 'returned' THEN CASE WHEN refund_on_record = 'not_told' THEN 7 ELSE 8 END
            WHEN tracking IN ('lost', 'damaged') THEN
                CASE
                    WHEN protected AND marketplace IN ('amazon.com', 'amazon.ca') THEN 9
                    WHEN (protected AND marketplace IN ('amazon.com', 'amazon.ca')) IS NULL THEN -9
                    WHEN refund_on_record = 'not_told' THEN 10
                    WHEN insured IS NULL THEN -11
                    WHEN insured THEN 11
                    ELSE 12
                END
            WHEN days_past_deliver_by IS NULL THEN -13
            WHEN days_past_deliver_by <= 0 THEN 13
            WHEN complained IS NULL THEN -14
            WHEN complained THEN 14
            ELSE 15
        END AS SMALLINT) AS ordinal
    FROM line_facts
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE WHEN decided.ordinal IN (8, 11, 12, 14, 15) THEN decided.as_of_day END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -4 THEN 'tracking'
            WHEN -1 THEN 'channel'
            WHEN -2 THEN concat_ws(
                ',', CASE WHEN decided.status IS NULL THEN 'status' END,
                CASE WHEN decided.refund_on_record IS NULL THEN 'refund_on_record' END
            )
            WHEN -3 THEN 'handed_over'
            WHEN -9 THEN concat_ws(
                ',', CASE WHEN decided.marketplace IS NULL THEN 'marketplace' END,
                CASE WHEN decided.protected IS NULL THEN 'protected' END
            )
            WHEN -11 THEN 'insured'
            WHEN -13 THEN 'days_past_deliver_by'
            WHEN -14 THEN 'complained'
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -2 THEN concat_ws(
                '; ', CASE WHEN decided.status IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.refund_on_record IS NULL THEN words.ask_for END
            )
            WHEN -9 THEN concat_ws(
                '; ', CASE WHEN decided.marketplace IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.protected IS NULL THEN words.ask_for END
            )
            ELSE words.ask_for
        END
    END AS ask_for,
    words.source
FROM decided
JOIN words_delivery AS words ON words.ordinal = decided.ordinal
;
CREATE TEMP TABLE answers_carrier_claim AS
WITH opening AS (
    SELECT
        facts.account, facts.order_id, facts.line, facts.channel, facts.marketplace, facts.tracking, facts.protected,
        facts.claim_on_record,
        facts.carrier_name, facts.as_of_day, facts.shipped_day, facts.insured,
        opens.low AS opens_low, opens.high AS opens_high, opens.sure AS opens_sure,
        closes.low AS closes_low, closes.high AS closes_high, closes.sure AS closes_sure,
        damage.low AS damage_low, damage.high AS damage_high, damage.sure AS damage_sure,
        facts.shipped_day + opens.value AS open_from, facts.shipped_day + closes.value AS open_to,
        facts.shipped_day + damage.value AS damage_to
    FROM line_facts AS facts
    LEFT JOIN dated_carrier_claim_opens AS opens
        ON opens.key = CASE WHEN facts.tracking IN ('lost', 'damaged') THEN facts.carrier_name END
        AND opens.valid_from <= facts.shipped_day AND facts.shipped_day < opens.valid_to
    LEFT JOIN dated_carrier_claim_closes AS closes
        ON closes.key = CASE WHEN facts.tracking IN ('lost', 'damaged') THEN facts.carrier_name END
        AND closes.valid_from <= facts.shipped_day AND facts.shipped_day < closes.valid_to
    LEFT JOIN dated_carrier_damage_claim_closes AS damage
        ON damage.key = CASE WHEN facts.tracking = 'damaged' THEN facts.carrier_name END
        AND damage.valid_from <= facts.shipped_day AND facts.shipped_day < damage.valid_to
),

decided AS (
    SELECT
        *,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel = 'FBA' THEN 1
            WHEN tracking IS NULL THEN -2
            WHEN tracking NOT IN ('lost', 'damaged') THEN 2
            WHEN claim_on_record IS NULL THEN -3
            WHEN claim_on_record = 'filed_with_insurer' THEN 3
            WHEN claim_on_record = 'filed_with_carrier' THEN 4
            WHEN claim_on_record = 'granted' THEN 5
            WHEN claim_on_record = 'denied' THEN 6
            WHEN protected AND marketplace IN ('amazon.com', 'amazon.ca') THEN 7
            WHEN (protected AND marketplace IN ('amazon.com', 'amazon.ca')) IS NULL THEN -7
            WHEN carrier_name IS NULL THEN -8
            WHEN carrier_name IN ('dhl', 'other') THEN 8
            WHEN tracking = 'damaged' THEN
                CASE
                    WHEN shipped_day IS NOT NULL AND damage_sure IS NULL THEN -1009
                    WHEN shipped_day IS NULL OR as_of_day IS NULL THEN -9
                    WHEN as_of_day > damage_to THEN 9
                    WHEN insured IS NULL THEN -10
                    WHEN insured THEN 10
                    ELSE 11
                END
            WHEN carrier_name = 'usps' AND (shipped_day IS NULL OR as_of_day IS NULL) THEN -12
            WHEN carrier_name = 'usps' AND as_of_day < open_from THEN 12
            WHEN shipped_day IS NOT NULL AND closes_sure IS NULL THEN -1013
            WHEN shipped_day IS NULL OR as_of_day IS NULL THEN -13
            WHEN as_of_day > open_to THEN 13
            WHEN insured IS NULL THEN -14
            WHEN insured THEN 14
            ELSE 15
        END AS SMALLINT) AS ordinal
    FROM opening
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE
        WHEN decided.ordinal >= 14 THEN decided.shipped_day + decided.closes_low
        WHEN decided.ordinal = 12 THEN decided.shipped_day + decided.opens_low
        WHEN decided.ordinal IN (10, 11) THEN decided.shipped_day + decided.damage_low
    END AS deadline,
    CASE
        WHEN decided.ordinal >= 14 AND NOT decided.closes_sure THEN decided.shipped_day + decided.closes_high
        WHEN decided.ordinal = 12 AND NOT decided.opens_sure THEN decided.shipped_day + decided.opens_high
        WHEN decided.ordinal IN (10, 11) AND NOT decided.damage_sure THEN decided.shipped_day + decided.damage_high
    END AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -2 THEN 'tracking'
            WHEN -1 THEN 'channel'
            WHEN -3 THEN 'claim_on_record'
            WHEN -7 THEN concat_ws(
                ',', CASE WHEN decided.marketplace IS NULL THEN 'marketplace' END,
                CASE WHEN decided.protected IS NULL THEN 'protected' END
            )
            WHEN -8 THEN 'carrier_name'
            WHEN -9 THEN concat_ws(
                ',', CASE WHEN decided.as_of_day IS NULL THEN 'as_of_day' END,
                CASE WHEN decided.shipped_day IS NULL THEN 'shipped_day' END
            )
            WHEN -10 THEN 'insured'
            WHEN -12 THEN concat_ws(
                ',', CASE WHEN decided.as_of_day IS NULL THEN 'as_of_day' END,
                CASE WHEN decided.shipped_day IS NULL THEN 'shipped_day' END
            )
            WHEN -13 THEN concat_ws(
                ',', CASE WHEN decided.as_of_day IS NULL THEN 'as_of_day' END,
                CASE WHEN decided.shipped_day IS NULL THEN 'shipped_day' END
            )
            WHEN -14 THEN 'insured'
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -7 THEN concat_ws(
                '; ', CASE WHEN decided.marketplace IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.protected IS NULL THEN words.ask_for END
            )
            WHEN -9 THEN concat_ws(
                '; ', CASE WHEN decided.as_of_day IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.shipped_day IS NULL THEN words.ask_for END
            )
            WHEN -12 THEN concat_ws(
                '; ', CASE WHEN decided.as_of_day IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.shipped_day IS NULL THEN words.ask_for END
            )
            WHEN -13 THEN concat_ws(
                '; ', CASE WHEN decided.as_of_day IS NULL THEN 'amazon_all_orders (the All Orders report)' END,
                CASE WHEN decided.shipped_day IS NULL THEN words.ask_for END
            )
            ELSE words.ask_for
        END
    END AS ask_for,
    words.source
FROM decided
JOIN words_carrier_claim AS words ON words.ordinal = decided.ordinal
;
CREATE TEMP TABLE answers_fba_refund AS
WITH opening AS (
    SELECT
        facts.account, facts.order_id, facts.line, facts.channel, facts.marketplace, facts.refund_on_record, facts.came_back,
        facts.days_since_refund, facts.as_of_day, facts.refunded_day, opens.value AS opens, closes.value AS closes
    FROM line_facts AS facts
    LEFT JOIN dated_fba_return_claim_from AS opens
        ON opens.key = CASE WHEN facts.channel = 'FBA' AND facts.refund_on_record = 'yes' THEN facts.marketplace END
        AND opens.valid_from <= facts.as_of_day AND facts.as_of_day < opens.valid_to
    LEFT JOIN dated_fba_return_claim_until AS closes
        ON closes.key = CASE WHEN facts.channel = 'FBA' AND facts.refund_on_record = 'yes' THEN facts.marketplace END
        AND closes.valid_from <= facts.as_of_day AND facts.as_of_day < closes.valid_to
),

decided AS (
    SELECT
        *,
        CAST(CASE
            WHEN channel IS NULL THEN -1
            WHEN channel <> 'FBA' THEN 1
            WHEN refund_on_record IS NULL THEN -2
            WHEN refund_on_record <> 'yes' THEN 2
            WHEN came_back IS NULL THEN -3
            WHEN came_back THEN 3
            WHEN marketplace IS NULL OR as_of_day IS NULL THEN -4
            WHEN opens IS NULL THEN -1004
            WHEN days_since_refund IS NULL THEN -4
            WHEN days_since_refund < opens THEN 4
            WHEN closes IS NULL THEN -1005
            WHEN days_since_refund <= closes THEN 5
            ELSE 6
        END AS SMALLINT) AS ordinal
    FROM opening
)

SELECT
    decided.account, decided.order_id, decided.line, words.answer, words.rule, words.who_pays, words.recovery_source,
    CASE decided.ordinal
        WHEN 4 THEN decided.refunded_day + decided.opens
        WHEN 5 THEN decided.refunded_day + decided.closes
    END AS deadline,
    CAST(NULL AS DATE) AS deadline_latest,
    CAST(NULL AS TIMESTAMPTZ) AS deadline_at,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -1 THEN 'channel'
            WHEN -2 THEN 'refund_on_record'
            WHEN -3 THEN 'came_back'
            WHEN -4 THEN concat_ws(
                ',', CASE WHEN decided.days_since_refund IS NULL THEN 'days_since_refund' END,
                CASE WHEN decided.as_of_day IS NULL THEN 'as_of_day' END,
                CASE WHEN decided.marketplace IS NULL THEN 'marketplace' END
            )
        END
    END AS missing,
    CASE WHEN decided.ordinal < 0 THEN
        CASE decided.ordinal
            WHEN -4 THEN concat_ws(
                '; ', CASE WHEN decided.days_since_refund IS NULL THEN 'amazon_settlement_v2 (the settlement report, which carries refunds, fees and reimbursements)' END,
                CASE WHEN decided.as_of_day IS NULL OR decided.marketplace IS NULL THEN words.ask_for END
            )
            ELSE words.ask_for
        END
    END AS ask_for,
    words.source
FROM decided
JOIN words_fba_refund AS words ON words.ordinal = decided.ordinal
