"""Which exports are not loaded, by the money that they would explain: what a seller fetches next."""

from importlib import resources

import pandas as pd

from orderkit.analyses import gaps, show
from orderkit.analyses.result import Result
from orderkit.analyses.words import add, amounts, count
from orderkit.languages import known, phrase

TITLE = "What is missing"
COLUMNS = ["need", "marketplace", "state", "currency", "money", "export", "find", "fills"]
TITLES = {
    "what": "what is not known", "marketplace": "marketplace", "state": "state", "would explain": "would explain",
    "export": "export", "where": "where",
}  # fmt: skip
STATES = {
    "missing": "not loaded", "partly": "loaded for a part", "old": "too old", "good": "some rows do not tell",
}  # fmt: skip


class Missing(Result):
    """What is not loaded: `.frame` has a row per need, marketplace and currency, the most money first."""

    def _repr_html_(self):
        rows = [
            {
                "what": phrase(row["need"]), "marketplace": row["marketplace"] or "", "state": phrase(STATES[row["state"]]),
                "would explain": amounts(row["money"]), "export": row["export"] and phrase(row["export"]),
                "where": row["find"] and known(row["find"]),
            }
            for row in self.tables["needs"]
        ]  # fmt: skip
        told = pd.DataFrame(rows)
        if rows and not told["marketplace"].ne("").any():
            told = told.drop(columns="marketplace")
        table = [show.table(told, titles=TITLES)] if rows else []
        return str(show.section(self.headline, *table, show.fold(phrase("How we know"), self.how)))


def missing(con):
    """The needs of this shop that the loaded exports leave open, and the money behind what is not known, per currency.

    Money: refundable amounts of the order lines in question, or what was refunded; it is not what is lost, but what nobody can
    say more about. Order: by the largest share of a currency's sales that a need would explain. Needs the facts.
    """
    clock = con.sql("SELECT clock FROM context").fetchall()[0][0]
    sales = dict(con.sql("SELECT currency, sum(value) FROM line_facts WHERE currency IS NOT NULL GROUP BY currency").fetchall())
    dark = _dark(con)
    found = [_need(gap, dark) for gap in gaps.gaps(con, clock)]
    needs = [need for need in found if need["state"] != "good" or need["money"]]
    needs.sort(key=lambda need: (-_share(need["money"], sales), need["need"], need["marketplace"] or ""))
    return Missing(
        kind="missing", title=phrase(TITLE), headline=_headline(needs), frame=_frame(needs), how=list(_how(needs)),
        tables={"needs": needs}, money=("money",),
    )  # fmt: skip


def _dark(con):
    """{(need, family of the marketplace): {currency: money}}, and the same for all marketplaces under None."""
    rows = con.sql(resources.files(__package__).joinpath("missing.sql").read_text(encoding="utf-8")).fetchall()
    found = {}
    for need, site, currency, _, money in rows:
        for place in {gaps.family_of_site(site), None}:
            add(found.setdefault((need, place), {}), currency, money)
    return found


def _need(gap, dark):
    first = gap.exports[0] if gap.exports else None
    return {
        "need": gap.need, "marketplace": gap.marketplace, "state": gap.state, "money": dark.get((gap.need, gap.marketplace), {}),
        "export": first.title if first else None, "find": first.find if first else None, "fills": gap.fills,
    }  # fmt: skip


def _share(money, sales):
    return max((amount / sales[currency] for currency, amount in money.items() if sales.get(currency)), default=0)


def _headline(needs):
    if not needs:
        return phrase("Nothing that orderkit asks for is missing.")
    first = needs[0]
    exports = count(len(needs), "export")
    if not first["money"]:
        return phrase("{exports} would tell more.", exports=exports)
    told = {"export": phrase(first["export"] or first["need"]), "money": amounts(first["money"])}
    return phrase("{exports} would tell more; the most: {export}, on {money}.", exports=exports, **told)


def _frame(needs):
    rows = [
        {**need, "currency": currency, "money": None if money is None else float(money), "fills": ", ".join(need["fills"])}
        for need in needs
        for currency, money in (sorted(need["money"].items()) or [(None, None)])
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"money": float})


def _how(needs):
    if needs:
        yield phrase(
            "Would explain: refundable amounts of the order lines, or refunds, of which the loaded exports do not tell that part."
            " It is no loss, only what nobody can say more about; a line may stand behind several needs: nothing is added up."
        )
