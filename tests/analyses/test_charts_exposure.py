"""Charts of what is on its way: the numbers of the traces against the model, the frames and the table for readers."""

import html

import pandas as pd
import pytest

from orderkit import charts
from orderkit.analyses.result import Result
from orderkit.errors import NothingToShow, UnknownName
from orderkit.statistics.delivery import fit
from orderkit.statistics.scores import reliability

TOTALS = {
    "currency": "USD", "refund_now": 12.0, "refund_now_lines": 1, "refund_now_without_value": 0, "open_parcels": 3,
    "open_value": 90.0, "open_without_value": 0, "expected": 4.5, "low90": 0.0, "high90": 30.0, "claimable": 10.0,
    "claimable_lines": 2, "claimable_without_value": 1, "brought": 7.5,
}  # fmt: skip


def fast_and_slow(*more):
    """Counts of two carriers: Fast delivers 90 of 100 after a day and 8 after two, Slow 50 after three and 48 after six."""
    told = {("Fast", "delivered"): [(1, 90), (2, 8)], ("Slow", "delivered"): [(3, 50), (6, 48)], **dict(more)}
    rows = [(carrier, event, day, number) for (carrier, event), days in told.items() for day, number in days]
    rows += [(carrier, "lost", 20, 2) for carrier in ("Fast", "Slow")] + [("Fast", "open", 60, 0), ("Slow", "open", 60, 0)]
    frame = pd.DataFrame(rows, columns=["carrier", "event", "day", "parcels"])
    return frame[frame["parcels"] > 0].assign(entry=0)


def parcels(*rows):
    frame = pd.DataFrame(rows, columns=["carrier", "age_days", "days_past_deliver_by", "value", "currency"])
    return frame.astype({"age_days": "int64", "days_past_deliver_by": "Int64", "value": object})


def exposure(model=None, open_parcels=None, totals=()):
    open_parcels = parcels() if open_parcels is None else open_parcels
    tables = {"model": model, "parcels": open_parcels, "totals": pd.DataFrame(list(totals), columns=[*TOTALS])}
    return Result(kind="exposure", title="", headline="", frame=pd.DataFrame(), how=[], tables=tables)


def backtest(frame, table=None, orders=("USD",)):
    tables = {"orders": pd.DataFrame({"currency": list(orders)}), "reliability": table, "horizon": 14}
    return Result(kind="backtest", title="", headline="", frame=frame, how=[], tables=tables)


def weeks(*actual, currency="USD", expected=50.0):
    """Forecasts a week apart of 50, 80 % between 20 and 90, 90 % between 10 and 100."""
    days = pd.date_range("2026-09-06", periods=len(actual), freq="7D")
    return pd.DataFrame({
        "as_of": days, "currency": currency, "expected": expected, "low80": 20.0, "high80": 90.0, "low90": 10.0, "high90": 100.0,
        "actual": list(actual),
    })  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return fit(fast_and_slow(), by=("carrier",), horizon=45)


@pytest.fixture
def on_the_way(model):
    return exposure(model, parcels(
        ("Fast", 1, -2, 10.0, "USD"), ("Fast", 1, -2, 30.0, "USD"), ("Slow", 5, 1, 10.0, "USD"), ("Slow", 5, 1, 5.0, "EUR"),
        ("Unheard of", 2, None, None, "USD"), ("Slow", 400, 300, 1.0, "EUR"),
    ))  # fmt: skip


def table(figure):
    told = figure.layout.meta["table"]
    return pd.DataFrame(told["rows"], columns=told["columns"])


def named(figure, name):
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found


def all_figures(on_the_way):
    scored = reliability([0, 1, 1, 1], [0.1, 0.8, 0.9, 0.9])
    foretold = backtest(weeks(40.0, 300.0, None), scored)
    return [
        on_the_way.chart("arrivals"),
        foretold.chart(),
        foretold.chart("calibration"),
        exposure(totals=[TOTALS]).chart("money"),
    ]


def test_every_figure_has_a_finding_words_and_a_table(on_the_way):
    for figure in all_figures(on_the_way):
        meta = figure.layout.meta
        assert html.unescape(figure.layout.title.text) in meta["alt"]
        assert meta["table"]["rows"]
        assert {len(row) for row in meta["table"]["rows"]} == {len(meta["table"]["columns"])}


def test_only_plain_traces_and_no_text_that_is_taken_for_a_formula(on_the_way):
    for figure in all_figures(on_the_way):
        assert {trace.type for trace in figure.data} <= {"bar", "scatter"}
        assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        drawn = [figure.layout.title.text, *(text for trace in figure.data for text in trace.text or ())]
        assert not [text for text in drawn if text.count("$") > 1]


def test_a_line_is_the_course_that_the_model_tells_with_its_range(model, on_the_way):
    figure = on_the_way.chart("arrivals")
    place = model.strata["carrier"].tolist().index("Slow")
    curve = model.curve(len(model.strata) + place)
    line = named(figure, "Slow")
    assert list(line.y) == pytest.approx(curve["delivered"].head(len(line.x)).tolist())
    band = figure.data[list(figure.data).index(line) - 1]
    half = len(line.x)
    assert list(band.y[:half]) == pytest.approx(curve["delivered_high"].head(half).tolist())
    assert list(band.y[half:])[::-1] == pytest.approx(curve["delivered_low"].head(half).tolist())
    ends = zip(band.y[half:][::-1], line.y, band.y[:half], strict=True)
    # where next to nothing has arrived the mean of so skewed a law lies above its 95 % quantile, by less than a pixel
    assert all(low - 2e-4 <= share <= high + 2e-4 for low, share, high in ends)


def test_the_table_tells_the_shares_of_the_lines(on_the_way):
    figure = on_the_way.chart("arrivals")
    told = table(figure).set_index("carrier")
    assert set(told.index) == {"Fast", "Slow", "all carriers"}
    for name in told.index:
        line = named(figure, name)
        assert told.loc[name, "delivered after 3 days"] == pytest.approx(line.y[3], abs=5e-5)
        assert told.loc[name, "arrive in the end"] == pytest.approx(line.y[-1], abs=5e-5)
    assert told["parcels"].to_dict() == {"Fast": 90 + 8 + 2, "Slow": 50 + 48 + 2, "all carriers": 200}
    assert told["half arrive within days"].to_dict() == {"Fast": 1, "Slow": 3, "all carriers": 2}
    assert told["on the way"].to_dict() == {"Fast": 2, "Slow": 3, "all carriers": 6}
    assert told["past the promised day"].to_dict() == {"Fast": 0, "Slow": 3, "all carriers": 3}


def test_marks_stand_on_the_line_of_their_carrier_and_late_ones_have_the_late_colour(on_the_way):
    figure = on_the_way.chart("arrivals")
    early, late = named(figure, "on the way"), named(figure, "past the promised day")
    fast, slow, every = (named(figure, name) for name in ("Fast", "Slow", "all carriers"))
    assert list(early.x) == [1, 2]
    assert list(early.y) == [fast.y[1], every.y[2]], "two of Fast are one mark; a carrier without a line stands on that of all"
    assert list(late.x) == [5, 5, 45], "beyond the horizon a parcel stands at its edge"
    assert list(late.y) == [slow.y[5], slow.y[5], slow.y[45]]
    assert late.marker.line.color == charts.RED
    assert late.marker.symbol != early.marker.symbol
    assert "400 days on the way: 1 parcel, €1.00" in late.text[2]
    assert figure.layout.title.text.endswith("3 of 6 parcels on the way are past the promised day")


def test_marks_grow_with_money_within_their_currency(on_the_way):
    figure = on_the_way.chart("arrivals")
    early, late = named(figure, "on the way"), named(figure, "past the promised day")
    most, least = early.marker.size
    assert most > least, "40 dollars against none told"
    sizes = dict(zip([text.split(", ")[-1] for text in late.text], late.marker.size, strict=True))
    assert sizes["€5.00"] == most, "the most euros are as large as the most dollars"
    assert sizes["€5.00"] > sizes["€1.00"] > least


def test_more_carriers_than_colours_share_the_line_of_all():
    more = [((f"Carrier {number}", "delivered"), [(2, 40 + number)]) for number in range(6)]
    figure = exposure(fit(fast_and_slow(*more), by=("carrier",), horizon=45), parcels(("Carrier 0", 1, -1, 1.0, "USD"))).chart(
        "arrivals"
    )
    lines = [trace.name for trace in figure.data if trace.name and trace.mode == "lines"]
    assert lines[0] == "Carrier 0", "who has parcels on the way comes first"
    assert len(lines) == 5
    assert len({trace.line.color for trace in figure.data if trace.name in lines}) == 5
    assert charts.RED not in {trace.line.color for trace in figure.data}


def test_no_parcel_on_the_way_is_said_and_the_lines_stay(model):
    figure = exposure(model).chart("arrivals")
    assert figure.layout.title.text.endswith("no parcel is on the way")
    assert {trace.mode for trace in figure.data} == {"lines"}


def test_a_carrier_is_no_markup():
    told = fast_and_slow().replace({"carrier": {"Fast": "<b>Fast"}})
    figure = exposure(fit(told, by=("carrier",), horizon=45)).chart("arrivals")
    assert "&lt;b&gt;Fast" in [trace.name for trace in figure.data]


def test_forecasts_stand_between_the_ends_of_their_ranges():
    figure = backtest(weeks(40.0, 300.0, None)).chart()
    wide, narrow = named(figure, "90% range"), named(figure, "80% range")
    assert [(low, low + high) for low, high in zip(wide.base, wide.y, strict=True)] == [(10, 100)] * 3
    assert [(low, low + high) for low, high in zip(narrow.base, narrow.y, strict=True)] == [(20, 90)] * 3
    assert wide.width > narrow.width
    assert list(named(figure, "expected").y) == [50, 50, 50]
    assert list(named(figure, "did not arrive in time").y) == [40]
    outside = named(figure, "the same, outside the 90% range")
    assert (list(outside.x), list(outside.y), outside.marker.color) == (["2026-09-13"], [300], charts.RED)
    assert figure.layout.title.text == "The 90% range held in 1 of 2 forecasts in USD; 1 not judged yet"
    assert table(figure)["actual"].tolist()[:2] == [40, 300]
    assert figure.layout.meta["table"]["rows"][2][-1] is None
    assert table(figure)["day of the forecast"].tolist() == ["2026-09-06", "2026-09-13", "2026-09-20"]


def test_forecasts_are_drawn_in_one_currency():
    both = pd.concat([weeks(40.0, 60.0), weeks(1.0, 2.0, currency="EUR")])
    result = backtest(both, orders=("EUR", "EUR", "USD"))
    assert list(named(result.chart(), "the same, outside the 90% range").y) == [1, 2], "of most orders, where none is named"
    assert list(named(result.chart(currency="USD"), "did not arrive in time").y) == [40, 60]


def test_a_forecast_without_truth_is_drawn_and_says_so():
    figure = backtest(weeks(None)).chart()
    assert figure.layout.title.text == "The truth is not in yet for 1 forecast in USD"
    assert {trace.name for trace in figure.data} == {"90% range", "80% range", "expected"}


def test_calibration_is_the_reliability_table():
    # a tenth told and none of 40 came: as told at 0 to 6 % it is not; nine tenths told and 36 of 40 came: it is
    scored = reliability([0] * 40 + [1] * 36 + [0] * 4, [0.1] * 40 + [0.9] * 40)
    figure = backtest(weeks(40.0), scored).chart("calibration")
    fits, misses = named(figure, "as told"), named(figure, "not as told")
    assert (list(fits.x), list(fits.y)) == (pytest.approx([0.9]), [36 / 40])
    assert (list(misses.x), list(misses.y)) == (pytest.approx([0.1]), [0])
    high = fits.y[0] + fits.error_y.array[0]
    low = fits.y[0] - fits.error_y.arrayminus[0]
    assert (low, high) == pytest.approx((scored["low"].iloc[1], scored["high"].iloc[1]))
    assert (list(named(figure, "as foretold").x), list(named(figure, "as foretold").y)) == ([0, 1], [0, 1])
    assert figure.layout.title.text == "The chance told lies within the range of what came in 1 of 2 groups of orders"
    assert table(figure)["arrived"].tolist() == [0, 36]


def bars(figure, number=0):
    """{name: (from, to)} of the bars of one currency."""
    bar = [trace for trace in figure.data if trace.type == "bar"][number]
    return {name: (start, start + length) for name, start, length in zip(bar.y, bar.base, bar.x, strict=True)}


def test_money_at_risk_falls_from_step_to_step():
    """12 to refund now and 4.5 expected are 16.5 at risk; 10 of claims would leave 6.5; 7.5 of older claims stands beside."""
    figure = exposure(totals=[TOTALS]).chart("money")
    assert bars(figure) == {
        "the rules say refund now": (0, 12), "expected never to arrive": (12, 12 + 4.5), "at risk in all": (0, 16.5),
        "less open claims, up to": (16.5, 16.5 - 10), "left if all are paid": (0, 6.5), "claims brought so far": (0, 7.5),
    }  # fmt: skip
    ranges = [tuple(trace.x) for trace in figure.data if trace.type == "scatter" and trace.mode == "lines"]
    assert ranges == [(12 + 0, 12 + 30), (12 + 0, 12 + 30)], (
        "the 90 % range of what is expected, on top of what is to be refunded"
    )
    assert html.unescape(figure.layout.title.text) == "$16.50 at risk; $90.00 on the way"
    assert table(figure)["amount"].tolist() == [12, 4.5, 16.5, -10, 6.5, 7.5]
    assert table(figure)["label"].tolist() == [
        "$12.00 (1 line)", "$4.50 (90% range $0.00 to $30.00)", "$16.50 (90% range $12.00 to $42.00)",
        "-$10.00 (2 lines, 1 without an amount)", "$6.50", "$7.50",
    ]  # fmt: skip


def test_currencies_never_share_an_axis():
    euros = TOTALS | {
        "currency": "EUR",
        "open_parcels": 9,
        "open_value": 500.0,
        "expected": 20.0,
        "high90": 40.0,
        "claimable": 90.0,
    }
    nowhere = TOTALS | {"currency": None, "open_parcels": 1}
    figure = exposure(totals=[TOTALS, euros, nowhere]).chart("money")
    drawn = [trace for trace in figure.data if trace.type == "bar"]
    assert [trace.xaxis for trace in drawn] == ["x", "x2", "x3"]
    assert bars(figure, 0)["less open claims, up to"] == (32, 32 - 90), (
        "most parcels on the way first; claims may exceed the risk"
    )
    assert bars(figure, 1)["at risk in all"] == (0, 16.5)
    assert html.unescape(figure.layout.title.text) == "At risk: €32.00, $16.50 and 16.50 (currency not known)"
    heads = [html.unescape(head.text) for head in figure.layout.annotations]
    assert heads == [
        "€32.00 at risk; €500.00 on the way", "$16.50 at risk; $90.00 on the way",
        "Currency not known: 16.50 at risk; 90.00 on the way",
    ]  # fmt: skip
    assert table(figure)["currency"].isna().sum() == 6
    assert {name: len(trace.y) for name, trace in zip(heads, drawn, strict=True)} == dict.fromkeys(heads, 6)
    only = exposure(totals=[TOTALS, euros]).chart("money", currency="USD")
    assert len([trace for trace in only.data if trace.type == "bar"]) == 1
    assert bars(only)["at risk in all"] == (0, 16.5)


def test_money_that_is_not_known_is_left_out_with_the_sums_that_need_it():
    blank = dict.fromkeys(("expected", "low90", "high90"))
    figure = exposure(totals=[TOTALS | blank | {"brought": None}]).chart("money")
    assert bars(figure) == {"the rules say refund now": (0, 12), "less open claims, up to": (0, 10)}, (
        "from nothing nothing is taken"
    )
    assert html.unescape(figure.layout.title.text) == "$90.00 on the way; how much never arrives is not known"
    no_amount = exposure(totals=[TOTALS | {"refund_now": None, "claimable_lines": 0}]).chart("money")
    assert list(bars(no_amount)) == ["expected never to arrive", "claims brought so far"]
    assert html.unescape(no_amount.layout.title.text) == "$4.50 expected never to arrive; $90.00 on the way"
    none = exposure(totals=[TOTALS | {"open_parcels": 0, "open_value": 0.0, "expected": 0.0, "low90": 0.0, "high90": 0.0}])
    assert html.unescape(none.chart("money").layout.title.text) == "$12.00 at risk; no parcel with an amount is on the way"
    nothing = exposure(totals=[TOTALS | blank | {"refund_now": None, "claimable_lines": 0, "brought": None, "open_value": None}])
    with pytest.raises(NothingToShow):
        nothing.chart("money")


def test_money_by_order_says_orders():
    orders = {name.replace("lines", "orders"): value for name, value in TOTALS.items()}
    result = Result(
        kind="exposure", title="", headline="", frame=pd.DataFrame(), how=[], tables={"totals": pd.DataFrame([orders])}
    )
    labels = table(result.chart("money"))["label"].tolist()
    assert (labels[0], labels[3]) == ("$12.00 (1 order)", "-$10.00 (2 orders, 1 without an amount)")


def test_nothing_to_draw_is_said():
    for result, name, asked in (
        (exposure(), "arrivals", {}),
        (exposure(), "money", {}),
        (exposure(totals=[TOTALS]), "money", {"currency": "GBP"}),
        (backtest(weeks(40.0)), "calibration", {}),
        (backtest(weeks(40.0)), None, {"currency": "GBP"}),
        (backtest(weeks(), orders=()), None, {}),
    ):
        with pytest.raises(NothingToShow):
            result.chart(name, **asked)
        assert "ok-note" in str(result.picture(name, **asked))


def test_a_chart_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(UnknownName, match=r"arrival' of exposure.*arrivals, money"):
        exposure().chart("arrival")


def test_the_sample(sample_shop):
    result = sample_shop.exposure()
    figure = result.chart("arrivals")
    told = table(figure).set_index("carrier")
    open_now = result.tables["parcels"]
    assert told.loc["all carriers", "on the way"] == len(open_now)
    assert told.loc["all carriers", "parcels"] == result.tables["model"].strata["parcels"].sum()
    assert set(table(result.chart("money"))["currency"]) == set(result.tables["totals"]["currency"])
    for currency in result.tables["totals"]["currency"]:
        assert set(table(result.chart("money", currency=currency))["currency"]) == {currency}
