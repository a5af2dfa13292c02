"""Which money counts: the same payment stands in settlements, transaction reports and the interfaces, and must be summed once."""


def mark_counting(con, where, forms):
    """Sets `money.counts`: false where a better export (by the rank of its format) tells of the same money.

    Rows with a settlement number give way to a better export of that settlement. Rows without one give way where a better export
    of the same account and currency reaches over their moment.
    """
    ranks = ", ".join(f"('{form.name}', {form.emits['money'].rank})" for form in forms.values() if "money" in form.emits)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _ranked AS
        SELECT m.rowid AS rid, m.account, m.settlement_id, m.currency, m.posted_at, r.rank
        FROM {where}.money m
        JOIN (VALUES {ranks}) r(name, rank) ON r.name = m.seen_in
    """)
    con.execute(f"""
        UPDATE {where}.money
        SET counts = NOT (better_settlement OR better_period)
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
                ) AS better_period
            FROM _ranked r
            LEFT JOIN (SELECT account, settlement_id, min(rank) AS rank FROM _ranked GROUP BY account, settlement_id) b
                ON b.account = r.account AND b.settlement_id = r.settlement_id
        ) found
        WHERE found.rid = money.rowid
    """)
    con.execute("DROP TABLE _ranked")
