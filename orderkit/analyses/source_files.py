"""Which files a section is made from, and whether every row and every amount of them is accounted for."""

import json
from decimal import Decimal

import pandas as pd

from orderkit.analyses import freshness, show
from orderkit.analyses.result import Result
from orderkit.analyses.words import amounts, count
from orderkit.formats import guide
from orderkit.languages import listed, phrase
from orderkit.store.known import known_formats

SHOWN = 4  # files named in one sentence
COLUMNS = [
    "account", "file", "export", "up_to", "rows", "loaded", "already_known", "older", "set_aside", "adds_up", "amounts", "sha256",
]  # fmt: skip
VIEW = {
    "account": "account", "file": "file", "export": "export", "up_to": "up to", "rows": "rows", "loaded": "loaded",
    "already_known": "already known", "older": "older", "set_aside": "set aside", "adds_up": "adds up",
    "amounts": "prices of goods",
}  # fmt: skip


class Sources(Result):
    """The files that the shop was loaded from; `.frame` has a row per file."""

    def _repr_html_(self):
        table = show.table(self._shown(), titles=VIEW)
        return str(show.section(self.headline, show.details(phrase("Every file, and what became of its rows"), table)))

    def _shown(self):
        shown = self._translated()[[*VIEW]].assign(amounts=[amounts(each) for each in self.frame["amounts"]])
        alone = self.frame["account"].nunique() < 2
        return shown.drop(columns=["account"] if alone else [])


def sources(con):
    """The files that were loaded, as a Result; its frame has one row per file and account.

    rows: records in the file, which are `loaded`, `already_known` from other files, `older` than what is known, or `set_aside`.
    amounts: exact prices of goods of the loaded rows by currency ({} where the export has none), noted while the file was read.
    adds_up: whether the four counts give the rows, and the store still holds as many rows and the same sum of prices; rows of one
    order told of by several files are kept once, so sums are compared only for files whose rows were all new.
    """
    known = known_formats(con)
    rows = con.sql(
        "SELECT account, file, format, covers_to, coalesce(lines, 0), coalesce(loaded, 0), coalesce(duplicates, 0),"
        " coalesce(superseded, 0), coalesce(quarantined, 0), money, sha256, file_id"
        " FROM loads ORDER BY account, file"
    ).fetchall()
    kept = {} if con.sql("SELECT 1 FROM purges LIMIT 1").fetchall() else _kept(con, known, {row[2] for row in rows})
    frame = pd.DataFrame([_source(row, known, kept) for row in rows], columns=COLUMNS)
    return Sources(
        kind="sources",
        title=phrase("Exports loaded"),
        headline=_headline(frame),
        frame=frame,
        how=[],
        view=VIEW,
        rows_shown=200,
        worded=("export",),
    )


def _headline(frame):
    told = {"files": count(len(frame), "file"), "rows": count(int(frame["rows"].sum()), "row")}
    if frame["adds_up"].all():
        return phrase("{files}, {rows}, all of them accounted for.", **told)
    wrong = count(int((~frame["adds_up"]).sum()), "file")
    return phrase("{files}, {rows}; of {wrong} the rows do not add up: load what is marked anew.", **told, wrong=wrong)


def _kept(con, known, names):
    """{file_id: (rows in the store, sum of prices or None)}; of what holds several rows per record nothing can be compared."""
    found, stored = {}, {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    forms = [known[name] for name in sorted(names) if name in known and f"obs_{name}" in stored]
    for form in [form for form in forms if not form.tree]:
        price = f'sum("{form.money}")' if form.money and not form.repeats else "NULL"
        rows = con.sql(f'SELECT _file, count(*), {price} FROM "obs_{form.name}" GROUP BY _file').fetchall()
        found |= {file_id: (count, amount) for file_id, count, amount in rows}
    return found


def _source(row, known, kept):
    account, file, name, up_to, lines, loaded, duplicates, superseded, aside, money, sha256, file_id = row
    form, prices = known.get(name), {code: Decimal(amount) for code, amount in json.loads(money or "{}").items()}
    stored, price = kept.get(file_id, (loaded, None))
    same = price is None or loaded < lines - aside or price == sum(prices.values())
    return {
        "account": account, "file": file.rpartition("/")[2], "export": form.title if form else name,
        "up_to": up_to and up_to.date(), "rows": lines, "loaded": loaded, "already_known": duplicates, "older": superseded,
        "set_aside": aside, "adds_up": lines == loaded + duplicates + superseded + aside and stored >= loaded and same,
        "amounts": prices, "sha256": sha256,
    }  # fmt: skip


def told(con, section):
    """Sentences for How we know: from which files a section is made, their rows, and whether these add up."""
    known, wanted = known_formats(con), freshness.tables_of(section)
    tells = {form.title for form in known.values() if wanted & {guide.STORED_AS.get(table, table) for table in form.emits}}
    frame = sources(con).frame
    mine = frame[frame["export"].isin(tells)]
    if mine.empty:
        return
    named = [_named(row) for row in mine.head(SHOWN).to_dict("records")]
    more = [phrase("{files} more", files=count(len(mine) - SHOWN, "file"))] if len(mine) > SHOWN else []
    yield phrase("Made from: {files}.", files=listed([*named, *more]))
    aside, rows = int(mine["set_aside"].sum()), int(mine["rows"].sum())
    values = {"rows": count(rows, "row"), "aside": show.number(aside)}
    if mine["adds_up"].all():
        yield phrase("All {rows} of these files are accounted for, {aside} of them set aside.", **values)
    else:
        yield phrase(
            "Of {rows} of these files not all are accounted for: load the files marked in the list of exports anew.", **values
        )


def _named(row):
    return phrase("{file} ({rows})", file=row["file"], rows=count(row["rows"], "row"))
