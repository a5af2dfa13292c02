"""From the sample's exports to answers: the article's statements, what-ifs, unknown, as-of, and the same numbers everywhere."""

import json
from pathlib import Path

import pytest

import orderkit as ok
from orderkit import measures
from orderkit.errors import BadValue, UnknownName
from orderkit.shop import Shop

ROOT = Path(__file__).parents[2]
ORDERS = json.loads((ROOT / "data" / "sample_truth" / "parameters.json").read_text(encoding="utf-8"))["statement_orders"]

# label of the truth -> request, answer, statement of the article, who pays; read off the article, not off the program
EXPECTED = {
    "1 cancel (1)": ("cancel", "buyer_can_cancel", "1 cancel (1)", "nobody"),
    "1 cancel (1) late": ("cancel", "seller_may_cancel", "1 cancel (1)", "nobody"),
    "1 cancel (2)": ("cancel", "no_cancel_ask_return", "1 cancel (2)", "buyer"),
    "1 upgrade (1)": ("upgrade", "ship_faster_at_own_cost", "1 upgrade (1)", "seller"),
    "1 upgrade (1) no": ("upgrade", "decline_upgrade", "1 upgrade (1)", "nobody"),
    "1 upgrade (2)": ("upgrade", "give_method_and_time", "1 upgrade (2)", "nobody"),
    "1 address (1)": ("address", "cancel_and_reorder", "1 address (1)", "nobody"),
    "1 address (2)": ("address", "cannot_cancel_may_be_forwarded", "1 address (2)", "nobody"),
    "1 address (2) back": ("address", "refund_came_back", "1 address (2)", "seller"),
    "2 (1)": ("not_received", "give_carrier_and_number", "2 (1)", "nobody"),
    "2 (2)": ("not_received", "explain_delivery_time", "2 (2)", "nobody"),
    "2 (3)": ("not_received", "ask_carrier_to_search", "2 (3)", "nobody"),
    "2 (4)": ("not_received", "refund_buyer", "2 (4)", "seller"),
    "2 (5)": ("not_received", "refund_and_claim_insurer", "2 (5)", "insurer"),
    "2 (5) uninsured": ("not_received", "refund_and_ask_carrier", "2 (3); 2 (4)", "seller"),
    "3 (1)": ("return", "accept_return", "3 (1); 3 (4)", "buyer"),
    "3 (2)": ("return", "refund_as_used", "3 (2)", "buyer"),
    "3 (3)": ("return", "ask_for_what_is_missing", "3 (3)", "buyer"),
    "3 (4)": ("return", "refund_less_shipping", "3 (4)", "buyer"),
}


@pytest.fixture(scope="module")
def by_article(sample_db):
    """The sample shop, judged by the rules of the article."""
    opened = Shop(sample_db, sample=True, pack="article-2021")
    yield opened
    opened.close()


def test_every_statement_of_the_article_has_an_order():
    assert set(EXPECTED) | {"tracking unknown"} == set(ORDERS)
    numbered = {statement for *_, said, _ in EXPECTED.values() for statement in said.split("; ")}
    assert len(numbered) == 15


@pytest.mark.parametrize("label", EXPECTED)
def test_the_article_answers_its_order(by_article, label):
    request, answer, statement, who_pays = EXPECTED[label]
    asked = by_article.ask(ORDERS[label], request=request)
    assert (asked.answer, asked.statement, asked.who_pays) == (answer, statement, who_pays)
    assert statement.split("; ")[0] in repr(asked)


def test_unknown_tracking_says_so_and_names_the_export(by_article):
    asked = by_article.ask(ORDERS["tracking unknown"], request="not_received")
    assert (asked.answer, asked.who_pays, asked.draft) == ("unknown", "nobody", "")
    assert "tracking" in asked.missing
    assert "tracking.csv" in repr(asked)
    told = by_article.ask(ORDERS["tracking unknown"], request="not_received", tracking="lost", insured=True)
    assert told.answer == "refund_and_claim_insurer"


def test_explain_reads_well_and_names_the_statement(by_article):
    text = repr(by_article.explain(ORDERS["2 (4)"]))
    for words in ("refund_buyer", "statement 2 (4)", "not legal advice"):
        assert words in text
    assert "<script" not in by_article.explain(ORDERS["2 (4)"])._repr_html_()


def test_names_that_do_not_exist_say_what_does(sample_shop):
    with pytest.raises(UnknownName, match="No order is called '999'"):
        sample_shop.explain("999")
    with pytest.raises(UnknownName, match=r"No measure is called 'late'.*Known: .*late_open"):
        sample_shop.measure("late")
    with pytest.raises(UnknownName, match=r"No week is called '2031-W01' with orders in this shop.*2026-W46"):
        sample_shop.report(week="2031-W01")
    with pytest.raises(BadValue, match="is no day or moment"):
        sample_shop.as_of("yesterday")


def test_an_earlier_view_leaves_the_shop_unchanged(sample_shop):
    before = sample_shop.sql("SELECT count(*) AS n FROM order_lines")["n"].item()
    past = sample_shop.as_of("2026-10-01")
    fewer = past.sql("SELECT count(*) AS n FROM order_lines")["n"].item()
    assert 0 < fewer < before == sample_shop.sql("SELECT count(*) AS n FROM order_lines")["n"].item()
    ahead = past.sql("SELECT count(*) AS n FROM order_lines WHERE ordered_at > TIMESTAMPTZ '2026-10-02T00:00:00+00:00'")
    assert ahead["n"].item() == 0
    assert past.exposure().headline != sample_shop.exposure().headline
    past.close()


def test_every_measure_and_analysis_runs_on_the_sample(sample_shop):
    for name in measures.names():
        assert sample_shop.measure(name) is not None
    verbs = (
        sample_shop.exposure,
        sample_shop.returns,
        sample_shop.losses,
        sample_shop.health,
        sample_shop.todo,
        sample_shop.today,
    )
    for result in (verb() for verb in verbs):
        assert result.headline
        assert result.how
        assert len(repr(result)) > 100
        assert result._repr_html_()


def test_the_truth_of_the_sample_comes_out(sample_shop):
    """Counts of the loaded tables against the truth that was kept beside the exports."""
    import pandas as pd

    truth = ROOT / "data" / "sample_truth"
    names = ("lines", "parcels", "returns", "fba_returns")
    lines, parcels, returns, fba_returns = (pd.read_csv(truth / f"{name}.csv.gz") for name in names)
    count = sample_shop.sql("SELECT count(*) AS lines, count(DISTINCT order_id) AS orders FROM order_lines")
    assert count["lines"].item() == len(lines)
    assert count["orders"].item() == lines["order_id"].nunique()
    assert sample_shop.sql("SELECT count(*) AS n FROM returns")["n"].item() <= len(returns) + len(fba_returns)
    lost = sample_shop.sql("SELECT count(*) AS n FROM parcels WHERE outcome = 'lost'")["n"].item()
    assert 0 < lost <= (parcels["fate"] == "lost").sum()


def test_the_claims_of_the_sample_come_out(sample_shop):
    """What was filed and decided by the end, against the truth that was kept beside the exports."""
    import pandas as pd

    end = "2026-11-15T18:00:00Z"
    claims = pd.read_csv(ROOT / "data" / "sample_truth" / "claims.csv.gz")
    filed = claims[claims["filed_at"] <= end]
    decided = filed["decided_at"] <= end
    filed = filed.assign(state=decided.map({True: "paid", False: "filed"}).where(~decided | (filed["paid"] > 0), "denied"))
    filed["amount"] = (filed["paid"] / 100).where(decided)
    told = sample_shop.sql("SELECT order_id, source, kind, state, currency, CAST(amount AS DOUBLE) AS amount FROM recoveries")
    keys = ["order_id", "source", "kind", "state", "currency", "amount"]
    assert sorted(told[keys].to_numpy().tolist()) == sorted(filed[keys].to_numpy().tolist())
    assert len(told) == 12 < len(claims)  # others are filed after the end
    assert set(told["state"]) == {"paid", "denied"}
    assert set(told["source"]) == {"carrier", "insurer"}


def test_the_tariffs_of_the_sample_have_all_their_steps(sample_shop):
    steps = sample_shop.sql("SELECT tariff, currency, count(*) AS steps FROM tariffs GROUP BY ALL ORDER BY ALL")
    # EUR: DHL 1 + 15 steps above 500, DPD 20, Hermes 1 + 20 above 50; an insurer's list has 20 for each of the three carriers
    assert steps.to_numpy().tolist() == [
        ["Carrier cover EUR (illustrative)", "EUR", 57],
        ["Carrier cover USD (illustrative)", "USD", 20],
        ["Parcel insurer EUR (illustrative)", "EUR", 60],
        ["Parcel insurer USD (illustrative)", "USD", 20],
    ]


def test_the_premiums_of_the_sample_are_the_insurers(sample_shop):
    """Every insured parcel tells what its cover cost, and the prices of the insurer explain it."""
    result = sample_shop.losses()
    weeks = result.tables["weeks"]
    assert (weeks["premium_told"] == weeks["insured"]).all()
    assert weeks["premium_unknown"].sum() == 0
    assert set(weeks["tariff"].dropna()) == {"Parcel insurer USD (illustrative)", "Parcel insurer EUR (illustrative)"}
    paid = sample_shop.sql("SELECT currency, CAST(sum(premium) AS DOUBLE) AS paid FROM parcels WHERE insured GROUP BY currency")
    assert weeks.groupby("currency")["premium"].sum().round(2).to_dict() == paid.set_index("currency")["paid"].to_dict()
    assert sum(line.startswith("Cover bought so far cost ") for line in result.how) == 2


def test_classify_agrees_with_the_shop(sample_shop):
    """A bare frame of canonical columns and known facts gets the same answers as the shop gives its lines."""
    facts = sample_shop.sql("""
        SELECT
            order_id, line, channel, status, handed_over, tracking, insured, protected, refund_on_record,
            days_past_ship_by, days_past_deliver_by, returned_to_sender, ordered_at, marketplace
        FROM line_facts
        ORDER BY order_id, line
        LIMIT 500
    """)
    sample_shop.todo()
    theirs = sample_shop.sql("SELECT order_id, line, answer FROM answers_not_received ORDER BY order_id, line LIMIT 500")
    ours = ok.classify(facts, of="order_lines", as_of=sample_shop.data_up_to)
    assert ours["order_id"].tolist() == facts["order_id"].tolist()
    assert ours["not_received"].tolist() == theirs["answer"].tolist()
    assert ours["not_received"].nunique() > 5
