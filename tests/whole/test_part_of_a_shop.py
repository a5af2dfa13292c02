"""A shop of one account, or of one marketplace: the parts add up to the whole, and nothing of another part is in them."""

import pytest

import orderkit as ok
from orderkit import places, store
from orderkit.errors import UnknownName

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The sample loaded as account a; its orders and their tracking as account b too."""
    db = tmp_path_factory.mktemp("two") / "two.duckdb"
    store.load(places.sample(), db=db, account="a")
    files = sorted(places.sample().iterdir())
    store.load([file for file in files if "all-orders" in file.name or "tracking" in file.name], db=db, account="b")
    return db


def count(shop, table):
    return int(shop.con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def test_an_account_is_shown_alone(two):
    whole, a, b = ok.open(two), ok.open(two, account="a"), ok.open(two, account="b")
    assert whole.accounts() == ["a", "b"]
    for table in ("order_lines", "parcels", "returns", "money", "loads", "rejects"):
        assert count(a, table) + count(b, table) == count(whole, table), table
        assert count(a, table) >= count(b, table), table
    assert count(b, "returns") == 0 < count(a, "returns")
    assert set(a.todo().frame["account"]) == {"a"}
    assert set(b.todo().frame["account"]) <= {"b"}
    assert len(whole.todo().frame) == len(a.todo().frame) + len(b.todo().frame)


def test_an_account_says_what_it_says_in_a_database_of_its_own(two, tmp_path):
    store.load(places.sample(), db=tmp_path / "a.duckdb", account="a")
    alone, part = ok.open(tmp_path / "a.duckdb", clock="2026-11-16"), ok.open(two, account="a", clock="2026-11-16")
    for question in ("todo", "exposure", "returns", "health"):
        mine, theirs = getattr(alone, question)(), getattr(part, question)()
        assert mine.headline == theirs.headline
        assert mine.frame.equals(theirs.frame)


@pytest.mark.parametrize("as_of", [None, "2026-W44"])
def test_marketplaces_add_up_to_the_whole(sample_db, as_of):
    whole = ok.open(sample_db, sample=True, as_of=as_of)
    parts = [ok.open(sample_db, sample=True, as_of=as_of, marketplace=name) for name in whole.marketplaces()]
    assert len(parts) > 1
    for table in ("order_lines", "parcels", "parcel_lines", "requests", "inspections"):
        assert sum(count(part, table) for part in parts) == count(whole, table) > 0, table
    for part in parts:
        assert part.marketplaces() == [part.marketplace]
        assert set(part.todo().frame["marketplace"].dropna()) <= {part.marketplace}
    whole_items, part_items = whole.todo().frame["item"], [part.todo().frame["item"] for part in parts]
    assert set(whole_items) >= set().union(*part_items)
    assert sum(map(len, part_items)) >= 0.95 * len(whole_items)


def test_a_part_keeps_to_itself_in_the_past(sample_db):
    shop = ok.open(sample_db, sample=True, marketplace="amazon.de")
    past = shop.as_of("2026-W40")
    assert past.marketplaces() == ["amazon.de"]
    assert 0 < count(past, "order_lines") < count(shop, "order_lines")


def test_names_that_are_not_there_are_refused(sample_db):
    with pytest.raises(UnknownName, match="SAMPLE"):
        ok.open(sample_db, account="other")
    with pytest.raises(UnknownName, match=r"amazon\.de"):
        ok.open(sample_db, marketplace="amazon.fr")


def test_an_account_alone_in_the_past(two):
    past = ok.open(two, account="b", as_of="2026-W40")
    assert past.accounts() == ["b"]
    assert past.con.sql("SELECT DISTINCT account FROM order_lines").fetchall() == [("b",)]
    assert 0 < count(past, "order_lines") < count(ok.open(two, account="b"), "order_lines")


def test_an_order_explained_alone_reads_as_it_does_among_all(sample_db):
    """One of each kind: with parcels, a request, a return, a claim, a refund, and one that has none of these."""
    kinds = ("parcel_lines", "requests", "returns", "recoveries", "money", "inspections")
    first = ok.open(sample_db, sample=True)
    picked = [
        first.con.sql(
            f"SELECT min(order_id), max(order_id) FROM {kind} SEMI JOIN order_lines USING (account, order_id)"
        ).fetchall()[0]
        for kind in kinds
    ]
    plain = first.con.sql(
        f"SELECT min(order_id) FROM order_lines {' '.join(f'ANTI JOIN {kind} USING (account, order_id)' for kind in kinds)}"
    ).fetchall()[0]
    orders = {order for found in [*picked, plain] for order in found if order}
    assert len(orders) > 8
    alone = {order: repr(first.explain(order)) for order in orders}
    assert "_facts" not in vars(first), "the facts of all orders were not needed"
    whole = ok.open(sample_db, sample=True)
    assert whole.sql("SELECT count(*) AS n FROM line_facts")["n"].item() > len(orders)
    assert alone == {order: repr(whole.explain(order)) for order in orders}
    with pytest.raises(UnknownName, match="in this shop"):
        first.explain("111-0000000-0000000")
