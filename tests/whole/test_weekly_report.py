"""The weekly report as files: page, workbook, manifest and command line say the same to the cent; made again it is the same."""

import hashlib
import html
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import orderkit as ok
from orderkit import places, store
from orderkit.analyses import show
from orderkit.cli import main
from orderkit.errors import BadValue, UnknownName
from orderkit.reports import read_manifest

pytestmark = pytest.mark.slow
QUESTIONS = ("todo", "exposure", "returns", "losses", "health")


def words_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())


def run(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture(scope="module")
def made(sample_report):
    """The report of the sample's last week with its workbook: (page, manifest)."""
    return sample_report, read_manifest(sample_report)


@pytest.fixture(scope="module")
def of_week(sample_db):
    """The shop as the report shows it: the end of the week, and the morning after it."""
    shop = ok.open(sample_db, as_of="2026-W46", clock="2026-11-16T09:00:00+00:00", sample=True)
    yield shop
    shop.close()


def amounts_in(text):
    """All amounts of money in a text, such as $1,234.50."""
    return [Decimal(found.replace(",", "")) for found in re.findall(r"[$€]([\d,]+\.\d\d)", text)]


def test_page_workbook_manifest_and_results_agree_to_the_cent(made, of_week):
    page, told = made
    words, book = words_of(page), openpyxl.load_workbook(page.with_suffix(".xlsx"))
    summary = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    for question in QUESTIONS:
        result = getattr(of_week, question)()
        section = told["sections"][question]
        assert section["headline"] == result.headline
        assert {code: Decimal(amount) for code, amount in section["totals"].items()} == result.totals
        for part in show.heading(result.headline):
            assert part in words
        assert result.headline in summary
        for amount in result.totals.values():
            assert float(amount) in [value for value in summary if isinstance(value, int | float)]
    assert amounts_in(told["headline"]) == [
        Decimal(amount) for name in ("claimable", "expired", "won_back") for amount in told[name].values()
    ]
    assert told["headline"] in words


def test_the_command_line_says_what_the_page_says(made, sample_db):
    """--json of each verb, as of the same moment, has the sums of the manifest."""
    _, told = made
    for question in ("exposure", "returns", "losses", "health"):
        said = json.loads(run(question, "--db", sample_db, "--as-of", "2026-W46", "--json"))
        assert said["totals"] == told["sections"][question]["totals"]
        assert said["headline"] == told["sections"][question]["headline"]


def test_the_list_in_the_workbook_is_the_list_on_the_page(made, of_week):
    page, told = made
    rows = list(openpyxl.load_workbook(page.with_suffix(".xlsx"))["To do"].values)
    head = rows[0]
    items = [dict(zip(head, row, strict=True)) for row in rows[1:] if row[0]]
    todo = of_week.todo().frame
    assert [item["item"] for item in items] == todo["item"].tolist()
    for item, money in zip(items, todo["money"], strict=True):
        assert money != money or item["money"] == money
    assert told["things"] == len(items)
    links = page.read_text(encoding="utf-8").count("/orders-v3/order/")
    assert links == todo["link"].notna().sum() + len(of_week.todo().tables["left"].get("link", []))


def test_a_report_made_again_is_the_same_to_the_byte(made, sample_db, tmp_path):
    page, told = made
    shutil.copytree(page.parent, tmp_path, dirs_exist_ok=True)
    again = ok.open(sample_db, sample=True).report(week="2026-W46", to=tmp_path, excel=True)
    assert again.stat().st_mtime > page.stat().st_mtime
    assert again.name == page.name
    for suffix in (".html", ".xlsx", ".json"):
        assert again.with_suffix(suffix).read_bytes() == page.with_suffix(suffix).read_bytes(), suffix
    assert {file.name for file in tmp_path.iterdir()} == {page.with_suffix(suffix).name for suffix in (".html", ".xlsx", ".json")}
    assert read_manifest(again) == told


def test_the_manifest_says_what_it_was_made_from(made, sample_db):
    page, told = made
    assert told["page"] == page.name
    assert told["sha256"][page.name] == hashlib.sha256(page.read_bytes()).hexdigest()
    assert told["week"] == "2026-W46"
    assert told["data_up_to"].startswith("2026-11-15T23:59:59")
    assert told["clock"].startswith("2026-11-16T08:59:59")
    assert told["rules"]["name"] == "amazon"
    hashes = {hashlib.sha256(file.read_bytes()).hexdigest() for file in places.sample().iterdir()}
    plain = [file for file in told["inputs"] if not file["file"].startswith("settlements-") and not file["file"].endswith(".gz")]
    assert {file["sha256"] for file in plain} <= hashes
    assert sum(file["rows"] for file in told["inputs"]) == sum(ok.open(sample_db, sample=True).sources().frame["rows"])
    assert told["versions"]["orderkit"] == ok.__version__


def test_last_week_is_that_before_the_clock(sample_db):
    shop = ok.open(sample_db, sample=True, clock="2026-11-16T07:00:00+00:00")
    assert shop._week("last") == "2026-W46"
    assert ok.open(sample_db, sample=True, clock="2026-11-15T23:00:00+00:00")._week("last") == "2026-W45"
    with pytest.raises(UnknownName, match=r"'2027-W04'.*data ends on 2026-11-15. Load newer exports first.*Known: 2026-W46"):
        ok.open(sample_db, sample=True, clock="2027-02-01")._week("last")


def test_a_page_to_share_names_no_order_and_no_product(made, sample_db, tmp_path):
    shop = ok.open(sample_db, sample=True)
    page = shop.report(week="2026-W46", to=tmp_path, share=True, excel=True)
    assert page.name == "SAMPLE-weekly-2026-W46-share.html"
    names = {name for column in ("order_id", "sku", "asin", "order_item_id") for name in shop.con.sql(
        f"SELECT DISTINCT {column} AS name FROM order_lines WHERE {column} IS NOT NULL").df()["name"]}  # fmt: skip
    text = page.read_text(encoding="utf-8")
    body = re.sub(r'<script type="text/plain" id="ok-plotly">.*?</script>', "", text, flags=re.DOTALL)
    book = openpyxl.load_workbook(page.with_suffix(".xlsx"))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    tokens = set(re.findall(r"[\w-]{4,}", body)) | {token for cell in cells for token in re.findall(r"[\w-]{4,}", cell)}
    assert tokens & {name for name in names if len(name) >= 4} == set()
    assert "orders-v3/order" not in text
    assert "orders-v3/order" not in page.with_suffix(".json").read_text(encoding="utf-8")
    assert read_manifest(page)["headline"] == made[1]["headline"]


def test_several_accounts_have_a_page_of_each(tmp_path):
    db, files = tmp_path / "two.duckdb", sorted(places.sample().glob("all-orders*"))
    for account in ("north", "south"):
        store.load(files, db=db, account=account)
    with pytest.raises(BadValue, match="north, south"):
        ok.open(db).report(to=tmp_path)
    told = json.loads(run("report", "--db", db, "--to", tmp_path / "pages", "--week", "2026-W46", "--json"))
    assert [Path(page["page"]).name for page in told["pages"]] == [
        "weekly-2026-W46-north.html", "weekly-2026-W46-south.html",
    ]  # fmt: skip
    assert told["pages"][0]["headline"] == told["pages"][1]["headline"], "the same exports"
    assert all({file["account"] for file in page["inputs"]} == {name} for page, name in zip(told["pages"], ("north", "south"),
               strict=True))  # fmt: skip


def test_one_marketplace_alone_in_a_past_week_shows_what_was_known_then(sample_db, tmp_path):
    shop = ok.open(sample_db, sample=True, marketplace="amazon.de")
    page = shop.report(week="2026-W40", to=tmp_path)
    assert page.name == "SAMPLE-weekly-2026-W40-amazon.de.html"
    told = read_manifest(page)
    assert set(told["claimable"]) | set(told["expired"]) <= {"EUR"}
    words = re.sub(r"settlements-amazon\.com|amazon\.com: US Pacific", "", words_of(page))
    assert "amazon.com" not in words
    assert "data up to Sun 4 Oct 2026" in words
    past = shop.as_of("2026-W40")
    for part in show.heading(past.returns().headline):
        assert part in words
    past.close()


def test_a_file_that_is_no_manifest_is_refused(tmp_path):
    (tmp_path / "page.json").write_text("[]")
    with pytest.raises(BadValue, match="is no manifest of a report"):
        read_manifest(tmp_path / "page.html")


def test_the_numbers_of_a_report_can_be_made_again(made, sample_db, tmp_path):
    _, told = made
    other = tmp_path / "other.json"
    changed = {**told, "headline": "7 things", "inputs": told["inputs"][1:], "versions": {**told["versions"], "duckdb": "1.4.0"}}
    other.write_text(json.dumps(changed), encoding="utf-8")
    file, sha256 = told["inputs"][0]["file"], told["inputs"][0]["sha256"]
    assert (
        json.loads(run("report", "--again", other, "--db", sample_db, "--json", code=1))
        == {
            "same": False,
            "differences": [  # nothing else: all other numbers came out again
                f"{file} of account SAMPLE ({sha256[:12]}) was not loaded then.",
                f"versions: duckdb was 1.4.0, is {told['versions']['duckdb']}.",
                f"first line: headline was 7 things; is {told['headline']}.",
            ],
        }
    )


def test_a_past_view_reports_on_its_own_moment(sample_db, tmp_path):
    past = ok.open(sample_db, sample=True).as_of("2026-10-07")
    told = read_manifest(past.report(to=tmp_path))
    assert told["data_up_to"].startswith("2026-10-07T23:59:59")
    assert told["sections"]["returns"]["headline"] == past.returns().headline
    past.close()
