"""Words that stand out: the method by a second, slower way; what tells who wrote is gone; languages; edges."""

import re
import time
from collections import Counter
from itertools import pairwise
from math import log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import BadValue
from orderkit.statistics.keywords import COLUMNS, cleaned, keywords, standing_out, term_orders, weighted_log_odds

REST = ["too small for me", "color is not as shown", "arrived late", "found a better price"] * 20


def terms(*texts):
    """All terms of some texts, sorted."""
    return sorted(set(term_orders(texts, range(len(texts)))["term"]))


def slowly(here, there):
    """Monroe, Colaresi, Quinn (2008), equations 16, 19 to 22, term by term in plain Python: {term: (log odds ratio, z)}."""
    sides = [Counter(term for text in side for term in text_terms(text)) for side in (here, there)]
    sizes = [sum(side.values()) for side in sides]
    worth, found = min(sizes), {}
    for term in set(sides[0]) | set(sides[1]):
        prior = worth * (sides[0][term] + sides[1][term]) / sum(sizes)
        odds = [(side[term] + prior) / (size + worth - side[term] - prior) for side, size in zip(sides, sizes, strict=True)]
        ratio = log(odds[0]) - log(odds[1])
        found[term] = ratio, ratio / sqrt(1 / (sides[0][term] + prior) + 1 / (sides[1][term] + prior))
    return found


def text_terms(text):
    """Words of two letters or more, and pairs of neighbours, of a text of small letters."""
    words = text.split()
    return {word for word in words if len(word) > 1} | {f"{a} {b}" for a, b in pairwise(words)}


def test_the_terms_and_figures_are_those_of_the_paper_reckoned_slowly():
    rng = np.random.default_rng(1)
    vocabulary = ["zip", "lid", "strap", "box", "size", "color", "late", "small", "loose", "torn"]
    common, special = np.full(10, 0.1), np.full(10, 0.05)
    special[[0, 9]] = 0.3
    here = [" ".join(rng.choice(vocabulary, 8, p=special)) for _ in range(40)]
    there = [" ".join(rng.choice(vocabulary, 8, p=common)) for _ in range(200)]
    found, expected = keywords(here, range(40), there, range(200)), slowly(here, there)
    assert set(found["term"]) == {term for term, (_, z) in expected.items() if z > 2.5}
    assert {"zip", "torn"} <= set(found["term"])
    for row in found.itertuples():
        assert (row.log_odds, row.z) == pytest.approx(expected[row.term])
        assert row.orders == sum(row.term in text_terms(text) for text in here)
        assert row.elsewhere == sum(row.term in text_terms(text) for text in there)
    assert found["z"].is_monotonic_decreasing


def test_figures_by_hand():
    """8 and 2 here, 5 and 5 there: the prior is worth 10, 6.5 and 3.5, so odds are 14.5 / 5.5 and 11.5 / 8.5."""
    ratio, z = weighted_log_odds([8, 2], [5, 5])
    assert ratio[0] == pytest.approx(log(14.5 / 5.5) - log(11.5 / 8.5))
    assert z[0] == pytest.approx(ratio[0] / sqrt(1 / 14.5 + 1 / 11.5))
    assert ratio[1] == pytest.approx(-ratio[0])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=12))
def test_turned_round_the_figures_change_their_sign(pairs):
    here, there = np.array(pairs).T + 1
    first, second = weighted_log_odds(here, there), weighted_log_odds(there, here)
    assert first[0] == pytest.approx(-second[0])
    assert first[1] == pytest.approx(-second[1])


def test_a_term_that_is_all_there_is_does_not_stand_out():
    ratio, z = weighted_log_odds([5], [7])
    assert (ratio.tolist(), z.tolist()) == ([0], [0])


def test_fewer_than_three_orders_never_show_however_often_they_say_it():
    loud = ["zzz broke " * 50] * 2
    found = keywords(
        [*loud, "zzz broke", "strap torn", "strap torn", "strap torn"], [1, 2, 2, 3, 4, 5], REST, range(80), least_z=0
    )
    assert "strap torn" in set(found["term"])
    assert not found["term"].str.contains("zzz|broke").any()
    again = keywords(["zzz broke"] * 9, [None] * 9, REST, range(80), least_z=0)
    assert again.empty  # orders that are not known may all be one
    with pytest.raises(BadValue, match="at least 3 orders"):
        keywords(["a"], [1], ["b"], [2], least_orders=2)
    with pytest.raises(BadValue, match="at least 3 orders"):
        standing_out(term_orders(["a"], [1]), term_orders(["b"], [2]), least_orders=1)


def test_a_term_of_both_sides_alike_does_not_stand_out():
    assert keywords(REST, range(80), REST, range(80)).empty


PERSONAL = [
    "Hi John, the zip broke", "Dear Mr. O'Brien-Smith, the zip broke", "the zip broke. Kind regards,\nAnna Müller",
    "my name is Anna Smith the zip broke", "Thanks, Maria", "Sehr geehrte Frau Schäfer, kaputt", "Hallo Jürgen, kaputt",
    "Liebe Grüße Sabine Möller", "kaputt. MfG\nBernd", "Bonjour Monsieur Dupont, cassé", "cassé, cordialement Jean-Paul Lefèvre",
    "Je m'appelle Élodie, cassé", "Hola, soy María de la Cruz, rota", "Estimado señor García: rota", "rota. Saludos Íñigo",
    "Buongiorno, sono Giulia Rossi, rotto", "Gentile signora Bianchi", "mi chiamo Niccolò", "田中様 壊れ", "山本さん 壊れ",
    "write to anna.smith@web.de", "joe (at) mail (dot) com", "anna@ex-ample.co.uk please", "see www.anna-smith.com/me?x=1",
    "https://anna.example/smith", "@anna_smith knows", "call 0151 234-5678", "+49 (0)151/2345678", "order 302-1234567-7654321",
    "D01-1234567-7654321 came", "parcel 1Z999AA10123456784", "JD014600003812345678", "born 12.03.1985", "[email] [name] [phone]",
    "".join(chr(ord(letter) + 0xFEE0) for letter in "ANNA@EXAMPLE.COM"), "hi JOHN SMITH",
]  # fmt: skip
NAMES = (
    "john|brien|anna|müller|smith|maria|maría|cruz|schäfer|jürgen|sabine|möller|bernd|dupont|paul|lefèvre|élodie|garcía|íñigo"
    "|giulia|rossi|bianchi|niccolò|田中|山本|joe|web|mail$|example|ample|jd|aa|email|name$|phone|\\d"
)


@pytest.mark.parametrize("text", PERSONAL)
def test_what_tells_who_wrote_is_gone(text):
    """Even where it is said in many orders, which would let it show."""
    left = [term for term in terms(text) if re.search(NAMES, term) and term != "name is"]
    assert left == []


def test_what_is_no_name_stays():
    assert terms("the zip broke. Hello") == ["broke", "hello", "the", "the zip", "zip", "zip broke"]
    assert "zip broke" in terms("hi, zip broke")
    assert "not worth" in terms("size 42 not worth it")


def test_a_removal_does_not_reach_into_the_next_text():
    assert terms("see www.x.com", "zip broke", "write to me@x.com", "lid loose") == sorted(
        {"see", "zip", "broke", "zip broke", "write", "to", "write to", "lid", "loose", "lid loose"}
    )
    assert "anna" in terms("thanks", "Anna zip")  # a greeting at the end is none of the next buyer's words


def test_no_pair_reaches_across_a_mark_a_number_a_removal_or_a_text():
    found = terms("too small. Zip broke", "size 42 small", "zip @anna broke", "last", "first")
    assert [term for term in found if " " in term] == ["too small", "zip broke"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("It doesn\u2019t fit", ["doesn't", "doesn't fit", "fit", "it", "it doesn't"]),
     ("Reißverschluß fällt ab", ["ab", "fällt", "fällt ab", "reißverschluß", "reißverschluß fällt"]),
     ("l\u2019article n'est pas arrivé", ["arrivé", "article", "article est", "est", "est pas", "pas", "pas arrivé"]),
     ("la cremallera está rota", ["cremallera", "cremallera está", "está", "está rota", "la", "la cremallera", "rota"]),
     ("dell'orologio rotto", ["orologio", "orologio rotto", "rotto"]),
     ("サイズが小さい。商品破損", ["サイズ", "商品破損", "小さ"]),
     ("ﾌｧｽﾅｰ 壊れた", ["ファスナー", "ファスナー 壊れ", "壊れ"]),
     ("DON'T BUY 😡 t-shirt", ["buy", "don't", "don't buy", "t-shirt"])],
)  # fmt: skip
def test_words_of_several_languages(text, expected):
    assert terms(text) == expected


def test_letters_composed_or_not_are_the_same():
    assert terms("cafe\u0301 amer") == terms("caf\u00e9 amer")


def test_products_of_one_category_share_their_terms():
    texts = ["zip broke"] * 6 + ["lid loose"] * 6 + ["too small"] * 30
    products = ["bag"] * 6 + ["pan"] * 6 + ["hat"] * 30
    found = term_orders(texts, range(42), products)
    bag = found["product"] == "bag"
    assert standing_out(found[bag], found[~bag])["term"].tolist() == ["broke", "zip", "zip broke"]
    pan = keywords(texts[6:12], range(6), texts[:6] + texts[12:], range(36))
    assert pan["term"].tolist() == ["lid", "lid loose", "loose"]
    pd.testing.assert_frame_equal(pan, standing_out(found[found["product"] == "pan"], found[found["product"] != "pan"]))


def test_nothing_written_has_no_words():
    for here, there in (([], REST), ([None, "", "!!! 1"], REST), (["zip"] * 5, [None])):
        found = keywords(here, range(len(here)), there, range(len(there)))
        assert found.empty
        assert found.columns.tolist() == COLUMNS
    with pytest.raises(BadValue, match="order"):
        term_orders(["a", "b"], [1])
    with pytest.raises(BadValue):
        weighted_log_odds([0], [1])


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_read(texts):
    found = term_orders(texts, range(len(texts)))
    assert not found.duplicated(["term", "order"]).any()
    assert not found["term"].str.contains(r"[\d@]").any()


@pytest.mark.parametrize("part", ["a", "a-", "a.", "1 ", "Anna ", "@", "a'", "田", "a1", "[", "a@", "hi ", "a.de", "(at)"])
def test_no_long_text_takes_long(part):
    start = time.thread_time()
    cleaned("hi " + part * 40_000)
    assert time.thread_time() - start < 3
