"""Returns in Chinese: every word has its translation, and the figures are those of the English page."""

import re

import pytest
import return_shops as made
import seen
import shops

from orderkit import languages
from orderkit.analyses import returns

PICTURES = ("weeks", "products", "alarms")


def pictures(result):
    """The words of all figures of a result, or the sentence that stands in place of one."""
    money = [{"of": "cost", "currency": code} for code in result.frame.dropna(subset=["cost"])["currency"].unique()]
    drawn = [result.picture(), *(result.picture(name) for name in PICTURES), *(result.picture(**asked) for asked in money)]
    return [seen.words_of(one) if hasattr(one, "to_json") else str(one) for one in drawn]


@pytest.fixture(scope="module")
def both(sample_shop):
    """The sample's returns in English and in Chinese, each with its page and the words of its figures, and what was missed."""
    told, before = {}, languages.missed()
    for language in ("en", "zh"):
        languages.use(language)
        try:
            result = sample_shop.returns()
            told[language] = result, seen.visible(result._repr_html_()), pictures(result)
        finally:
            languages.use(languages.ENGLISH)
    return told, languages.missed() - before


def test_nothing_of_the_sample_is_missed(both):
    assert both[1] == set()


def test_no_english_is_left_on_the_page_and_in_figures(both):
    result, page, drawn = both[0]["zh"]
    names = {*result.tables["skus"]["sku"], *result.tables["weeks"]["marketplace"].dropna()}
    assert seen.english("\n".join([page, *drawn]), names) == []
    assert re.search("退货原因.*改变主意", page)


def test_the_figures_are_the_same(both):
    (english, _, _), (chinese, _, _) = both[0]["en"], both[0]["zh"]
    assert seen.numbers(english.headline) == seen.numbers(chinese.headline)
    assert len(english.how) == len(chinese.how)
    assert english.totals == chinese.totals


def test_frames_stay_as_they_are(both):
    english, chinese = (both[0][language][0] for language in ("en", "zh"))
    assert english.frame.equals(chinese.frame)
    assert english.tables["change"].equals(chinese.tables["change"])


def no_export():
    con = shops.empty()
    shops.add_line(con, "A", units=1, value=made.D("9.00"), delivery="came_back")
    made.book(con, "A", "-20.00")
    return con


def withdrawn():
    con = made.empty()
    made.sell(con, "A")
    made.ask(con, "R", "A", status="cancelled")
    return con


def of_no_group():
    con = shops.empty()
    shops.add_load(con, "amazon_mfn_returns")
    shops.add_return(con, "A", "A", reason="ALIEN", reason_group="unmapped")
    shops.add_return(con, "B", "B", reason=None, reason_group=None, refunded=None)
    return con


def odd_units():
    con = made.empty()
    made.sell(con, "A", units=1)
    made.ask(con, "R", "A", units=2)
    made.ask(con, "Z", "Z", None, units=5)
    made.ask(con, "S", "A", units=0)
    made.ask(con, "T", "A", on="2026-05-01")
    made.book(con, "A", "-20.00")
    return con


SHOPS = {
    "nothing": shops.empty, "no export": no_export, "no return": made.empty, "withdrawn": withdrawn, "no group": of_no_group,
    "odd units": odd_units,
}  # fmt: skip


@pytest.mark.parametrize("name", SHOPS)
def test_shops_of_which_little_is_known(name, in_language):
    con, before = SHOPS[name](), languages.missed()
    english = returns(con).headline
    in_language("zh")
    result = returns(con)
    page = "\n".join([seen.visible(result._repr_html_()), repr(result).split("\n", 1)[1], *pictures(result)])
    assert languages.missed() - before == set()
    assert seen.english(page, ["How we know", "not known", *result.frame.columns]) == []
    assert seen.numbers(english) == seen.numbers(result.headline)
