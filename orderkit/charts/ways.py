"""Ways to insure a year of parcels, side by side: what each costs, and what is left to chance."""

from orderkit.analyses import show
from orderkit.analyses.losses.classes import round_money
from orderkit.analyses.losses.cover import DEPENDS
from orderkit.analyses.result import draws
from orderkit.analyses.words import sure
from orderkit.charts.cover import PREMIUM, offer_of, paid_words, part_of
from orderkit.charts.look import BLUE, INK, ORANGE, drawn, finish
from orderkit.charts.loss_year import is_few
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
            x=ways[column].tolist(), y=names, name=name, orientation="h", marker={"color": colour}, width=0.55,
            hovertemplate=f"{name}: %{{x:,.0f}} {drawn(code)}<extra></extra>",
        )  # fmt: skip
    mark = {"color": INK, "size": 11, "symbol": "diamond"}
    figure.add_scatter(x=ways["bad_year"].tolist(), y=names, mode="markers", name=BAD, marker=mark, hoverinfo="skip")
    costs = _costs(ways, code)
    figure.add_scatter(
        x=ends.tolist(), y=names, mode="text", text=[drawn(f"   {words}") for words in costs], textposition="middle right",
        cliponaxis=False, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    title = _title(best, ways, is_few(result, code))
    axis = drawn(f"cost of a year on average, in {code}; {paid_words(best)}")
    bars = 1 - min(LETTER * max(map(len, costs)), 0.8)
    figure.update_xaxes(title=axis, range=[0, (ends.max() or 1) / bars], showticklabels=False)
    figure.update_yaxes(autorange="reversed", type="category", ticklabelstandoff=6)
    table = ways[["way", "insured", "premium", "kept", "cost", "bad_year", "none_cheaper"]].round(2)
    alt = f"Bars of the price of cover and the losses left to you for each way to insure. {title}."
    return finish(figure, title, alt, table, height=140 + 56 * len(ways), legend=True)


def _costs(ways, currency):
    """What each way costs, on average and in a bad year, in words."""
    cost, bad = ([round_money(round(one), currency) for one in ways[column]] for column in ("cost", "bad_year"))
    return [f"{mean} a year, bad year {worst}" for mean, worst in zip(cost, bad, strict=True)]


def _way(row, offer):
    """A way in plain words, on two lines where it is long."""
    parcels = f"<br>({row.insured:,.0f} parcels)"
    if row.way == ONE:
        return f"insure from {drawn(show.money(offer['from_value'], offer['currency']))}{parcels}"
    words = {NONE: "insure nothing", ALL: "insure all", GROUPS: "insure by service", NOW: "insure as now"}
    return words[row.way] + (parcels if row.way != NONE else "")


def _title(offer, ways, few):
    if few:
        return "Too few losses to tell which way costs least"
    if offer["verdict"] == DEPENDS:
        return "Which way costs least hangs on the share of claims that are paid"
    cost = ways.set_index("way")["cost"].to_dict()
    say = {name: round_money(round(one), offer["currency"]) for name, one in cost.items()}
    if offer["way"] == NONE:
        return f"Insuring nothing costs least: about {say[NONE]} a year" + (f"; as now {say[NOW]}" if NOW in say else "")
    words = {ALL: "all", ONE: f"from {show.money(offer['from_value'], offer['currency'])} on", GROUPS: "by service"}[offer["way"]]
    less = round(cost[NONE] - cost[offer["way"]])
    if less < 0:  # chosen for its worst years
        return f"Insuring {words} spares bad years, for {round_money(-less, offer['currency'])} more a year"
    saves = "saves" if offer["verdict"] == INSURE else "may save"
    sums = f"{round_money(less, offer['currency'])} of {say[NONE]}"
    return f"Insuring {words} {saves} {sums} a year ({sure(offer['probability'])} sure)"
