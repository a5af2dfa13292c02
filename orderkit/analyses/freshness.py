"""Up to when the data of each section reaches, and which exports for it are not loaded."""

import pandas as pd

from orderkit.analyses import show
from orderkit.errors import UnknownName
from orderkit.formats import formats
from orderkit.store import reason_words

SHOWN = 50  # lines set aside on a page
BY_STATUS = "fate by order status"

# section -> what it needs: words, canonical table, column that an export must give
NEEDS = {
    "todo": [
        ("orders", "order_lines", "status"),
        ("what buyers ask", "requests", "official"),
        ("returns", "returns", "received_at"),
    ],
    "exposure": [
        ("orders", "order_lines", "status"),
        ("promised dates", "order_lines", "deliver_by"),
        ("parcels", "parcels", "outcome"),
    ],
    "returns": [
        ("orders", "order_lines", "status"),
        ("returns", "returns", "reason_as_exported"),
        ("inspections", "inspections", "state"),
    ],
    "losses": [
        ("orders", "order_lines", "status"),
        ("parcels", "parcels", "outcome"),
        (BY_STATUS, "order_lines", "delivery_outcome"),
    ],
}


def set_aside(con):
    """The lines that were set aside: file, line, column and reason in plain words; a sentence where there are none."""
    rows = con.sql("""
        SELECT l.file, r.line, r."column", r.reason
        FROM rejects r
        JOIN loads l ON l.file_id = r.file_id
        ORDER BY l.file, r.line
    """).fetchall()
    if not rows:
        return show.note("No lines were set aside.")
    words = reason_words()
    frame = pd.DataFrame(
        [
            {"file": file, "line": line, "column": column or "the whole line", "why": words[why]}
            for file, line, column, why in rows[:SHOWN]
        ]
    )
    more = f"Lines set aside: {len(rows):,}" + (f", the first {SHOWN} of them" if len(rows) > SHOWN else "")
    return show.table(frame, caption=more)


def up_to(con, section):
    """One sentence: for everything that a section needs, up to which day the loaded exports tell, or which export would.

    Days are UTC days. Raises UnknownName for a section that does not exist.
    """
    if section not in NEEDS:
        raise UnknownName("section", section, NEEDS)
    newest = con.sql("""
        SELECT format, max(least(covers_to, as_of))
        FROM loads, context
        WHERE covers_from <= as_of
        GROUP BY format
    """)
    held = dict(newest.fetchall())
    have, missing = [], []
    told = con.sql("SELECT count(*) FROM order_lines WHERE delivery_outcome IS NOT NULL").fetchall() != [(0,)]
    for words, table, column in NEEDS[section]:
        giving = [form for form in formats().values() if table in form.emits and column in form.emits[table].given]
        days = [held[form.name] for form in giving if form.name in held]
        if words == BY_STATUS and not told:  # only in India do order statuses tell what became of a parcel
            continue
        if days:
            have.append(f"{words} to {show.day(max(days).date())}")
        elif words != BY_STATUS:
            missing.append(f"{words} ({' or '.join(form.title for form in giving)})")
    said = f"Data up to: {', '.join(have)}." if have else "No data for this part."
    return said + (f" Not loaded: {', '.join(missing)}." if missing else "")
