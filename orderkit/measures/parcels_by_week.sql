-- about: parcels that the seller shipped, by the week of their order
-- grain: one row per week, marketplace, currency
-- unit: parcels; the week is that of the order, which every export tells, not that of the hand-over, which few do
-- reads: parcels, parcel_lines, line_facts, calendar
WITH contents AS (
    SELECT
        parcel_lines.account,
        parcel_lines.parcel,
        min(line_facts.channel) AS channel,
        min(line_facts.marketplace) AS marketplace,
        min(line_facts.currency) AS currency,
        min(line_facts.ordered_day) AS ordered_day
    FROM parcel_lines
    JOIN line_facts
        ON line_facts.account = parcel_lines.account
        AND line_facts.order_id = parcel_lines.order_id
        AND line_facts.line = parcel_lines.line
    GROUP BY parcel_lines.account, parcel_lines.parcel
),

sent AS (                     -- FBM only; a parcel whose order is not loaded has no week
    SELECT contents.marketplace, contents.currency, contents.ordered_day
    FROM parcels
    LEFT JOIN contents
        ON contents.account = parcels.account
        AND contents.parcel = parcels.parcel
    WHERE coalesce(contents.channel, 'FBM') = 'FBM'
)

SELECT
    calendar.week,
    sent.marketplace,
    sent.currency,
    count(*) AS parcels
FROM sent
LEFT JOIN calendar
    ON calendar.marketplace = coalesce(sent.marketplace, '')
    AND calendar.day = sent.ordered_day
GROUP BY calendar.week, sent.marketplace, sent.currency
ORDER BY calendar.week, sent.marketplace, sent.currency
