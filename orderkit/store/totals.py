"""Exports that state their own total must add up to it; what stands on one line for a whole group is filled down first."""

from orderkit.errors import FileRefused
from orderkit.store.observations import table_of


def fill_down(con, form, file_id):
    """Gives every row of a file the values that its group has on one row only, such as the currency of a settlement."""
    rule = form.fill_down
    if rule is None:
        return
    columns = ", ".join(f'"{name}" = coalesce({table_of(form)}."{name}", g."{name}")' for name in rule.columns)
    values = ", ".join(f'max("{name}") AS "{name}"' for name in rule.columns)
    con.execute(
        f"""
        UPDATE {table_of(form)}
        SET {columns}
        FROM (SELECT "{rule.by}" AS _group, {values} FROM {table_of(form)} WHERE _file = $id GROUP BY 1) g
        WHERE _file = $id AND "{rule.by}" IS NOT DISTINCT FROM g._group
        """,
        {"id": file_id},
    )


def check(con, form, file_id, name):
    """Compares the sums of a file with the totals that it states. Raises FileRefused with the first difference.

    A part of such an export has no total of its own, or another one: it can only be loaded whole.
    """
    rule = form.file_total
    if rule is None:
        return
    parts = " + ".join(f'coalesce("{part}", 0)' for part in rule.of)
    by = f'"{rule.by}"' if rule.by else "NULL"
    wrong = con.sql(
        f"""
        SELECT min("{rule.total}") AS stated, count(DISTINCT "{rule.total}") AS totals, sum({parts}) AS summed
        FROM {table_of(form)}
        WHERE _file = $id
        GROUP BY {by}
        HAVING totals <> 1 OR summed <> stated
        ORDER BY ALL
        """,
        params={"id": file_id},
    ).fetchall()
    if wrong:
        raise FileRefused(name, _difference(form, wrong, _aside(con, file_id)), nearest=form.name)


def _aside(con, file_id):
    found = con.sql("SELECT line FROM rejects WHERE file_id = $id ORDER BY line LIMIT 1", params={"id": file_id}).fetchall()
    return f" Line {found[0][0]} could not be read." if found else ""


def _difference(form, wrong, aside):
    stated, totals, summed = wrong[0]
    whole = "Such an export can only be loaded whole: download it again."
    if totals == 0:
        return f"states no total; the row that has it is missing.{aside} {whole}"
    if totals > 1:
        return f"states {totals} different totals for one settlement.{aside} {whole}"
    difference = f"a difference of {summed - stated:,}"
    return f"states a total of {stated:,}, but its lines add up to {summed:,}: {difference}.{aside} {whole}"
