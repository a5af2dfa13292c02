"""Up to when the data of each section reaches, and which exports for it are not loaded."""

import pandas as pd

from orderkit.analyses import gaps, show
from orderkit.analyses.gaps import Need
from orderkit.errors import UnknownName
from orderkit.languages import joined, known, phrase
from orderkit.store import reason_words

SHOWN = 50  # lines set aside on a page
TITLES = {"file": "File", "line": "Line", "column": "Column", "why": "Why"}
BY_STATUS = Need("fate by order status", "order_lines", ("delivery_outcome",))  # told in India alone, so nowhere missed

# what rates of an account are reckoned from; no need is said to fill that section, as it is Amazon's sellers alone who have it
RATED = tuple(need for need in gaps.NEEDS if need.words in ("promised dates", "what became of your parcels", gaps.HEALTH))

# section -> the heading it stands under, by which each need says that it fills it; and what else is told
SECTIONS = {
    "todo": (gaps.TODO, ()), "exposure": (gaps.LATE, ()), "returns": (gaps.WHY, ()), "losses": (gaps.LOST, (BY_STATUS,)),
    "health": (gaps.ACCOUNT, RATED),
}  # fmt: skip


def set_aside(con):
    """The lines that were set aside: file, line, column and reason in plain words; a sentence where there are none."""
    rows = con.sql("""
        SELECT l.file, r.line, r."column", r.reason
        FROM rejects r
        JOIN loads l ON l.file_id = r.file_id
        ORDER BY l.file, r.line
    """).fetchall()
    if not rows:
        return show.note(phrase("No lines were set aside."))
    words = reason_words()
    frame = pd.DataFrame(
        [
            {"file": file, "line": line, "column": column or phrase("the whole line"), "why": phrase(words[why])}
            for file, line, column, why in rows[:SHOWN]
        ]
    )
    caption = "Lines set aside: {n}, the first {shown} of them" if len(rows) > SHOWN else "Lines set aside: {n}"
    return show.table(frame, caption=phrase(caption, n=f"{len(rows):,}", shown=SHOWN), titles=TITLES)


def up_to(con, section):
    """One sentence: for everything that a section needs, up to which day the loaded exports tell, or which export would.

    Days are UTC days. Only exports of marketplaces that are seen in the database are named. Raises UnknownName for a section that
    does not exist.
    """
    if section not in SECTIONS:
        raise UnknownName("section", section, SECTIONS)
    heading, others = SECTIONS[section]
    needs = [need for need in gaps.NEEDS if {heading, gaps.EVERY} & set(need.fills)] + [*others]
    as_of = con.sql("SELECT as_of FROM context").fetchall()[0][0]
    found = gaps.gaps(con, as_of, needs, as_of=as_of)
    several = len({gap.marketplace for gap in found} - {None}) > 1
    have = [_reaches(gap, several) for gap in found if gap.known]
    missing = [_lacks(gap, several) for gap in found if not gap.known and gap.need != BY_STATUS.words]
    said = [phrase("Data up to: {parts}.", parts=joined(have, "commas")) if have else phrase("No data for this part.")]
    said += [phrase("Not loaded: {parts}.", parts=joined(missing, "commas"))] if missing else []
    return joined(said, "sentences")


def tables_of(section):
    """The canonical tables that a section is made from."""
    heading, others = SECTIONS[section]
    needs = [need for need in gaps.NEEDS if {heading, gaps.EVERY} & set(need.fills)] + [*others]
    return {need.table for need in needs}


def _named(gap, several):
    said = phrase(gap.short)
    return phrase("{marketplace} {data}", marketplace=gap.marketplace, data=said) if several and gap.marketplace else said


def _reaches(gap, several):
    named = _named(gap, several)
    return phrase("{data} to {day}", data=named, day=show.day(gap.up_to)) if gap.up_to else named


def _lacks(gap, several):
    titles, named = joined([known(export.title) for export in gap.exports], "or"), _named(gap, several)
    return phrase("{data} ({exports})", data=named, exports=titles) if titles else named
