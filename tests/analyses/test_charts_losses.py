"""Figures of losses and cover: the finding as title, the numbers of the tables, currencies kept apart, names without markup,
and a sentence where there is nothing to draw."""

import numpy as np
import pandas as pd
import pytest
import shops

from orderkit import charts
from orderkit.analyses import losses
from orderkit.analyses.losses.ahead import CARRIER_NOT_KNOWN, Book
from orderkit.analyses.result import Result
from orderkit.charts.cover import offer_of
from orderkit.errors import NothingToShow, UnknownName
from orderkit.statistics.losses.cover import Parcels

CHARTS = (None, "services", "year", "weeks", "value", "ways")
BAD = "Van <b>& Co</b> $1$"  # a carrier whose name would be markup, and a formula between dollar signs
TARIFF = "<i>Cheap</i>"


def frame(lost=8, currency="USD", known=1000):
    rate = np.nan if lost < 5 else lost / known
    row = {"currency": currency, "what": "lost", "events": lost, "known_outcome": known, "rate": rate}
    return pd.DataFrame([row | {"low": 0.004, "high": 0.013, "one_in": "1 in 120", "at_worst": "1 in 77"}])


def service(carrier, name, lost, exposure, rates=(0.01, 0.005, 0.02), currency="USD", damaged=0):
    rate, low, high = rates
    row = {"currency": currency, "carrier": carrier, "service": name, "parcels": 500, "lost": lost, "damaged": damaged}
    return row | {"exposure": exposure, "rate": rate, "low": low, "high": high, "weight": 0.2}


def book(currency="USD", pace=20.0, rate=0.02):
    """A hundred parcels of 50 in a year for each of 1, all lost at one rate."""
    ones = np.zeros(100, dtype=int)
    value = np.full(100, 50.0)
    parcels = Parcels(value, ones, np.full(100, BAD, dtype=object), times=10.4)
    return Book(currency, parcels, np.full((1000, 1), rate), np.zeros((1000, 1)), pace)


def weeks(currency="USD"):
    """Four weeks: one before anything was foretold, one as foretold, one worse, one with parcels on their way."""
    said = {"parcels": 60, "known_outcome": [50, 50, 50, 20], "open": [0, 0, 0, 30], "events": [1, 2, 4, 0]}
    foretold = {"expected": [np.nan, 1.0, 1.2, 0.5], "low": [np.nan, 0.0, 0.0, 0.0], "high": [np.nan, 3.0, 3.0, 2.0]}
    days = pd.to_datetime(["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"])
    within = pd.array([pd.NA, True, False, True], dtype="boolean")
    return pd.DataFrame({"currency": currency, "week": days, **said, **foretold, "within": within})


def offer(currency="USD", tariff=TARIFF, **changed):
    row = {"currency": currency, "tariff": tariff, "verdict": "either", "probability": 0.7, "paid_share": 0.8}
    row |= {"paid_share_from": "tariff", "way": "by service", "from_value": 30.0, "saves": 20.0}
    return row | changed


def ways(currency="USD", tariff=TARIFF):
    cost = {
        "none": (0, 0, 100),
        "all": (100, 150, 10),
        "from one value": (0, 0, 100),
        "by service": (40, 30, 50),
        "as now": (9, 20, 95),
    }
    rows = [
        {"way": way, "insured": insured, "premium": premium, "kept": kept, "cost": premium + kept, "bad_year": 200.0}
        for way, (insured, premium, kept) in cost.items()
    ]
    return pd.DataFrame(rows).assign(none_cheaper=0.5, currency=currency, tariff=tariff)


def groups(probability=0.7, names=(BAD, CARRIER_NOT_KNOWN), currency="USD", tariff=TARIFF):
    rows = [{"group": name, "probability": probability, "rate": 0.02, "currency": currency, "tariff": tariff} for name in names]
    return pd.DataFrame(rows)


def switch(pays=True, currency="USD", tariff=TARIFF):
    rows = [(0.0, 30.0, False), (30.01, 50.0, pays)]
    table = pd.DataFrame(rows, columns=["from_value", "to_value", "pays"]).astype({"pays": object})
    return table.assign(group=BAD, rate=0.02, currency=currency, tariff=tariff)


def prices(currency="USD", tariff=TARIFF):
    """A premium of 0.60 up to 30 and 0.40 above; expected payments of 2 % of the value."""
    value = np.array([0, 30, 30.01, 50.0])
    table = pd.DataFrame({"value": value, "premium": [0.6, 0.6, 0.4, 0.4], "expected": value * 0.02})
    return table.assign(group=BAD, rate=0.02, currency=currency, tariff=tariff)


def made(rows=None, **tables):
    told = {
        "services": pd.DataFrame([service(BAD, None, 6, 300), service("UPS", "Ground", 2, 700, (0.004, 0.002, 0.008))]),
        "books": [book()], "weeks": weeks(), "offers": pd.DataFrame([offer()]), "ways": ways(), "groups": groups(),
        "switch": switch(), "prices": prices(),
    }  # fmt: skip
    return Result(kind="losses", title="", headline="", frame=frame() if rows is None else rows, how=[], tables=told | tables)


def words(figure):
    """All text that plotly would read as markup."""
    said = [figure.layout.title.text, *(note.text for note in figure.layout.annotations)]
    for trace in figure.data:
        for part in (trace.name, trace.hovertemplate, trace.text, trace.y):
            said += [part] if isinstance(part, str) else [one for one in part if isinstance(one, str)] if part is not None else []
    return [text for text in said if text]


def test_every_figure_has_a_title_words_and_a_table():
    for name in CHARTS:
        figure = made().chart(name)
        meta = figure.layout.meta
        assert figure.layout.title.text
        assert meta["alt"].endswith(".")
        assert meta["table"]["rows"]
        assert {len(row) for row in meta["table"]["rows"]} == {len(meta["table"]["columns"])}
        assert {trace.type for trace in figure.data} <= {"bar", "scatter"}


@pytest.mark.parametrize("name", CHARTS)
def test_names_from_data_are_no_markup(name):
    for text in words(made().chart(name)):
        assert not any(tag in text for tag in ("<b>", "<i>", "</b>", "$")), text


@pytest.mark.parametrize("name", CHARTS)
def test_a_shop_with_nothing_has_a_sentence_in_place_of_a_figure(name):
    nothing = losses(shops.empty())
    with pytest.raises(NothingToShow):
        nothing.chart(name)
    assert "There is no" in str(nothing.picture(name))


@pytest.mark.parametrize("name", ["year", "weeks", "value", "ways"])
def test_another_currency_is_no_chart(name):
    with pytest.raises(NothingToShow, match="in JPY"):
        made().chart(name, currency="JPY")


def test_a_chart_that_nobody_makes_is_refused_with_those_that_are():
    with pytest.raises(UnknownName, match="services"):
        made().chart("service")


def test_the_range_of_few_losses_has_no_dot():
    modes = [[trace.mode for trace in made(frame(lost)).chart().data].count("markers") for lost in (4, 5)]
    assert modes == [0, 1]


def test_currencies_of_the_frame_are_named_where_there_are_several():
    both = pd.concat([frame(), frame(currency="EUR")], ignore_index=True)
    assert {trace.y[0] for trace in made(both).chart().data} == {"lost (USD)", "lost (EUR)"}


def dots(figure, colour):
    return [trace.y[0] for trace in figure.data if trace.mode == "markers" and trace.marker.color == colour]


def test_a_service_whose_whole_range_lies_above_the_others_stands_out():
    shown = [service("UPS", "Ground", 2, 700, (0.004, 0.002, 0.008)), service("DPD", "Classic", 12, 300, (0.03, 0.02, 0.05))]
    figure = made(services=pd.DataFrame(shown)).chart("services")
    assert figure.layout.title.text == "DPD Classic loses more than the others"
    assert dots(figure, charts.RED) == ["DPD Classic"]
    assert "12 of 300, likely 1 in 33" in figure.data[4].text[0] + figure.data[1].text[0]


def test_services_of_overlapping_ranges_do_not_stand_out():
    shown = [service("UPS", "Ground", 2, 700, (0.004, 0.002, 0.008)), service("DPD", "Classic", 3, 300, (0.01, 0.003, 0.02))]
    figure = made(services=pd.DataFrame(shown)).chart("services")
    assert figure.layout.title.text == "No service clearly loses more than the others"
    assert dots(figure, charts.RED) == []


def test_the_tick_of_a_service_is_the_rate_of_its_own_currency():
    shown = [
        service("UPS", None, 4, 100, (0.04, 0.01, 0.08)), service("USPS", None, 2, 300, (0.02, 0.01, 0.04)),
        service("DHL", None, 6, 300, (0.01, 0.005, 0.02), currency="EUR"),
    ]  # fmt: skip
    tick = made(services=pd.DataFrame(shown)).chart("services").data[-1]
    assert dict(zip(tick.y, tick.x, strict=True)) == pytest.approx({  # (0.04 x 100 + 0.02 x 300) / 400 = 0.025
        "UPS (USD)": 25.0, "USPS (USD)": 25.0, "DHL (EUR)": 10.0,
    })  # fmt: skip


def test_a_service_without_an_outcome_has_words_and_no_carrier_is_said_so():
    shown = [service("UPS", None, 6, 100), service(None, None, 0, 0.0, (np.nan,) * 3)]
    figure = made(services=pd.DataFrame(shown)).chart("services")
    said = {trace.y[0]: trace.text[0].strip() for trace in figure.data if trace.mode == "text"}
    assert said == {"UPS": "6 of 100, likely 1 in 100", "no carrier named": "500 parcels, no outcome known"}


def test_services_of_few_losses_are_not_compared():
    shown = [service("UPS", None, 3, 100), service("DPD", None, 1, 100)]
    figure = made(services=pd.DataFrame(shown)).chart("services")
    assert figure.layout.title.text == "Too few losses to compare services"
    assert all("too few to tell" in trace.text[0] for trace in figure.data if trace.mode == "text")
    assert dots(figure, charts.BLUE) == []


def test_services_of_one_name_are_not_drawn_on_one_another():
    figure = made(services=pd.DataFrame([service("UPS", "Ground", 3, 100), service("UPS Ground", None, 3, 100)])).chart(
        "services"
    )
    assert {trace.y[0] for trace in figure.data} == {"UPS Ground", "UPS Ground (2)"}


def test_the_bars_of_the_year_hold_all_years_and_those_of_the_bad_one_are_red():
    figure = made().chart("year")
    bars = figure.data[0]
    assert sum(bars.y) == pytest.approx(1)
    red = sum(share for share, colour in zip(bars.y, bars.marker.color, strict=True) if colour == charts.RED)
    assert red == pytest.approx(0.05, abs=0.03)  # a bar lies on one side of the line as a whole


def test_the_mean_of_the_year_is_that_of_the_rates():
    said = dict(made().chart("year").layout.meta["table"]["rows"])
    mean = float(said["on average"].removeprefix("$").replace(",", ""))
    assert mean == pytest.approx(100 * 10.4 * 0.02 * 50, rel=0.02)  # parcels x rate x value


@pytest.mark.parametrize("rate", [0.0001, 0.002, 0.02, 0.5])
def test_no_words_of_the_year_cross_a_line(rate):
    """Words on the left of their line are higher than all lines left of it, those on the right higher than all right of it."""
    marks = made(books=[book(rate=rate)]).chart("year").data[1:]
    place = [(mark.x[0], mark.y[1], mark.textposition.split()[1]) for mark in marks]
    for x, height, side in place:
        reached = [other for other in place if (other[0] < x if side == "left" else other[0] > x)]
        assert all(other[1] < height for other in reached)


def test_few_losses_have_a_bad_year_and_no_mean():
    figure = made(frame(3)).chart("year")
    assert figure.layout.title.text.startswith("Too few losses to tell an average; at most ")
    assert [mark.text[1].strip().split(" more")[0] for mark in figure.data[1:]] == ["in 1 of 20 years", "in 1 of 100 years"]


def test_the_year_is_of_one_currency_the_one_with_most_parcels():
    result = made(books=[book(), book("EUR", pace=90.0)])
    assert "EUR" in result.chart("year").layout.xaxis.title.text
    assert "USD" in result.chart("year", currency="USD").layout.xaxis.title.text


def test_weeks_that_turned_out_otherwise_are_red_and_those_on_the_way_hollow():
    figure = made().chart("weeks")
    band, _, known, still = figure.data
    assert figure.layout.title.text == "2 of 3 weeks turned out as foretold (USD; 9 of 10 should)"
    assert list(band.x[:3]) == ["2026-03-09", "2026-03-16", "2026-03-23"]
    assert list(known.y) == [1, 2, 4]
    assert [colour == charts.RED for colour in known.marker.color] == [False, False, True]
    assert list(still.x) == ["2026-03-23"]
    assert still.marker.symbol == "circle-open"


def test_weeks_of_currencies_are_not_added_up():
    both = pd.concat([weeks(), weeks("EUR").assign(parcels=100)], ignore_index=True)
    assert "(EUR;" in made(weeks=both).chart("weeks").layout.title.text
    assert list(made(weeks=both).chart("weeks", currency="USD").data[2].y) == [1, 2, 4]


def test_weeks_before_anything_is_foretold_say_so():
    early = weeks().assign(expected=np.nan, low=np.nan, high=np.nan, within=pd.NA)
    assert made(weeks=early).chart("weeks").layout.title.text == "Too few USD parcels so far to foretell a week"


def test_values_for_which_cover_pays_are_shaded():
    figure = made().chart("value")
    shade, price, expected, parcels = figure.data
    assert figure.layout.title.text == "&lt;i&gt;Cheap&lt;/i&gt; may pay from &#36;30.01 on"
    assert list(shade.x) == [30.01, 30.01, 50.0, 50.0, None]
    assert list(price.y) == [0.6, 0.6, 0.4, 0.4]
    assert list(expected.y) == pytest.approx([0, 0.6, 0.6002, 1.0])
    assert sum(parcels.y) == 100


def test_services_without_a_carrier_are_drawn_only_where_there_is_no_other():
    assert len([note for note in made().chart("value").layout.annotations if "no carrier named" in note.text]) == 0
    alone = {name: table.assign(group=CARRIER_NOT_KNOWN) for name, table in (("switch", switch()), ("prices", prices()))}
    figure = made(groups=groups(names=(CARRIER_NOT_KNOWN,)), **alone).chart("value")
    assert figure.layout.annotations[0].text == "no carrier named: may pay from &#36;30.01 on (70% likely)"


def test_cover_that_pays_nowhere_has_no_shade():
    figure = made(switch=switch(pays=False)).chart("value")
    assert figure.layout.title.text.endswith("pays at no value")
    assert not any(trace.name == "cover pays" for trace in figure.data)


def test_a_value_without_a_step_has_no_line():
    holes = prices().assign(premium=[0.6, 0.6, np.nan, np.nan])
    price, expected = made(prices=holes, switch=switch(pays=None)).chart("value").data[:2]
    assert np.isnan(price.y[-1])
    assert np.isnan(expected.y[-1])


def test_a_tariff_without_any_step_for_the_parcels_is_no_chart():
    with pytest.raises(NothingToShow, match="no step"):
        made(groups=groups(probability=np.nan)).chart("value")


def test_the_tariff_that_saves_most_is_drawn_unless_one_is_named():
    offers = pd.DataFrame([offer(), offer(tariff="Best", saves=50.0)])
    both = pd.concat([ways(), ways(tariff="Best").assign(premium=1.0)], ignore_index=True)
    result = made(offers=offers, ways=both)
    assert set(result.chart("ways").data[1].x) == {1.0}
    assert set(result.chart("ways", tariff=TARIFF).data[1].x) == {0, 150, 30, 20}
    with pytest.raises(NothingToShow, match="Worst"):
        result.chart("ways", tariff="Worst")


def test_ways_stand_side_by_side_without_those_that_insure_nothing():
    figure = made().chart("ways")
    kept, premium, bad, text = figure.data
    assert [name.split("<br>")[0] for name in kept.y] == ["insure nothing", "insure all", "insure by service", "insure as now"]
    assert list(kept.x) == [100, 10, 50, 95]
    assert list(premium.x) == [0, 150, 30, 20]
    assert set(bad.x) == {200.0}
    assert text.text[0].strip() == "&#36;100 a year, bad year &#36;200"
    assert figure.layout.title.text == "Insuring by service may save &#36;20 of &#36;100 a year (70% sure)"


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({"verdict": "insure"}, "Insuring by service saves &#36;20 of &#36;100 a year (70% sure)"),
        ({"way": "none"}, "Insuring nothing costs least: about &#36;100 a year; as now &#36;115"),
        ({"way": "all"}, "Insuring all spares bad years, for &#36;60 more a year"),
        ({"verdict": "depends on the claims paid"}, "Which way costs least hangs on the share of claims that are paid"),
    ],
)
def test_the_title_of_the_ways_is_the_finding(changed, title):
    assert made(offers=pd.DataFrame([offer(**changed)])).chart("ways").layout.title.text == title


def test_few_losses_decide_nothing():
    assert made(frame(3)).chart("ways").layout.title.text == "Too few losses to tell which way costs least"
    assert made(frame(3)).chart("value").layout.title.text == "Too few losses to tell from which value on cover pays"


def test_cover_is_drawn_in_one_currency():
    euro = {"currency": "EUR"}
    tables = {name: pd.concat([one(), one(**euro)], ignore_index=True) for name, one in
              (("ways", ways), ("groups", groups), ("switch", switch), ("prices", prices))}  # fmt: skip
    result = made(offers=pd.DataFrame([offer(), offer(**euro)]), books=[book(), book("EUR", pace=90.0)], **tables)
    for name in ("value", "ways"):
        for code, asked in (("EUR", {}), ("USD", {"currency": "USD"})):
            axes = [axis.title.text for axis in result.chart(name, **asked).select_xaxes() if axis.title.text]
            assert [code in axis for axis in axes] == [True]


def test_words_of_a_service_are_clear_of_the_tick_of_all():
    low = service("UPS", None, 2, 900, (0.002, 0.001, 0.003))
    figure = made(services=pd.DataFrame([low, service("DPD", None, 30, 1000, (0.03, 0.02, 0.04))])).chart("services")
    usual = (0.002 * 900 + 0.03 * 1000) / 1900 * 1000
    placed = {trace.y[0]: trace.x[0] for trace in figure.data if trace.mode == "text"}
    assert placed == pytest.approx({"UPS": usual, "DPD": 40.0})


def test_long_amounts_have_room_right_of_the_bars():
    """The longer the words, the smaller the part of the axis that the bars take."""
    small = made().chart("ways").layout.xaxis.range[1] / 200
    wide = ways().assign(**{column: ways()[column] * 1e6 for column in ("premium", "kept", "cost", "bad_year")})
    assert made(ways=wide).chart("ways").layout.xaxis.range[1] / 200e6 > small * 1.4


def test_a_tariff_without_a_step_is_drawn_only_where_there_is_no_other():
    tables = {"offers": pd.DataFrame([offer(tariff="Dear", saves=0.0, probability=0.01), offer(tariff="Holed", saves=0.0)])}
    tables["offers"].loc[1, "probability"] = np.nan
    tables["books"] = [book()]
    result = Result(kind="losses", title="", headline="", frame=pd.DataFrame(), how=[], tables=tables)
    assert offer_of(result, None, None)["tariff"] == "Dear"
