-- about: the facts that rules read, one row per order line and one per return; the only place where dates are reckoned with
-- reads: order_lines, parcels, parcel_lines, requests, returns, inspections, money, recoveries, marketplaces, context
-- NULL means unknown and nothing else. What does not apply is a value: 'none', false, 0, 'not_received'.
-- A day is a day of the marketplace zone; where the marketplace is not known, of UTC.
-- The local day of a moment. Each zone is spelled out because a constant zone is twenty times as fast as a zone from a column;
-- the last branch is right for any other zone, only slow. A test holds the list against marketplaces.yaml.
CREATE OR REPLACE TEMP MACRO local_day(zone, moment) AS CAST(
    CASE zone
        WHEN 'Africa/Cairo' THEN timezone('Africa/Cairo', moment)
        WHEN 'Africa/Johannesburg' THEN timezone('Africa/Johannesburg', moment)
        WHEN 'America/Los_Angeles' THEN timezone('America/Los_Angeles', moment)
        WHEN 'America/Sao_Paulo' THEN timezone('America/Sao_Paulo', moment)
        WHEN 'Asia/Dubai' THEN timezone('Asia/Dubai', moment)
        WHEN 'Asia/Kolkata' THEN timezone('Asia/Kolkata', moment)
        WHEN 'Asia/Riyadh' THEN timezone('Asia/Riyadh', moment)
        WHEN 'Asia/Singapore' THEN timezone('Asia/Singapore', moment)
        WHEN 'Asia/Tokyo' THEN timezone('Asia/Tokyo', moment)
        WHEN 'Australia/Sydney' THEN timezone('Australia/Sydney', moment)
        WHEN 'Europe/Amsterdam' THEN timezone('Europe/Amsterdam', moment)
        WHEN 'Europe/Berlin' THEN timezone('Europe/Berlin', moment)
        WHEN 'Europe/Brussels' THEN timezone('Europe/Brussels', moment)
        WHEN 'Europe/Dublin' THEN timezone('Europe/Dublin', moment)
        WHEN 'Europe/Istanbul' THEN timezone('Europe/Istanbul', moment)
        WHEN 'Europe/London' THEN timezone('Europe/London', moment)
        WHEN 'Europe/Madrid' THEN timezone('Europe/Madrid', moment)
        WHEN 'Europe/Paris' THEN timezone('Europe/Paris', moment)
        WHEN 'Europe/Rome' THEN timezone('Europe/Rome', moment)
        WHEN 'Europe/Stockholm' THEN timezone('Europe/Stockholm', moment)
        WHEN 'Europe/Warsaw' THEN timezone('Europe/Warsaw', moment)
        WHEN 'UTC' THEN timezone('UTC', moment)
        ELSE timezone(zone, moment)
    END AS DATE)
;
CREATE OR REPLACE TEMP TABLE line_facts AS
WITH placed AS (
    SELECT
        order_lines.account, order_lines.order_id, order_lines.line, order_lines.sku, order_lines.order_item_id,
        order_lines.channel, order_lines.marketplace, order_lines.currency, order_lines.reconstructed, order_lines.status,
        order_lines.units,
        order_lines.ordered_at, order_lines.ordered_at_grain, order_lines.ship_by, order_lines.deliver_by,
        order_lines.deliver_by_before_extension,
        order_lines.buyer_cancel_requested, context.as_of, coalesce(marketplaces.zone, 'UTC') AS zone,
        -- refundable: what the buyer paid for goods and shipping; without a price nothing is known, a blank extra is none
        CAST(order_lines.item_price + coalesce(order_lines.shipping_price, 0) - coalesce(order_lines.discounts, 0)
             AS DECIMAL(18, 2)) AS value,
        -- a refused parcel is on its way back
        CASE order_lines.delivery_outcome
            WHEN 'rejected' THEN 'returning'
            WHEN 'unknown' THEN NULL
            ELSE order_lines.delivery_outcome
        END AS order_outcome
    FROM order_lines
    CROSS JOIN context
    LEFT JOIN marketplaces ON marketplaces.marketplace = order_lines.marketplace
),

parcel_states AS (
    SELECT
        parcel_lines.account, parcel_lines.order_id, parcel_lines.line, parcels.parcel, parcels.carrier, parcels.service,
        nullif(parcels.tracking, '') AS tracking_number, parcels.protected, parcels.insured, parcels.delivered_at,
        parcels.confirmed_at,
        coalesce(parcels.shipped_at, parcels.first_scan_at) AS sent_at,
        greatest(parcels.shipped_at, parcels.first_scan_at, parcels.last_scan_at) AS seen_at,
        parcels.shipped_at IS NOT NULL OR parcels.first_scan_at IS NOT NULL OR parcels.last_scan_at IS NOT NULL
            OR parcels.delivered_at IS NOT NULL OR coalesce(parcels.outcome, 'unknown') <> 'unknown' AS sent,
        CASE
            WHEN parcels.outcome IN ('lost', 'damaged', 'returned', 'returning') THEN parcels.outcome
            WHEN parcels.outcome = 'rejected' THEN 'returning'
            WHEN parcels.outcome = 'delivered' OR parcels.delivered_at IS NOT NULL THEN 'delivered'
            -- known to have no number, and no carrier's scan either: nobody can look
            WHEN parcels.tracking = '' AND parcels.first_scan_at IS NULL THEN 'none'
            WHEN parcels.outcome = 'in_transit' THEN 'in_transit'
        END AS state                                          -- scans without an outcome: not known, it may be delivered by now
    FROM parcel_lines
    JOIN parcels ON parcels.account = parcel_lines.account AND parcels.parcel = parcel_lines.parcel
),

-- One parcel speaks for a line that travels in several: the one in the worst state, so that a line is lost if any part is
-- lost and delivered only if all are. Not known stands between trouble and hope. Among equals: the last one delivered,
-- then the one that was silent longest, then by key, so that the order of loading decides nothing.
ranked_parcels AS (
    SELECT
        account, order_id, line, carrier, service, tracking_number, protected, insured, delivered_at, sent_at, seen_at, state,
        bool_or(sent) OVER (PARTITION BY account, order_id, line) AS any_sent,
        -- confirmed once all its parcels are: where one is not told, nothing is
        CASE
            WHEN count(*) OVER (PARTITION BY account, order_id, line)
                = count(confirmed_at) OVER (PARTITION BY account, order_id, line)
                THEN max(confirmed_at) OVER (PARTITION BY account, order_id, line)
        END AS confirmed_at,
        row_number() OVER (
            PARTITION BY account, order_id, line
            ORDER BY
                CASE state
                    WHEN 'lost' THEN 1 WHEN 'damaged' THEN 2 WHEN 'returned' THEN 3 WHEN 'returning' THEN 4
                    WHEN 'none' THEN 6 WHEN 'in_transit' THEN 7 WHEN 'delivered' THEN 8 ELSE 5
                END,
                delivered_at DESC NULLS FIRST, seen_at NULLS FIRST, parcel
        ) AS place
    FROM parcel_states
),

-- A request that names an item or SKU is about that line, one that names none is about all lines of the order.
line_requests AS (
    SELECT
        placed.account, placed.order_id, placed.line, requests.kind, requests.asked_at, requests.answered_at,
        requests.official, requests.seller_agrees,
        row_number() OVER (
            PARTITION BY placed.account, placed.order_id, placed.line, requests.kind
            ORDER BY requests.asked_at DESC NULLS LAST, requests.request
        ) AS newest
    FROM requests
    JOIN placed
        ON placed.account = requests.account AND placed.order_id = requests.order_id
        AND (
            (requests.order_item_id IS NULL AND requests.sku IS NULL)
            OR requests.order_item_id = placed.order_item_id
            OR ((requests.order_item_id IS NULL OR placed.order_item_id IS NULL) AND requests.sku = placed.sku)
        )
),

asked AS (
    SELECT
        account, order_id, line,
        bool_or(kind = 'cancel') AS cancel_asked,
        bool_or(official) FILTER (WHERE kind = 'cancel') AS cancel_official,
        bool_or(seller_agrees) FILTER (WHERE kind = 'upgrade') AS seller_agrees,
        max(asked_at) FILTER (WHERE kind = 'cancel') AS cancel_asked_at,
        max(answered_at) FILTER (WHERE kind = 'cancel') AS cancel_answered_at,
        max(asked_at) FILTER (WHERE kind = 'upgrade') AS upgrade_asked_at,
        max(answered_at) FILTER (WHERE kind = 'upgrade') AS upgrade_answered_at,
        max(asked_at) FILTER (WHERE kind = 'address') AS address_asked_at,
        max(answered_at) FILTER (WHERE kind = 'address') AS address_answered_at,
        max(asked_at) FILTER (WHERE kind = 'not_received') AS not_received_asked_at,
        max(answered_at) FILTER (WHERE kind = 'not_received') AS not_received_answered_at
    FROM line_requests
    WHERE newest = 1
    GROUP BY account, order_id, line
),

-- What the money exports tell of refunds, per line: a booking that names an item or SKU is about that line. A reversed refund is none.
refunds AS (
    SELECT placed.account, placed.order_id, placed.line, max(money.posted_at) AS refunded_at
    FROM money
    JOIN placed
        ON placed.account = money.account AND placed.order_id = money.order_id
        AND (
            (money.order_item_id IS NULL AND money.sku IS NULL)
            OR money.order_item_id = placed.order_item_id
            OR ((money.order_item_id IS NULL OR placed.order_item_id IS NULL) AND money.sku = placed.sku)
        )
    WHERE money.counts AND money.category IN ('refund', 'a_to_z', 'chargeback')
    GROUP BY placed.account, placed.order_id, placed.line
    HAVING sum(money.amount) < 0
),

-- up to when the money exports tell; nothing where there are none
money_told AS (
    SELECT account, max(posted_at) AS told_to
    FROM money
    GROUP BY account
),

-- Claims with carriers and insurers for what was lost, damaged or missing (for a delay only postage is claimed): of several for one
-- parcel the one that went best, since one that pays is enough and one that is undecided may still pay. Taken back is denied; a
-- claim whose outcome was not known at the as-of is undecided, one that was filed later is none yet.
claims AS (
    SELECT
        recoveries.account, recoveries.order_id, nullif(recoveries.tracking, '') AS tracking,
        CASE
            WHEN recoveries.state IN ('granted', 'paid') OR (recoveries.state IS NULL AND recoveries.amount > 0) THEN 4
            WHEN recoveries.state IN ('denied', 'reversed') THEN 1
            WHEN recoveries.source = 'insurer' THEN 3
            ELSE 2
        END AS standing
    FROM recoveries
    CROSS JOIN context
    WHERE recoveries.source IN ('carrier', 'insurer') AND coalesce(recoveries.kind, '') <> 'delay'
        AND CASE WHEN recoveries.filed_at IS NULL THEN recoveries.state IS NOT NULL ELSE recoveries.filed_at <= context.as_of END
),

parcel_claims AS (
    SELECT account, tracking, max(standing) AS standing
    FROM claims
    WHERE tracking IS NOT NULL
    GROUP BY account, tracking
),

claims_by_order AS (
    SELECT account, order_id, max(standing) FILTER (WHERE tracking IS NULL) AS untracked, max(standing) AS any_standing
    FROM claims
    WHERE order_id IS NOT NULL
    GROUP BY account, order_id
),

-- of such orders: how many parcels are lost or damaged; rows derived from an order status are one parcel
troubled AS (
    SELECT
        parcel_lines.account, parcel_lines.order_id,
        count(DISTINCT CASE WHEN parcels.named THEN parcels.parcel ELSE '' END) AS parcels
    FROM parcel_lines
    JOIN parcels ON parcels.account = parcel_lines.account AND parcels.parcel = parcel_lines.parcel
    JOIN claims_by_order
        ON claims_by_order.account = parcel_lines.account AND claims_by_order.order_id = parcel_lines.order_id
    WHERE parcels.outcome IN ('lost', 'damaged')
    GROUP BY parcel_lines.account, parcel_lines.order_id
),

-- A claim that names its order alone is about the parcel in trouble where there is one; where there are several, nobody can tell
-- which, and a reminder too many costs less than a claim forgotten. One that names a parcel that no export knows may be about a
-- parcel without a number.
order_claims AS (
    SELECT
        claims_by_order.account, claims_by_order.order_id, claims_by_order.untracked, claims_by_order.any_standing,
        troubled.parcels IS NOT NULL AS of_trouble
    FROM claims_by_order
    LEFT JOIN troubled
        ON troubled.account = claims_by_order.account AND troubled.order_id = claims_by_order.order_id
    WHERE coalesce(troubled.parcels, 0) <= 1
),

-- FBA units that came back, and up to when the exports of FBA returns tell
came AS (
    SELECT account, order_id, line, max(received_at) AS came_on
    FROM returns
    WHERE received_at IS NOT NULL
    GROUP BY account, order_id, line
),

-- Exports that name no item leave open which line of a SKU that stands twice in the order came back: all did where as many units
-- came as there are, otherwise nobody can tell.
loose AS (
    SELECT account, order_id, sku, max(received_at) AS came_on, sum(greatest(coalesce(units, 1), 0)) AS units
    FROM returns
    WHERE received_at IS NOT NULL AND line IS NULL AND sku IS NOT NULL
    GROUP BY account, order_id, sku
),

came_loose AS (
    SELECT
        loose.account, loose.order_id, loose.sku,
        CASE WHEN loose.units >= sum(placed.units) THEN loose.came_on END AS came_on
    FROM loose
    JOIN placed ON placed.account = loose.account AND placed.order_id = loose.order_id AND placed.sku = loose.sku
    GROUP BY loose.account, loose.order_id, loose.sku, loose.units, loose.came_on
),

came_told AS (
    SELECT account, max(received_at) AS told_to
    FROM returns
    WHERE fnsku IS NOT NULL
    GROUP BY account
),

-- Moments become days of the marketplace here, once.
dated AS (
    SELECT
        placed.account, placed.order_id, placed.line, placed.sku, placed.order_item_id, placed.channel, placed.marketplace,
        placed.currency, placed.reconstructed, placed.value, placed.units, placed.status, placed.ordered_at, placed.ordered_at_grain,
        placed.as_of, placed.zone,
        local_day(placed.zone, placed.ordered_at) AS ordered_day,
        local_day(placed.zone, placed.ship_by) AS ship_by_day,
        local_day(placed.zone, placed.deliver_by) AS deliver_by_day,
        local_day(placed.zone, placed.deliver_by_before_extension) AS first_deliver_by_day,
        local_day(placed.zone, ranked_parcels.confirmed_at) AS confirmed_day,
        local_day(placed.zone, placed.as_of) AS as_of_day,
        local_day(placed.zone, ranked_parcels.sent_at) AS shipped_day,
        local_day(placed.zone, ranked_parcels.seen_at) AS seen_day,
        local_day(placed.zone, ranked_parcels.delivered_at) AS delivered_day,
        ranked_parcels.carrier, ranked_parcels.tracking_number, ranked_parcels.service, ranked_parcels.protected,
        ranked_parcels.insured,
        -- what the parcel tells wins; that it has no number does not outweigh what the order status tells
        coalesce(nullif(ranked_parcels.state, 'none'), placed.order_outcome, ranked_parcels.state) AS outcome,
        CASE
            WHEN ranked_parcels.any_sent OR placed.order_outcome IS NOT NULL OR placed.status = 'shipped' THEN true
            WHEN placed.status IN ('pending', 'unshipped') THEN false
            WHEN placed.status = 'cancelled' AND ranked_parcels.place IS NULL THEN false
        END AS handed_over,
        CASE
            WHEN placed.buyer_cancel_requested THEN true            -- whatever the list of requests says
            WHEN asked.cancel_asked THEN coalesce(asked.cancel_official, placed.buyer_cancel_requested)
            ELSE coalesce(placed.buyer_cancel_requested, false)     -- nobody asked
        END AS official_request,
        asked.seller_agrees, asked.cancel_asked_at, asked.cancel_answered_at, asked.upgrade_asked_at,
        asked.upgrade_answered_at, asked.address_asked_at, asked.address_answered_at, asked.not_received_asked_at,
        asked.not_received_answered_at,
        local_day(placed.zone, asked.not_received_asked_at) AS complained_day,
        local_day(placed.zone, refunds.refunded_at) AS refunded_day,
        local_day(placed.zone, money_told.told_to) AS money_to_day,
        coalesce(came.came_on, came_loose.came_on) AS came_on,
        came_loose.sku IS NOT NULL AS may_have_come,
        came_told.told_to AS returns_to_day,
        parcel_claims.standing AS parcel_claim,
        CASE WHEN ranked_parcels.tracking_number IS NULL THEN order_claims.any_standing ELSE order_claims.untracked END AS order_claim,
        order_claims.of_trouble
    FROM placed
    LEFT JOIN ranked_parcels
        ON ranked_parcels.account = placed.account AND ranked_parcels.order_id = placed.order_id
        AND ranked_parcels.line = placed.line AND ranked_parcels.place = 1
    LEFT JOIN asked
        ON asked.account = placed.account AND asked.order_id = placed.order_id AND asked.line = placed.line
    LEFT JOIN refunds
        ON refunds.account = placed.account AND refunds.order_id = placed.order_id AND refunds.line = placed.line
    LEFT JOIN came
        ON came.account = placed.account AND came.order_id = placed.order_id AND came.line = placed.line
    LEFT JOIN came_loose
        ON came_loose.account = placed.account AND came_loose.order_id = placed.order_id AND came_loose.sku = placed.sku
    LEFT JOIN parcel_claims
        ON parcel_claims.account = ranked_parcels.account AND parcel_claims.tracking = ranked_parcels.tracking_number
    LEFT JOIN order_claims ON order_claims.account = placed.account AND order_claims.order_id = placed.order_id
    LEFT JOIN money_told ON money_told.account = placed.account
    LEFT JOIN came_told ON came_told.account = placed.account
),

-- Minutes begun since the order, so that "within 30 minutes" is `<= 30` to the second. Where the export tells only the day of
-- the order, its end is taken: the order is at least that old. At least an hour says something about a window of minutes,
-- less says nothing, so it stays unknown.
aged AS (
    SELECT
        dated.*,
        CASE
            WHEN ordered_at_grain = 'day' THEN
                CASE
                    WHEN coalesce(cancel_asked_at, as_of) >= timezone(zone, CAST(ordered_day + 1 AS TIMESTAMP)) + INTERVAL '1' HOUR
                        THEN epoch(coalesce(cancel_asked_at, as_of)) - epoch(timezone(zone, CAST(ordered_day + 1 AS TIMESTAMP)))
                END
            ELSE epoch(coalesce(cancel_asked_at, as_of)) - epoch(ordered_at)
        END AS seconds_since_order
    FROM dated
),

followed AS (
    SELECT
        aged.*,
        CASE WHEN handed_over = false THEN 'none' ELSE outcome END AS tracking,
        CAST(as_of_day - deliver_by_day AS INTEGER) AS days_past_deliver_by,
        CAST(as_of_day - ship_by_day AS INTEGER) AS days_past_ship_by,
        CAST(as_of_day - seen_day AS INTEGER) AS days_silent
    FROM aged
)

SELECT
    account, order_id, line, sku, order_item_id, channel, marketplace,
    currency, reconstructed, value, units,
    ordered_at, ordered_day, ship_by_day, deliver_by_day, first_deliver_by_day, as_of_day,
    status,
    CASE
        WHEN status IN ('shipped', 'partially_shipped') THEN true
        WHEN status IN ('pending', 'unshipped', 'cancelled') THEN false
    END AS confirmed,
    handed_over, tracking, carrier,
    CASE
        WHEN carrier IS NULL THEN NULL
        WHEN contains(lower(carrier), 'usps') OR contains(lower(carrier), 'united states postal') THEN 'usps'
        WHEN starts_with(lower(carrier), 'ups') THEN 'ups'
        WHEN contains(lower(carrier), 'fedex') OR contains(lower(carrier), 'federal express') THEN 'fedex'
        WHEN contains(lower(carrier), 'royal mail') OR contains(lower(carrier), 'royal_mail') THEN 'royal_mail'
        WHEN contains(lower(carrier), 'dhl') OR contains(lower(carrier), 'deutsche post') THEN 'dhl'
        ELSE 'other'
    END AS carrier_name,
    tracking_number, service, shipped_day, confirmed_day, seen_day,
    CASE WHEN tracking = 'delivered' THEN delivered_day END AS delivered_day,
    CASE
        WHEN tracking = 'in_transit' THEN days_silent
        WHEN tracking IS NOT NULL THEN 0               -- nothing to scan, or nothing more to wait for
    END AS days_without_scan,
    tracking = 'returned' AS returned_to_sender,
    CASE WHEN handed_over = false THEN false ELSE protected END AS protected,
    CASE WHEN handed_over = false THEN false ELSE insured END AS insured,
    days_past_deliver_by, days_past_ship_by,
    CASE
        WHEN handed_over = false THEN 'not_shipped'
        WHEN tracking IN ('lost', 'damaged') THEN tracking
        WHEN tracking IN ('returning', 'returned') THEN 'came_back'
        WHEN tracking = 'delivered' AND delivered_day <= deliver_by_day THEN 'on_time'
        WHEN tracking = 'delivered' AND delivered_day > deliver_by_day THEN 'late'
        WHEN tracking IN ('in_transit', 'none') AND days_past_deliver_by <= 0 THEN 'open'
        WHEN tracking = 'in_transit' AND days_past_deliver_by > 0 THEN 'open_late'
    END AS delivery,     -- sent without tracking and past its day: nobody can tell whether it arrived, so NULL
    CAST(ceil(seconds_since_order / 60) AS INTEGER) AS minutes_since_order,
    official_request, seller_agrees,
    cancel_asked_at, cancel_answered_at, upgrade_asked_at, upgrade_answered_at,
    address_asked_at, address_answered_at, not_received_asked_at, not_received_answered_at,
    not_received_asked_at IS NOT NULL AS complained,
    -- the marketplace may have refunded already: what was booked later than the event would show it
    CASE
        WHEN refunded_day IS NOT NULL THEN 'yes'
        WHEN money_to_day >= least(as_of_day, greatest(deliver_by_day, seen_day, complained_day)) THEN 'no'
        ELSE 'not_told'
    END AS refund_on_record,
    refunded_day,
    CASE WHEN refunded_day IS NULL THEN 0 ELSE CAST(as_of_day - refunded_day AS INTEGER) END AS days_since_refund,
    CASE WHEN came_on IS NOT NULL THEN true WHEN may_have_come THEN NULL WHEN returns_to_day > refunded_day THEN false END AS came_back,
    -- whether or not an export of claims is loaded: without one the seller is told to claim, and nothing is taken for claimed
    CASE greatest(parcel_claim, CASE WHEN tracking IN ('lost', 'damaged') OR NOT of_trouble THEN order_claim END)
        WHEN 4 THEN 'granted' WHEN 3 THEN 'filed_with_insurer' WHEN 2 THEN 'filed_with_carrier' WHEN 1 THEN 'denied' ELSE 'none'
    END AS claim_on_record
FROM followed
;
-- grain: one row per row of returns; days since are counted in UTC days, as the export states days without a zone
CREATE OR REPLACE TEMP TABLE return_facts AS
WITH inspected AS (
    SELECT
        returns.account, returns.return_id, inspections.state,
        row_number() OVER (
            PARTITION BY returns.account, returns.return_id
            ORDER BY inspections.inspected_at DESC NULLS LAST, inspections.inspection
        ) AS newest
    FROM inspections
    JOIN returns
        ON returns.account = inspections.account AND returns.order_id = inspections.order_id
        AND (
            (inspections.order_item_id IS NULL AND inspections.sku IS NULL)
            OR inspections.order_item_id = returns.order_item_id
            OR ((inspections.order_item_id IS NULL OR returns.order_item_id IS NULL) AND inspections.sku = returns.sku)
        )
),

money_told AS (
    SELECT account, CAST(timezone('UTC', max(posted_at)) AS DATE) AS told_to
    FROM money
    GROUP BY account
)

SELECT
    returns.account, returns.return_id, returns.order_id, returns.line, returns.sku,
    -- where the line is not known: only returns to the marketplace's warehouses carry its own SKU
    coalesce(line_facts.channel, CASE WHEN returns.fnsku IS NULL THEN 'FBM' ELSE 'FBA' END) AS channel,
    line_facts.marketplace,
    coalesce(line_facts.currency, returns.currency) AS currency,
    line_facts.ordered_day, line_facts.delivered_day,
    CASE WHEN line_facts.handed_over THEN line_facts.units END AS units_sold,
    returns.requested_at, returns.received_at,
    returns.received_at IS NOT NULL AS received,
    CAST(returns.requested_at - line_facts.delivered_day AS INTEGER) AS days_to_request,
    returns.in_policy, returns.reason, returns.reason_group,
    -- a return caused by the marketplace's page or warehouse is not the buyer's doing: the seller answers for it
    CASE
        WHEN returns.usual_cause IN ('buyer', 'seller', 'carrier') THEN returns.usual_cause
        WHEN returns.usual_cause = 'marketplace' THEN 'seller'
    END AS fault,
    CASE WHEN returns.received_at IS NULL THEN 'not_received' ELSE inspected.state END AS state,
    returns.refunded AS refunded_amount,
    CASE WHEN returns.refunded > 0 THEN true END AS is_refunded,        -- an empty refund column is not a zero
    CASE
        WHEN returns.refunded > 0 OR line_facts.refund_on_record = 'yes' THEN 'yes'
        WHEN money_told.told_to >= coalesce(returns.received_at, returns.requested_at) THEN 'no'
        ELSE 'not_told'
    END AS refund_on_record,
    line_facts.refunded_day AS refund_day,
    coalesce(returns.resolution = 'RefundAtFirstScan', false) AS refunded_at_first_scan,
    coalesce(returns.safe_t_claim <> '', false) AS safe_t_filed,
    coalesce(returns.a_to_z_claim, false) AS a_to_z_claimed,
    returns.status IN ('completed', 'closed', 'cancelled', 'declined') AS closed,
    CASE WHEN line_facts.line IS NOT NULL THEN line_facts.value ELSE returns.order_amount END AS value,
    CAST(context.as_of_day - returns.requested_at AS INTEGER) AS days_since_requested,
    CASE WHEN returns.received_at IS NULL THEN 0 ELSE CAST(context.as_of_day - returns.received_at AS INTEGER) END
        AS days_since_received,
    context.as_of_day
FROM returns
CROSS JOIN context
LEFT JOIN line_facts
    ON line_facts.account = returns.account AND line_facts.order_id = returns.order_id AND line_facts.line = returns.line
LEFT JOIN money_told ON money_told.account = returns.account
LEFT JOIN inspected
    ON inspected.account = returns.account AND inspected.return_id = returns.return_id AND inspected.newest = 1
