"""Losses and cover in Chinese: every word has its translation, and the figures are those of the English page."""

import datetime as dt
from decimal import Decimal as D

import pytest
import seen
import shops
from loss_shops import TUESDAY, add_claim, add_tariff, send

from orderkit import languages
from orderkit.analyses import losses
from orderkit.analyses.losses.rarity import band_said, rarity, rarity_said

PICTURES = (None, "services", "year", "weeks", "value", "ways")


def pictures(result):
    """The words of all figures of a result, or the sentences that stand in place of one."""
    drawn = [result.picture(name) for name in PICTURES]
    for one in result.tables["books"]:
        drawn += [result.picture(name, currency=one.currency) for name in PICTURES[2:]]
    return [seen.words_of(one) if hasattr(one, "to_json") else str(one) for one in drawn]


def said(result):
    """All that is said of the losses, without the rows."""
    return "\n".join([result.headline, *(first for first, _ in result.tables["advice"]), *result.how])


def names_in(result):
    """What is data: carriers, services, tariffs, lanes."""
    services, offers = result.tables["services"], result.tables["offers"]
    return {*services["carrier"].dropna(), *services["service"].dropna(), *offers["tariff"], *result.frame.columns}


@pytest.fixture(scope="module")
def both(sample_shop):
    """The sample's losses in English and in Chinese, each with its page and the words of its figures, and what was missed."""
    told, before = {}, languages.missed()
    for language in ("en", "zh"):
        languages.use(language)
        try:
            result = sample_shop.losses()
            told[language] = result, seen.visible(result._repr_html_()), pictures(result)
        finally:
            languages.use(languages.ENGLISH)
    return told, languages.missed() - before


def test_nothing_of_the_sample_is_missed(both):
    assert both[1] == set()


def test_no_english_is_left_on_the_page_and_in_figures(both):
    result, page, drawn = both[0]["zh"]
    assert seen.english("\n".join([page, *drawn]), names_in(result)) == []
    assert "您自发货" in page


def test_the_figures_are_the_same(both):
    (english, _, _), (chinese, _, _) = both[0]["en"], both[0]["zh"]
    assert seen.numbers(english.headline) == seen.numbers(chinese.headline)
    advised = ["\n".join(first for first, _ in one.tables["advice"]) for one in (english, chinese)]
    assert seen.numbers(advised[0]) == seen.numbers(advised[1])
    assert len(english.how) == len(chinese.how)
    assert english.totals == chinese.totals


@pytest.mark.parametrize("table", ["classes", "services", "ahead", "offers", "groups", "ways", "shares", "factors"])
def test_frames_stay_as_they_are(both, table):
    english, chinese = (both[0][language][0] for language in ("en", "zh"))
    assert [*english.frame["what"]] == [*chinese.frame["what"]]
    words = english.tables[table].select_dtypes(["object", "str"])
    assert words.equals(chinese.tables[table][words.columns])


def without(outcomes, **line):
    def made(con):
        send(con, outcomes, **line)

    return made


def insured(con):
    """Cover of which some prices are told, and a tariff with a hole, two steps and no price."""
    send(con, ["lost"] * 3 + ["delivered"] * 150, insured=True, value=D("50.00"))
    send(con, ["delivered"] * 2, prefix="p", insured=True, premium=D("2.50"), value=D("900.00"))
    add_tariff(con, "A", from_value=10, to_value=30)
    add_tariff(con, "A", from_value=20, to_value=60)
    add_tariff(con, "A", from_value=100, to_value=200, premium=None)
    add_tariff(con, "Unknown share", paid_share=None)
    add_claim(con, "c1", order_id="0", parcel="T0", amount=D("90.00"), currency="USD")
    add_claim(con, "c2", order_id="1", parcel="T1", amount=D("9.00"), currency="EUR")


def many(premium, **step):
    """Losses enough to tell a rate, and one tariff."""

    def made(con):
        send(con, ["lost"] * 12 + ["damaged"] * 6 + ["delivered"] * 300, value=D("100.00"))
        send(con, ["lost", "delivered"], prefix="n", carrier=None, service=None, value=None)
        add_tariff(con, "A", premium=premium, **step)

    return made


def refused(con):
    many(1)(con)
    add_tariff(con, "B", from_value=-5)
    add_tariff(con, "C", currency="EUR")
    send(con, ["lost"] * 6 + ["delivered"] * 60, prefix="old", currency="GBP", ordered_day=dt.date(2025, 6, 2))
    add_tariff(con, "D", currency="GBP")


def later(con):
    send(con, ["lost"] * 2 + ["delivered"] * 60, value=D("100.00"))
    add_tariff(con, "E", valid_from=dt.date(2027, 1, 1))


SHOPS = {
    "nothing": lambda con: None, "no outcome": without([None, "unknown"]), "one delivered": without(["delivered"]),
    "one lost": without(["lost"]), "none lost": without(["delivered"] * 40), "few": without(["lost"] * 3 + ["delivered"] * 80),
    "no value": without(["lost", "damaged", "delivered"], value=None), "insured": insured, "dear": many(50), "cheap": many(1),
    "even": many(3), "unknown share": many(3, paid_share=None), "refused": refused, "later": later,
}  # fmt: skip


@pytest.mark.parametrize("name", SHOPS)
def test_shops_of_which_little_is_known(name, in_language):
    con, before = shops.empty(as_of=TUESDAY), languages.missed()
    SHOPS[name](con)
    english = losses(con)
    in_language("zh")
    result = losses(con)
    page = "\n".join([seen.visible(result._repr_html_()), said(result), repr(result).split("\n", 1)[1], *pictures(result)])
    assert languages.missed() - before == set()
    assert seen.english(page, ["How we know", "not known", *names_in(result)]) == []
    assert seen.numbers(english.headline) == seen.numbers(result.headline)


def test_rarity_and_bands_in_chinese(in_language):
    in_language("zh")
    assert [rarity(1 / 1312), rarity(0), rarity(float("nan"))] == ["1/1,300", "无", "未知"]
    assert rarity_said(None) is None
    assert [band_said(band) for band in ("under $20", "$20 to $50", "$50 and more", "Way to go")] == [
        "$20 以下", "$20 至 $50", "$50 及以上", "Way to go",
    ]  # fmt: skip
