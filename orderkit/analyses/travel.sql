-- about: what the seller sent himself: how each parcel travels, and since when or until when
-- grain: one row per account, order_id and parcel: lines of an order that share a tracking number, or have none, share a parcel
-- unit: value is the refundable amount of the parcel's lines in `currency`; days are those of the marketplace, but as_of_day is
--       the day (UTC) up to which all is known: east of it a new day has begun, of which nothing is known yet
-- reads: line_facts, order_lines, context
CREATE OR REPLACE TEMP TABLE travel AS
WITH sent AS (
    SELECT
        line_facts.account,
        line_facts.order_id,
        coalesce(line_facts.tracking_number, '') AS parcel,
        min(line_facts.marketplace) AS marketplace,
        min(line_facts.currency) AS currency,
        min(line_facts.carrier) AS carrier,
        min(line_facts.service) AS service,
        -- the first digit or the letters of a postcode name an area that has parcels enough to learn from
        min(concat_ws('/', line_facts.marketplace, nullif(regexp_extract(order_lines.region, '^([A-Za-z]{1,2}|[0-9])'), ''))) AS lane,
        min(line_facts.sku) AS sku,
        -- lines that differ have travelled apart: nobody can tell how either parcel ended
        CASE WHEN count(line_facts.tracking) = count(*) AND min(line_facts.tracking) = max(line_facts.tracking)
            THEN min(line_facts.tracking)
        END AS tracking,
        min(line_facts.shipped_day) AS shipped_day,
        max(line_facts.delivered_day) AS delivered_day,
        max(line_facts.seen_day) AS seen_day,
        min(context.as_of_day) AS as_of_day,
        min(line_facts.ship_by_day) AS ship_by_day,
        max(line_facts.deliver_by_day) AS deliver_by_day,
        max(line_facts.days_past_deliver_by) AS days_past_deliver_by,
        max(line_facts.refund_on_record) AS refund_on_record,     -- 'yes' is the last of the words by the alphabet
        bool_or(line_facts.protected) AS protected,
        bool_or(line_facts.insured) AS insured,
        count(*) AS lines,
        -- amounts in two currencies are never added: such a parcel has none
        CASE WHEN min(line_facts.currency) < max(line_facts.currency) THEN count(*)
            ELSE count(*) FILTER (WHERE line_facts.value IS NULL)
        END AS lines_without_value,
        CASE WHEN min(line_facts.currency) < max(line_facts.currency) THEN NULL
            ELSE CAST(sum(line_facts.value) AS DECIMAL(18, 2))
        END AS value
    FROM line_facts
    JOIN order_lines
        ON order_lines.account = line_facts.account
        AND order_lines.order_id = line_facts.order_id
        AND order_lines.line = line_facts.line
    CROSS JOIN context
    WHERE line_facts.channel = 'FBM' AND line_facts.handed_over
    GROUP BY line_facts.account, line_facts.order_id, coalesce(line_facts.tracking_number, '')
),

ended AS (                    -- without tracking nobody knows the end; an end before the hand-over is an error of some export
    SELECT
        *,
        CASE
            WHEN shipped_day IS NULL THEN 'unknown'
            WHEN tracking = 'delivered' AND delivered_day >= shipped_day THEN 'delivered'
            WHEN tracking IN ('returning', 'returned') AND seen_day >= shipped_day THEN 'returned'
            WHEN tracking IN ('lost', 'damaged') AND seen_day >= shipped_day THEN 'lost'
            WHEN tracking = 'in_transit' AND as_of_day >= shipped_day THEN 'open'
            ELSE 'unknown'
        END AS event
    FROM sent
)

SELECT
    account, order_id, parcel, marketplace, currency, carrier, service, lane, sku, event, tracking, shipped_day, delivered_day,
    CASE event WHEN 'delivered' THEN delivered_day WHEN 'returned' THEN seen_day WHEN 'lost' THEN seen_day END AS ended_day,
    as_of_day, ship_by_day, deliver_by_day,
    CAST(as_of_day - shipped_day AS INTEGER) AS age_days,
    days_past_deliver_by, refund_on_record, protected, insured, lines, lines_without_value, value
FROM ended
