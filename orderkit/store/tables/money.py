"""Which money counts: the same payment stands in settlements, transaction reports and the interfaces, and must be summed once."""

EVENTS_OF = "spapi_finances_"  # formats that tell of the same events, at the same moments, each in a layout of its own


def mark_counting(con, where, forms):
    """Sets `money.counts`: false where a better export (by the rank of its format) tells of the same money.

    Rows with a settlement number give way to a better export of that settlement. Rows without one give way where a better export
    of the same account and currency reaches over their moment, or tells of the same event. Two versions of an interface break an
    event down into other amounts, so it is matched whole: by order, moment and kind; one without an order by its sum as well.
    """
    ranks = ", ".join(f"('{form.name}', {form.emits['money'].rank})" for form in forms.values() if "money" in form.emits)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _ranked AS
        SELECT
            m.rowid AS rid, m.account, m.settlement_id, m.currency, m.posted_at, r.rank, m.amount,
            m.order_id, regexp_replace(lower(m.type), 'eventlist$', '') AS kind, m.seen_in LIKE '{EVENTS_OF}%' AS of_events
        FROM {where}.money m
        JOIN (VALUES {ranks}) r(name, rank) ON r.name = m.seen_in
    """)
    con.execute(f"""
        UPDATE {where}.money
        SET counts = NOT (better_settlement OR better_period OR better_event)
        FROM (
            SELECT
                r.rid,
                coalesce(b.rank < r.rank, false) AS better_settlement,
                r.settlement_id IS NULL AND EXISTS (
                    SELECT 1
                    FROM (
                        SELECT
                            account, currency, settlement_id,
                            min(rank) AS rank,
                            min(posted_at) AS first,
                            max(posted_at) AS last
                        FROM _ranked
                        WHERE settlement_id IS NOT NULL
                        GROUP BY account, currency, settlement_id
                    ) p
                    WHERE p.account = r.account AND p.currency IS NOT DISTINCT FROM r.currency AND p.rank < r.rank
                        AND r.posted_at BETWEEN p.first AND p.last
                ) AS better_period,
                r.settlement_id IS NULL AND v.rid IS NOT NULL AS better_event
            FROM _ranked r
            LEFT JOIN ({SAME_EVENT}) v ON v.rid = r.rid
            LEFT JOIN (SELECT account, settlement_id, min(rank) AS rank FROM _ranked GROUP BY account, settlement_id) b
                ON b.account = r.account AND b.settlement_id = r.settlement_id
        ) found
        WHERE found.rid = money.rowid
    """)
    con.execute("DROP TABLE _ranked")


# the rows of events that a better export tells of as well
SAME_EVENT = """
    WITH told AS (
        SELECT
            account, currency, posted_at, kind, order_id, rank,
            CASE WHEN order_id IS NULL THEN sum(amount) END AS whole,
            list(rid) AS rows
        FROM _ranked
        WHERE of_events AND posted_at IS NOT NULL
        GROUP BY account, currency, posted_at, kind, order_id, rank
    )
    SELECT DISTINCT unnest(w.rows) AS rid
    FROM told w
    JOIN told b
        ON b.account = w.account AND b.posted_at = w.posted_at AND b.kind = w.kind AND b.rank < w.rank
        AND b.currency IS NOT DISTINCT FROM w.currency
        AND b.order_id IS NOT DISTINCT FROM w.order_id
        AND b.whole IS NOT DISTINCT FROM w.whole
"""
