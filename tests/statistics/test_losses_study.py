"""A bare frame: the same figures as its parts, and clear words for what cannot be."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from orderkit.errors import BadValue, TooFewEvents
from orderkit.statistics.losses.rates import fit_rates
from orderkit.statistics.losses.study import study

TARIFF = pd.DataFrame({"tariff": ["A"], "currency": ["USD"], "from_value": [0.0], "premium": [1.0], "paid_share": [0.8]})


def parcels(number=2000, seed=1):
    rng = np.random.default_rng(seed)
    carrier = rng.choice(["UPS", "USPS"], number)
    lost, damaged = rng.random(number) < np.where(carrier == "UPS", 0.005, 0.04), rng.random(number) < 0.006
    outcome = np.select([lost, damaged], ["lost", "damaged"], "delivered")
    return pd.DataFrame(
        {"carrier": carrier, "service": "Ground", "value": rng.lognormal(4, 0.7, number).round(2), "outcome": outcome}
    )


def test_classes_are_carrier_service_and_value_band_and_count_every_parcel():
    frame = parcels()
    found = study(frame, weeks=26)
    assert found.classes[["parcels", "lost", "damaged"]].sum().tolist() == [
        2000, (frame["outcome"] == "lost").sum(), (frame["outcome"] == "damaged").sum(),
    ]  # fmt: skip
    twin = frame[(frame["carrier"] == "UPS") & (frame["value"] < 50)]
    row = found.classes.set_index(["carrier", "band"]).loc[("UPS", "under 50")]
    assert (row["parcels"], row["lost"]) == (len(twin), (twin["outcome"] == "lost").sum())
    again = fit_rates(found.classes["lost_events"], found.classes["exposure"], group=found.classes["carrier"], prior=0.25)
    assert found.lost.table.equals(again.table)


def test_a_year_is_the_parcels_of_the_frame_times_the_weeks():
    frame = parcels()
    found = study(frame, weeks=26)
    lost = frame["outcome"].isin(["lost", "damaged"])
    assert found.ahead["year"].events == pytest.approx(2 * lost.sum(), rel=0.05)
    assert found.ahead["year"].mean == pytest.approx(2 * lost.sum() * frame["value"].mean(), rel=0.08)
    assert found.ahead["week"].mean == pytest.approx(found.ahead["year"].mean / 52, rel=0.05)


def test_cover_of_the_bad_carrier_alone():
    found = study(parcels(), weeks=26, tariffs=TARIFF)
    (advice,) = found.cover
    groups = advice.groups.set_index("group")
    assert advice.best == "by service"
    assert groups.loc["USPS Ground", "from_value"] < groups.loc["UPS Ground", ["from_value"]].astype(float).fillna(np.inf).item()
    assert groups.loc["USPS Ground", "verdict"] == "insure"


def test_open_parcels_and_parcels_without_value():
    frame = parcels().assign(p_lost=np.nan)
    lately = frame.head(50).assign(outcome="open", p_lost=1.0, value=np.nan)
    found = study(pd.concat([frame, lately]), weeks=26)
    assert found.without_value == 50
    assert found.classes["lost_events"].sum() == pytest.approx((frame["outcome"] == "lost").sum() + 50)
    alone = study(pd.concat([frame, lately.drop(columns="p_lost")]).drop(columns="p_lost"), weeks=26)
    assert alone.classes["lost_events"].sum() == (frame["outcome"] == "lost").sum()


def test_a_frame_without_carriers_and_without_losses():
    frame = pd.DataFrame({"outcome": ["delivered"] * 400, "value": 20.0})
    found = study(frame, weeks=8)
    assert found.lost.few
    assert found.lost.pooled["high"] == pytest.approx(beta.ppf(0.95, 0.25, 400.5), rel=0.01)
    assert found.ahead["year"].quantiles[0.95] > 0


def test_what_cannot_be_is_refused():
    frame = parcels(100)
    for wrong, word in (
        (frame.drop(columns="value"), "lacks value"), (frame.assign(value=-1), "negative"),
        (frame.assign(currency=["USD", "EUR"] * 50), "more than one currency"),
    ):  # fmt: skip
        with pytest.raises(BadValue, match=word):
            study(wrong, weeks=8)
    with pytest.raises(BadValue, match="weeks"):
        study(frame, weeks=0)
    with pytest.raises(TooFewEvents):
        study(frame.assign(outcome="unknown"), weeks=8)
