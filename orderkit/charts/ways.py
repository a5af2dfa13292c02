"""Ways to insure a year of parcels, side by side: what each costs, and what is left to chance."""

from orderkit.analyses import show
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import DEPENDS
from orderkit.analyses.result import draws
from orderkit.analyses.words import sure
from orderkit.charts.cover import PREMIUM, offer_of, paid_words, part_of
from orderkit.charts.look import BLUE, INK, ORANGE, drawn, finish
from orderkit.charts.loss_year import is_few
from orderkit.charts.words import in_words
from orderkit.languages import phrase
from orderkit.statistics.losses.cover import INSURE
from orderkit.statistics.losses.recommend import ALL, GROUPS, NONE, NOW, ONE

LETTER = 0.0165  # of the axis, on a narrow page, is as wide as a letter of the words right of the bars
KEPT, BAD = "losses left to you", "exceeded in 1 of 20 years"


@draws("losses", "ways")
def ways_to_insure(result, *, tariff=None, currency=None):
    """Ways to insure a year side by side: the price of cover and the losses left on the mean, and what 1 of 20 years exceeds.

    tariff, currency: by default the tariff that saves most, in the currency with most parcels. Ways that come to the same as
    insuring nothing are left out.
    """
    import plotly.graph_objects as go

    best = offer_of(result, tariff, currency)
    code, ways = best["currency"], part_of(result.tables["ways"], best)
    ways = ways[(ways["insured"] > 0) | (ways["way"] == NONE)]
    names, ends = [_way(row, best) for row in ways.itertuples()], ways[["bad_year", "cost"]].max(axis=1)
    figure = go.Figure(layout={"barmode": "stack"})
    for column, name, colour in (("kept", KEPT, BLUE), ("premium", PREMIUM, ORANGE)):
        figure.add_bar(
            x=ways[column].tolist(), y=names, name=phrase(name), orientation="h", marker={"color": colour}, width=0.55,
            hovertemplate=f"{phrase(name)}: %{{x:,.0f}} {drawn(code)}<extra></extra>",
        )  # fmt: skip
    mark = {"color": INK, "size": 11, "symbol": "diamond"}
    figure.add_scatter(x=ways["bad_year"].tolist(), y=names, mode="markers", name=phrase(BAD), marker=mark, hoverinfo="skip")
    costs = _costs(ways, code)
    figure.add_scatter(
        x=ends.tolist(), y=names, mode="text", text=[drawn(f"   {words}") for words in costs], textposition="middle right",
        cliponaxis=False, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    title = _title(best, ways, is_few(result, code))
    axis = drawn(phrase("cost of a year on average, in {currency}; {paid}", currency=code, paid=paid_words(best)))
    bars = 1 - min(LETTER * max(map(len, costs)), 0.8)
    figure.update_xaxes(title=axis, range=[0, (ends.max() or 1) / bars], showticklabels=False)
    figure.update_yaxes(autorange="reversed", type="category", ticklabelstandoff=6)
    table = ways[["way", "insured", "premium", "kept", "cost", "bad_year", "none_cheaper"]].round(2)
    alt = phrase("Bars of the price of cover and the losses left to you for each way to insure. {title}.", title=title)
    return finish(figure, title, alt, in_words(table, cells=["way"]), height=140 + 56 * len(ways), legend=True)


def _costs(ways, currency):
    """What each way costs, on average and in a bad year, in words."""
    cost, bad = ([round_money(round(one), currency) for one in ways[column]] for column in ("cost", "bad_year"))
    return [phrase("{mean} a year, bad year {worst}", mean=mean, worst=worst) for mean, worst in zip(cost, bad, strict=True)]


def _way(row, offer):
    """A way in plain words, on two lines where it is long."""
    parcels = "<br>" + phrase("({parcels} parcels)", parcels=f"{row.insured:,.0f}")
    if row.way == ONE:
        return phrase("insure from {value}", value=drawn(show.money(offer["from_value"], offer["currency"]))) + parcels
    words = {NONE: "insure nothing", ALL: "insure all", GROUPS: "insure by service", NOW: "insure as now"}
    return phrase(words[row.way]) + (parcels if row.way != NONE else "")


def _title(offer, ways, few):
    if few:
        return phrase("Too few losses to tell which way costs least")
    if offer["verdict"] == DEPENDS:
        return phrase("Which way costs least hangs on the share of claims that are paid")
    cost = ways.set_index("way")["cost"].to_dict()
    say = {name: round_money(round(one), offer["currency"]) for name, one in cost.items()}
    if offer["way"] == NONE:
        if NOW not in say:
            return phrase("Insuring nothing costs least: about {cost} a year", cost=say[NONE])
        return phrase("Insuring nothing costs least: about {cost} a year; as now {now}", cost=say[NONE], now=say[NOW])
    return _title_of_some(offer, round(cost[NONE] - cost[offer["way"]]), say[NONE])


def _title_of_some(offer, less, none):
    """The title where it is best to insure some or all. less: what that costs less than no cover; none: what no cover costs."""
    value = show.money(offer["from_value"], offer["currency"])
    some = {
        "insured": {ALL: phrase("all"), ONE: phrase("from {value} on", value=value), GROUPS: phrase("by service")}[offer["way"]]
    }
    if less < 0:  # chosen for its worst years
        more = round_money(-less, offer["currency"])
        return phrase("Insuring {insured} spares bad years, for {more} more a year", more=more, **some)
    some |= {"less": round_money(less, offer["currency"]), "cost": none, "sure": sure(offer["probability"])}
    if offer["verdict"] == INSURE:
        return phrase("Insuring {insured} saves {less} of {cost} a year ({sure} sure)", **some)
    return phrase("Insuring {insured} may save {less} of {cost} a year ({sure} sure)", **some)
