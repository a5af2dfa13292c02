"""The files of a simulated shop: layout, dialect, invented people, and nothing from the future."""

import re
from pathlib import Path

import numpy as np
import pytest
from reading import read_dicts, read_rows, texts

from orderkit import errors, formats, simulate

GENUINE = sorted((Path(__file__).parent / "headers").glob("*.txt"))
ALL = {
    "amazon_all_orders", "amazon_order_report", "amazon_mfn_returns", "amazon_fba_customer_returns", "amazon_settlement_v2",
    "costs", "tracking", "requests", "inspections", "claims", "tariffs",
}  # fmt: skip
PROMISES = {
    "earliest-ship-date", "latest-ship-date", "earliest-delivery-date", "latest-delivery-date", "delivery-start-date",
    "delivery-end-date", "deposit-date",
}  # fmt: skip
MONTHS = {"Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11}  # those of the shop


def test_there_are_genuine_headers_to_compare_with():
    assert len(GENUINE) == 7


@pytest.mark.parametrize("file", GENUINE, ids=lambda file: file.stem)
def test_the_header_line_is_the_genuine_one(truth, tmp_path, file):
    name, variant = file.stem.split("__")
    written = truth.write(tmp_path, only=name, variants={name: variant})
    first = written[name].read_bytes().split(b"\n")[0].rstrip(b"\r")
    assert first.decode() == file.read_text(encoding="utf-8").strip("\r\n")


def test_the_india_header_is_that_of_the_public_file(india):
    header = list(india[1][0])
    assert len(header) == 24
    assert header[5] == "Sales Channel "
    assert header[-1] == "Unnamed: 22"


def test_every_format_is_written_and_recognised(truth, tmp_path):
    written = truth.write(tmp_path)
    assert set(written) == ALL
    for name, path in written.items():
        for text in texts(path):
            first = text.split("\n")[0].rstrip("\r")
            assert formats.recognise(first).format.name == name


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    bytes_of = []
    for run in ("a", "b"):
        written = simulate.shop(seed=5, weeks=3, lines_per_week=40).write(tmp_path / run, compress=["tracking"])
        bytes_of.append([path.read_bytes() for path in written.values()])
    assert bytes_of[0] == bytes_of[1]


def test_another_seed_makes_another_shop():
    one, two = (simulate.shop(seed=seed, weeks=3, lines_per_week=40) for seed in (5, 6))
    assert not set(one.lines["order_id"]) & set(two.lines["order_id"])


def test_all_rows_of_a_file_are_equally_wide(truth, tmp_path):
    for path in truth.write(tmp_path).values():
        header, rows = read_rows(path)
        assert {len(row) for row in rows} == {len(header)}


def test_quotation_marks_are_data_in_tab_files(truth, tmp_path):
    path = truth.write(tmp_path, only="amazon_all_orders")["amazon_all_orders"]
    titles = [row["product-name"] for row in read_dicts(path)]
    assert any(title.count('"') == 1 for title in titles)
    assert any("ü" in title for title in titles)


def test_line_ends_and_blanks_are_those_of_the_report(truth, tmp_path):
    written = truth.write(tmp_path)
    assert b"\r\n" in written["amazon_order_report"].read_bytes()
    assert b"\r" not in written["amazon_all_orders"].read_bytes()
    _, rows = read_rows(written["amazon_mfn_returns"])
    assert all(cell for row in rows for cell in row)
    assert any(cell == " " for row in rows for cell in row)


def test_a_compressed_file_holds_the_same_text(truth, tmp_path):
    plain = truth.write(tmp_path, only="requests")["requests"]
    packed = truth.write(tmp_path, only="requests", compress=["requests"])["requests"]
    assert packed.name == "requests.csv.gz"
    assert read_rows(packed) == read_rows(plain)


def moment_in(cell):
    """The UTC moment that a cell holds (days count from their start), or None where it holds none."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", cell):
        sign = -1 if cell[19] == "+" else 1
        away = sign * (int(cell[20:22]) * 3600 + int(cell[23:25]) * 60)
        return np.datetime64(cell[:19], "s") + np.timedelta64(away, "s")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return np.datetime64(cell, "s")
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d) (\S{8}) UTC", cell):
        return np.datetime64("{}-{}-{}T{}".format(*found.groups()), "s")
    if found := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})(?: (\S{8}) UTC)?", cell):
        day, month, year, clock = found.groups()
        return np.datetime64(f"{year}-{month}-{day}T{clock or '00:00:00'}", "s")
    if re.fullmatch(r"\d\d-[A-Z][a-z]{2}-\d{4}", cell):
        return np.datetime64(f"{cell[7:]}-{MONTHS[cell[3:6]]:02d}-{cell[:2]}", "s")
    return None


@pytest.mark.parametrize("as_of", ["2026-09-20T12:34:56+00:00", "2026-10-18T23:00:00-07:00", "2026-11-15T18:00:00Z"])
def test_no_file_knows_the_future(truth, tmp_path, as_of):
    from orderkit.simulate.moments import moment

    limit, seen = moment(as_of), 0
    for name, path in truth.write(tmp_path, as_of=as_of).items():
        for row in read_dicts(path):
            told = {column: moment_in(cell) for column, cell in row.items() if column not in PROMISES}
            late = {column: row[column] for column, at in told.items() if at is not None and at > limit}
            assert not late, (name, late)
            seen += sum(at is not None for at in told.values())
    assert seen > 2_000


def rows_by(truth, folder, name, key, as_of):
    """The rows of one export as of a moment, by the value of a column."""
    return {row[key]: row for row in read_dicts(truth.write(folder, only=name, as_of=as_of)[name])}


def test_a_cancellation_ahead_does_not_show(truth, tmp_path):
    lines = truth.lines
    ahead = lines[(lines["cancel_cause"] == "buyer") & (lines["paid_at"] + np.timedelta64(3600, "s") < lines["cancelled_at"])]
    line = ahead.iloc[0]
    moment = line["cancelled_at"].to_datetime64()
    before = rows_by(truth, tmp_path, "amazon_all_orders", "order-item-id", moment - np.timedelta64(1, "s"))
    after = rows_by(truth, tmp_path, "amazon_all_orders", "order-item-id", moment)
    then, now = before[line["order_item_id"]], after[line["order_item_id"]]
    assert (then["order-status"], then["item-status"], then["quantity"]) == ("Unshipped", "Unshipped", str(line["units"]))
    assert then["item-price"] == f"{line['item_price'] / 100:.2f}"
    assert then["currency"] == line["currency"]
    assert (now["item-status"], now["quantity"]) == ("Cancelled", "0")
    assert then["last-updated-date"] < now["last-updated-date"]


def test_a_delivery_ahead_does_not_show(truth, tmp_path):
    parcel = truth.parcels[(truth.parcels["fate"] == "delivered") & truth.parcels["tracked"] & truth.parcels["in_tracking_file"]]
    number = int(parcel.index[50])
    moment = truth.parcels.loc[number, "delivered_at"].to_datetime64()
    name = f"SMPLTRACK{number:08d}"
    rows = [rows_by(truth, tmp_path, "tracking", "tracking", at)[name] for at in (moment - np.timedelta64(1, "s"), moment)]
    assert [row["state"] for row in rows] == ["in_transit", "delivered"]
    assert rows[0]["delivered_at"] == ""
    assert moment_in(rows[1]["delivered_at"]) == moment
    assert rows[0]["last_scan_at"] < rows[1]["last_scan_at"]


def test_an_answer_and_a_decision_ahead_do_not_show(truth, tmp_path):
    asked = truth.requests[(truth.requests["seller_agrees"] == "yes") & truth.requests["answered_at"].notna()].iloc[0]
    as_of = [asked["asked_at"], max(asked["answered_at"], asked["decided_at"])]
    then, now = (rows_by(truth, tmp_path, "requests", "asked_at", moment.to_datetime64()) for moment in as_of)
    key = f"{asked['asked_at'].isoformat()}+00:00"
    assert (then[key]["answered_at"], then[key]["seller_agrees"]) == ("", "")
    assert (now[key]["answered_at"], now[key]["seller_agrees"]) == (f"{asked['answered_at'].isoformat()}+00:00", "yes")


def test_a_return_on_its_way_back_is_neither_received_nor_refunded(truth, tmp_path):
    back = truth.returns[(truth.returns["resolution"] == "StandardRefund") & truth.returns["refund_reported"]]
    number = back[back["refunded"] > 0].index[0]
    as_of = [truth.returns.loc[number, column].to_datetime64() for column in ("requested_at", "received_at", "refunded_at")]
    rows = [rows_by(truth, tmp_path, "amazon_mfn_returns", "Amazon RMA ID", at)[f"DSMPL{number:06d}RRMA"] for at in as_of]
    assert [row["Return request status"] for row in rows] == ["Pending approval", "Approved", "Completed"]
    assert [row["Return delivery date"] == " " for row in rows] == [True, False, False]
    assert [row["Refunded Amount"] == " " for row in rows] == [True, True, False]
    assert int(rows[2]["Refunded Amount"].replace(".", "")) == truth.returns.loc[number, "refunded"]


def test_before_the_first_order_files_hold_only_headers(truth, tmp_path):
    for path in truth.write(tmp_path, as_of="2020-01-01").values():
        assert read_rows(path)[1] == []


def test_open_parcels_go_on_after_the_end(truth, exports, tmp_path):
    later = {row["tracking"]: row for row in read_dicts(truth.write(tmp_path, only="tracking", as_of="2027-03-01")["tracking"])}
    moving = [row for row in exports["tracking"] if row["state"] == "in_transit"]
    assert moving
    assert all(later[row["tracking"]]["state"] != "in_transit" for row in moving)


INVENTED = re.compile(
    r"|Sampletown|SAMPLETOWN|Samplestate|SAMPLESTATE|Sample (Buyer|Company|note) \d{4}|\d+ Sample Street|PO-SAMPLE-\d{4}"
    r"|sample\.buyer\.\d{4}@example\.com|\+1 202-555-01\d\d"
)


def test_people_and_places_are_invented(exports, india):
    checked = set()
    for name, rows in (exports | {"amazon_in_sale_report": india[1][:500]}).items():
        form = formats.formats()[name]
        personal = [header for header in rows[0] if form.column(header).type == "personal" or form.column(header).identifies]
        for row in rows:
            for header in personal:
                assert INVENTED.fullmatch(row[header].strip()), (name, header, row[header])
        checked |= {(name, header) for header in personal if any(row[header].strip() for row in rows)}
    assert ("amazon_order_report", "buyer-email") in checked
    assert ("amazon_order_report", "ship-phone-number") in checked
    assert len(checked) >= 12


def test_postcodes_are_round(exports):
    assert {row["ship-postal-code"][3:] for row in exports["amazon_all_orders"]} == {"00"}


def test_a_name_that_is_not_known_is_refused(truth, tmp_path):
    with pytest.raises(errors.UnknownName, match="amazon_all_orders"):
        truth.write(tmp_path, only="amazon_all_order")
    with pytest.raises(errors.UnknownName, match="v33_2026"):
        truth.write(tmp_path, variants={"amazon_mfn_returns": "v99"})
    assert not list(tmp_path.glob("returns*"))
