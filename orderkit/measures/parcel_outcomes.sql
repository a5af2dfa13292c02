-- about: what became of the parcels that the seller shipped
-- grain: one row per carrier, marketplace, currency, named
-- unit: parcels; values are refundable amounts in `currency`; a line sent in several parcels is shared evenly among them
-- reads: parcels, parcel_lines, line_facts
WITH line_shares AS (
    SELECT
        parcel_lines.account,
        parcel_lines.parcel,
        line_facts.channel,
        line_facts.marketplace,
        line_facts.currency,
        CAST(CAST(line_facts.value AS DECIMAL(18, 4))
            / count(*) OVER (PARTITION BY line_facts.account, line_facts.order_id, line_facts.line) AS DECIMAL(18, 4)) AS value
    FROM parcel_lines
    JOIN line_facts
        ON line_facts.account = parcel_lines.account
        AND line_facts.order_id = parcel_lines.order_id
        AND line_facts.line = parcel_lines.line
),

contents AS (                 -- the value of a parcel is known only if the value of every line in it is
    SELECT
        account,
        parcel,
        min(channel) AS channel,
        min(marketplace) AS marketplace,
        min(currency) AS currency,
        CASE WHEN count(*) = count(value) THEN sum(value) END AS value
    FROM line_shares
    GROUP BY account, parcel
),

sent AS (                     -- FBM only; a parcel whose order is not loaded is in the seller's own tracking list, so it is FBM
    SELECT
        parcels.carrier,
        contents.marketplace,
        contents.currency,
        parcels.named,
        contents.value,
        CASE
            WHEN parcels.outcome = 'rejected' THEN 'returning'
            WHEN parcels.outcome IS NULL OR parcels.outcome = 'unknown'
                THEN CASE WHEN parcels.delivered_at IS NULL THEN 'unknown' ELSE 'delivered' END
            ELSE parcels.outcome
        END AS outcome
    FROM parcels
    LEFT JOIN contents
        ON contents.account = parcels.account
        AND contents.parcel = parcels.parcel
    WHERE coalesce(contents.channel, 'FBM') = 'FBM'
)

SELECT
    carrier,
    marketplace,
    currency,
    named,
    count(*) AS parcels,
    count(*) FILTER (WHERE outcome = 'delivered') AS delivered,
    count(*) FILTER (WHERE outcome = 'lost') AS lost,
    count(*) FILTER (WHERE outcome = 'damaged') AS damaged,
    count(*) FILTER (WHERE outcome = 'returning') AS on_way_back,
    count(*) FILTER (WHERE outcome = 'returned') AS returned,
    count(*) FILTER (WHERE outcome = 'in_transit') AS in_transit,
    count(*) FILTER (WHERE outcome = 'unknown') AS unknown_outcome,
    CAST(sum(value) AS DECIMAL(18, 2)) AS value,
    count(*) FILTER (WHERE value IS NULL) AS parcels_without_value,
    CAST(sum(value) FILTER (WHERE outcome = 'lost') AS DECIMAL(18, 2)) AS value_lost,
    count(*) FILTER (WHERE outcome = 'lost' AND value IS NULL) AS lost_without_value,
    CAST(sum(value) FILTER (WHERE outcome = 'damaged') AS DECIMAL(18, 2)) AS value_damaged,
    count(*) FILTER (WHERE outcome = 'damaged' AND value IS NULL) AS damaged_without_value
FROM sent
GROUP BY carrier, marketplace, currency, named
ORDER BY parcels DESC, carrier, marketplace, currency, named
