"""What was known when: an older export's view comes back, and nothing that lay ahead shows."""

import shutil

import pytest
from exports import ALL_ORDERS, ORDER_REPORT, contents, loaded, order_line, report_line, write

from orderkit import simulate, store

FIRST, SECOND = "2026-10-04", "2026-11-08"


def as_known_at(con, moment):
    store.set_context(con, moment)
    store.build_as_of(con)
    return con


@pytest.fixture(scope="module")
def truth():
    return simulate.shop(seed=11, weeks=12, until="2026-11-15", lines_per_week=250)


@pytest.fixture(scope="module")
def exports(truth, tmp_path_factory):
    """The same shop's exports as downloaded on two days, five weeks apart."""
    folder = tmp_path_factory.mktemp("exports")
    for day in (FIRST, SECOND):
        truth.write(folder / day, as_of=day)
    return folder


@pytest.fixture(scope="module")
def databases(exports, tmp_path_factory):
    """Databases of the exports, by the days loaded, in the order of loading."""
    folder, made = tmp_path_factory.mktemp("databases"), {}
    for days in ((FIRST,), (SECOND,), (FIRST, SECOND), (SECOND, FIRST)):
        made[days] = folder / f"{' '.join(days)}.duckdb"
        if days[:-1]:  # what was loaded before lies in a database already
            shutil.copyfile(made[days[:-1]], made[days])
        store.load(exports / days[-1], db=made[days])
    return made


@pytest.fixture
def opened(databases):
    """Opens a database of the exports of these days."""
    cons = []

    def open_days(*days):
        cons.append(store.reader(databases[days]))
        return cons[-1]

    yield open_days
    for con in cons:
        con.close()


def test_two_exports_in_either_order_give_equal_tables(opened):
    one, other = opened(FIRST, SECOND), opened(SECOND, FIRST)
    assert contents(one) == contents(other)
    assert contents(as_known_at(one, FIRST)) == contents(as_known_at(other, FIRST))


def test_as_of_the_first_day_says_what_the_first_export_said(opened):
    first, both = opened(FIRST), opened(SECOND, FIRST)
    said = contents(first)
    assert sum(map(len, said.values())) > 500
    assert contents(both) != said
    then = contents(as_known_at(both, FIRST))
    # a booking is known from its day on, though its settlement closes up to two weeks later: history loaded late is still history
    assert set(said.pop("money")) < set(then.pop("money"))
    assert then == said


def test_as_of_the_newest_moment_is_the_stored_view(opened):
    con = opened(FIRST, SECOND)
    stored = contents(con)
    assert contents(as_known_at(con, None)) == stored


def test_what_lay_ahead_does_not_show(opened):
    """Only the later export is loaded: its cancellations, deliveries, losses and returns of later days must not be seen."""
    later = opened(SECOND)
    now = {row[0]: row[1:] for row in later.sql("SELECT order_id || line, status, units, item_price FROM order_lines").fetchall()}
    as_known_at(later, FIRST)
    then = later.sql(
        "SELECT order_id || line, status, units, known_at, reconstructed, status_as_exported, currency FROM order_lines"
    ).fetchall()
    ahead = [row for row in then if row[4]]
    assert len(ahead) > 10, "some lines must have changed between the two days"
    assert {row[1] for row in ahead} == {None} == {row[5] for row in ahead}
    assert any(now[row[0]][0] == "cancelled" and now[row[0]][1] == 0 and row[2] != 0 for row in ahead)
    for table, column in (("parcels", "delivered_at"), ("parcels", "last_scan_at"), ("parcels", "known_at")):
        assert later.sql(f"SELECT count(*) FROM {table} WHERE {column} > (SELECT as_of FROM context)").fetchall() == [(0,)]
    for column in ("requested_at", "received_at"):
        assert later.sql(f"SELECT count(*), count(*) FILTER ({column} > DATE '{FIRST}') FROM returns").fetchall()[0][1] == 0
    assert later.sql("SELECT count(*) FROM order_lines WHERE ordered_at > (SELECT as_of FROM context)").fetchall() == [(0,)]


def test_outcomes_at_the_first_day_are_no_later_than_the_truth(opened):
    """No parcel counts as delivered or lost before the day on which it was."""
    later, first = as_known_at(opened(SECOND), FIRST), opened(FIRST)
    count = """
        SELECT outcome, count(*)
        FROM parcels
        WHERE named AND outcome IN ('delivered', 'lost', 'damaged', 'returned')
        GROUP BY 1
        ORDER BY 1
    """
    assert later.sql(count).fetchall() == first.sql(count).fetchall()


def test_one_line_by_hand(tmp_path):
    """Unshipped on the 2nd, cancelled on the 5th; the Order report of the 1st has its price and promise."""
    early = order_line(1, "11", order_status="Unshipped", last_updated_date="2026-11-02T10:00:00+00:00")
    cancelled = {"order_status": "Cancelled", "quantity": "0", "currency": "", "item_price": ""}
    late = order_line(1, "11", last_updated_date="2026-11-05T10:00:00+00:00", **cancelled)
    report = write(tmp_path / "report.txt", ORDER_REPORT, [report_line(1, "11")])
    files = {name: write(tmp_path / f"{name}.txt", ALL_ORDERS, [line]) for name, line in (("early", early), ("late", late))}
    look = "SELECT status, units, item_price::VARCHAR, deliver_by IS NOT NULL, reconstructed FROM order_lines"
    both = loaded(tmp_path / "both.duckdb", files["late"], files["early"])
    assert both.sql(look).fetchall() == [("cancelled", 0, "12.50", False, False)]
    assert as_known_at(both, "2026-11-04").sql(look).fetchall() == [("unshipped", 1, "12.50", False, False)]
    assert as_known_at(both, "2026-11-01").sql(look).fetchall() == [(None, None, None, False, True)]
    assert as_known_at(both, "2026-10-31").sql(look).fetchall() == []
    only_late = loaded(tmp_path / "late.duckdb", files["late"], report)
    assert as_known_at(only_late, "2026-11-04").sql(look).fetchall() == [(None, 1, "12.50", True, False)]
