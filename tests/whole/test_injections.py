"""A shop full of texts that would act, through everything that people see of it: all arrive as text, none of them is live.

Every check is tried on something live too, so that none can pass for want of looking.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import alive
import openpyxl
import plotly.graph_objects as go
import pytest
from click.testing import CliRunner
from hostile import ACCOUNT, COUNTS, KINDS, PAYLOADS, hidden, in_cells, kinds, marks, write

import orderkit as ok
from orderkit import printable, progress, reports, store
from orderkit.cli import main
from orderkit.errors import BadValue, FileRefused, OrderkitError, PackError, UnknownName
from orderkit.magic import OrdersMagic
from orderkit.reports import pdf
from orderkit.reports.page_name import in_file_name

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="no file can have such names there")]

HAS_BROWSER = bool(os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, pdf.NAMES)), None))
ALL = {payload.mark for payload in PAYLOADS}
ROOT = Path(__file__).parents[2]
WEEK, CLOCK = "2026-W46", "2026-11-16T09:00:00+00:00"
FORMS = {"plain": ["--excel", *(["--pdf"] if HAS_BROWSER else [])], "zh": ["--lang", "zh"], "share": ["--share", "--excel"]}
ORDER = in_cells("id")[0]  # an order of the user's own list has this number
LOOK = """() => [...document.querySelectorAll('*')].filter(node => !node.closest('head')).map(node =>
    [node.tagName.toLowerCase(), Object.fromEntries([...node.attributes].map(each => [each.name, each.value]))])"""


@dataclass
class Made:
    """The hostile shop: its folder, what loading it gave, its pages, and what their commands said on both streams."""

    folder: Path
    loaded: object
    pages: dict
    said: dict

    @property
    def db(self):
        return self.folder / "shop.duckdb"

    def open(self, **asked):
        return ok.open(self.db, account=ACCOUNT, clock=CLOCK, **asked)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One load, and a page in each of three forms."""
    folder = tmp_path_factory.mktemp("hostile")
    exports = write(folder)
    loaded = ok.load(exports, db=folder / "shop.duckdb", account=ACCOUNT, comments=True)
    with ThreadPoolExecutor(2) as pool:
        done = dict(zip(FORMS, pool.map(lambda words: _report(folder, words), FORMS.values()), strict=True))
    pages, said = ({form: told[part] for form, told in done.items()} for part in (0, slice(1, 3)))
    return Made(folder, loaded, pages, said)


def _report(folder, words):
    """(path of the page, stdout, stderr) of the command that makes it."""
    command = [sys.executable, "-m", "orderkit", "report", "--account", ACCOUNT, "--week", WEEK, *words, "--json"]
    places = ["--db", folder / "shop.duckdb", "--to", folder / "reports"]
    done = subprocess.run(
        [*command, *map(str, places)], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, encoding="utf-8",
        timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["page"]), done.stdout, done.stderr


@pytest.fixture(scope="module")
def shown(made):
    """{name: what an analysis gives} of the hostile shop: what a notebook shows as HTML and a terminal as text."""
    shop, own = made.open(), made.open(pack="own")
    order = hidden(ORDER.text)
    names = ("todo", "exposure", "returns", "losses", "health", "missing", "sources", "set_aside", "rule_changes")
    found = {name: getattr(shop, name)() for name in names}
    found |= {"shop": shop, "load": made.loaded, "explain": shop.explain(order), "compare": shop.compare("article-2021")}
    found |= {"own explain": own.explain(order), "own ask": own.ask(order, request="not_received")}
    yield found
    own.close()
    shop.close()


def lively(kind):
    """The payloads of a kind that a browser would take for elements."""
    return [text for text in KINDS[kind] if "<" in text and "live" not in text.partition("<")[0]]


def test_there_are_enough_of_every_kind():
    assert len(PAYLOADS) >= 100
    assert min(COUNTS.values()) >= 8
    assert set(COUNTS) == {"html", "script", "formula", "terminal", "template", "link", "sql"}
    assert len(ALL) == len(PAYLOADS)


def test_the_shop_is_read_and_only_control_characters_are_set_aside(made):
    states = {file.file: file for file in made.loaded.files if file.state != "skipped"}
    assert {file.state for file in states.values()} == {"loaded"}
    assert len(states) == 18
    assert {name for name, file in states.items() if file.quarantined} == {"set aside.csv"}
    con = store.reader(made.db)
    orders = {number for (number,) in con.sql("SELECT order_id FROM order_lines").fetchall()}
    con.close()
    assert {hidden(payload.text).strip(" \u00a0\u200b\ufeff\u2028\u061c\u180e") for payload in in_cells("id")} - {
        number.strip(" \u00a0\u200b\ufeff\u2028\u061c\u180e") for number in orders
    } == set()


# --- pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_page_has_only_elements_of_the_template(made, form):
    text = made.pages[form].read_text(encoding="utf-8")
    assert alive.in_html(text) == []
    assert marks(text) == ALL, "every payload arrived, as text"


def test_a_page_to_share_tells_no_hidden_name(made):
    plain, share = (made.pages[form].read_text(encoding="utf-8") for form in ("plain", "share"))
    assert len(alive.told(plain)) == len(ALL)
    assert alive.told(share) == []
    assert alive.told(made.pages["share"].name) == []
    with zipfile.ZipFile(made.pages["share"].with_suffix(".xlsx")) as book:
        assert alive.told("".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())) == []
    with zipfile.ZipFile(made.pages["plain"].with_suffix(".xlsx")) as book:
        assert len(alive.told("".join(book.read(name).decode("utf-8", "replace") for name in book.namelist()))) > 60


@pytest.mark.parametrize("text", [
    *lively("html"), *lively("script"), '<a href="javascript:live=1">x</a>', "<a href='//evil.test'>x</a>",
    '<p style="background:url(//evil.test/x)">x</p>', '<p class="zq001k">x</p>',
])  # fmt: skip
def test_live_html_is_noticed(text):
    page = f"<html><body><main><h1>x</h1><p>{text.replace('@@', 'zq001k')}</p></main></body></html>"
    assert alive.in_html(page)
    assert alive.in_html(page.replace(text.replace("@@", "zq001k"), "zq001k")) == []


# --- pages in a browser --------------------------------------------------------------


@pytest.fixture
def opened(browser):
    """Opens HTML in a fresh browser; what it asks for, says and opens is noted, and nothing is fetched."""
    contexts = []

    def look(path):
        context = browser.new_context()
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.said = [], []

        def judge(route):
            own = route.request.url == path.as_uri()
            if not own:
                tab.asked.append(route.request.url)
            route.continue_() if own else route.abort()

        context.route("**/*", judge)
        tab.on("dialog", lambda dialog: (tab.said.append(dialog.message), dialog.dismiss()))
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        tab.on("popup", lambda other: tab.said.append(other.url))
        tab.goto(path.as_uri())
        return tab

    yield look
    for context in contexts:
        context.close()


def live_in(tab):
    """What is live in an opened page: elements, and what it did."""
    did = [*tab.asked, *tab.said, *(["live"] if tab.evaluate("window.live !== undefined") else [])]
    return [*alive.in_elements(tab.evaluate(LOOK)), *did]


@pytest.mark.browser
@pytest.mark.parametrize("form", FORMS)
def test_a_page_in_a_browser_does_nothing_but_draw(made, opened, form):
    tab = opened(made.pages[form])
    tab.wait_for_selector("html[data-charts=drawn]", timeout=30_000)
    tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    for chart in tab.locator(".ok-chart").all():
        chart.hover()
    assert live_in(tab) == []
    assert marks(tab.evaluate("document.body.textContent")) == ALL


@pytest.mark.browser
def test_what_a_notebook_shows_does_nothing_in_a_browser_without_a_policy(shown, opened, tmp_path):
    whole = tmp_path / "outputs.html"
    whole.write_text("<meta charset=utf-8>" + "".join(each._repr_html_() for each in shown.values()), encoding="utf-8")
    tab = opened(whole)
    assert live_in(tab) == []
    assert marks(tab.evaluate("document.body.textContent")) == ALL


@pytest.mark.browser
@pytest.mark.parametrize("text", [
    "<img src=x onerror=live=1>", "<script>alert(1)</script>", "<script>live=1</script>", "<b>x</b>",
    '<svg onload="live=1"></svg>',
    '<iframe src="https://evil.test/"></iframe>', '<img src="https://evil.test/x.png">', '<a href="javascript:live=1">x</a>',
])  # fmt: skip
def test_a_live_page_is_noticed_in_a_browser(opened, tmp_path, text):
    page = tmp_path / "live.html"
    page.write_text(f"<body><p>{text}</p>", encoding="utf-8")
    assert live_in(opened(page))
    page.write_text("<body><p>x</p>", encoding="utf-8")
    assert live_in(opened(page)) == []


# --- notebooks and charts ------------------------------------------------------------


def test_what_a_notebook_shows_is_text(shown):
    for name, each in shown.items():
        assert alive.in_html(each._repr_html_()) == [], name
    said = {name: marks(each._repr_html_()) for name, each in shown.items()}
    assert said["shop"] == said["load"] == said["sources"] == ALL
    assert {name for name, found in said.items() if len(found) < 3} <= {"missing", "set_aside", "rule_changes", "compare"}
    assert len(kinds(shown["todo"]._repr_html_())) == 7


def test_progress_in_a_notebook_is_text(monkeypatch):
    said = []
    monkeypatch.setattr(progress._Line, "_put", lambda self, text, page: said.append((text, page)))
    for payload in PAYLOADS:
        line = progress._Line("Loading", "file")
        line.step(payload.text, 1, 2)
        line._handle = True
        line.end(f"stopped at {line.name}")
    for text, page in said:
        assert alive.in_html(page) == []
        assert alive.in_terminal(text) == []
    assert marks("".join(page for _, page in said)) == ALL


def charts(shown):
    """{name: figure} of all charts of the hostile shop."""
    found = {}
    for result in shown.values():
        for kind, name in getattr(ok.analyses.result, "_painters", {}) if hasattr(result, "picture") else ():
            if kind == result.kind and hasattr(figure := result.picture(name), "to_plotly_json"):
                found[kind, name] = figure
    return found


def test_charts_draw_names_as_they_stand(shown):
    found = charts(shown)
    assert len(found) >= 8
    assert [(name, live) for name, figure in found.items() for live in alive.in_figure(figure)] == []
    drawn = "".join(json.dumps(figure.to_plotly_json()["data"], default=str) for figure in found.values())
    assert len(kinds(drawn)) >= 4


@pytest.mark.parametrize("live", [
    {"y": ["<a href='https://evil.test'>zq001k</a>"]}, {"text": ["<b style='x'>zq001k</b>"]}, {"name": "$zq001k$"},
    {"hovertemplate": "%{y}%{customdata[0]}zq001k: %{y}<extra></extra>"}, {"customdata": [["<sub>zq001k</sub>"]]},
])  # fmt: skip
def test_a_live_chart_is_noticed(live):
    assert alive.in_figure(go.Figure(go.Bar(x=[1], **live)))
    assert alive.in_figure(go.Figure(go.Bar(x=[1], y=["&lt;a&gt;zq001k"]))) == []


# --- workbook and PDF ----------------------------------------------------------------


@pytest.mark.parametrize("form", ["plain", "share"])
def test_a_workbook_has_no_formula_and_no_foreign_link(made, form):
    path = made.pages[form].with_suffix(".xlsx")
    assert alive.in_workbook(path) == []
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/sharedStrings.xml").decode()
    assert marks(text) == ALL or form == "share"
    assert len(kinds(text)) == 7


def test_a_hostile_order_is_closed_by_the_column_done(made, tmp_path):
    db = tmp_path / "copy.duckdb"
    shutil.copyfile(made.db, db)
    shutil.copytree(made.folder / "formats", tmp_path / "formats")
    book = openpyxl.load_workbook(made.pages["plain"].with_suffix(".xlsx"))
    sheet = book["To do"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    wanted = [row for row in range(2, sheet.max_row + 1) if ORDER.mark[1:] in str(sheet.cell(row, heads["order"]).value)]
    items = {sheet.cell(row, heads["item"]).value for row in wanted}
    for row in wanted:
        sheet.cell(row, heads["done"]).value = "done"
    book.save(tmp_path / "filled.xlsx")
    assert wanted
    result = ok.load(tmp_path / "filled.xlsx", db=db, account=ACCOUNT)
    assert [file.state for file in result.files if file.format] == ["loaded"]
    con = store.reader(db)
    closed = {task for (task,) in con.sql("SELECT task FROM decisions WHERE state = 'done'").fetchall()}
    con.close()
    assert items <= closed


def written(path, value, *, link=None, text=True):
    book = openpyxl.Workbook()
    cell = book.active["A1"]
    cell.value = value
    if text:
        cell.data_type = "s"
    cell.hyperlink = link
    book.save(path)
    return path


def test_a_live_workbook_is_noticed(tmp_path):
    path = tmp_path / "book.xlsx"
    assert alive.in_workbook(written(path, "zq001k")) == []
    assert alive.in_workbook(written(path, "=1+1", text=False))
    for text in KINDS["formula"][:6]:
        assert alive.in_workbook(written(path, text)), text
    for link in ("https://evil.test/", "file:///etc/passwd", "https://sellercentral.amazon.com.evil.test/orders-v3/order/1"):
        assert alive.in_workbook(written(path, "zq001k", link=link)), link
    with zipfile.ZipFile(written(path, "zq001k"), "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert alive.in_workbook(path) == ["the part xl/externalLinks/externalLink1.xml"]


@pytest.mark.browser
def test_a_pdf_leads_to_orders_only(made, browser):
    data = made.pages["plain"].with_suffix(".pdf").read_bytes()
    assert alive.in_pdf(data) == []
    assert alive.links_in_pdf(data) > 50
    tab = browser.new_page()
    for link in ("https://evil.test/x", "https://sellercentral.amazon.com.evil.test/orders-v3/order/1", "file:///etc/passwd"):
        tab.set_content(f"<a href='{link}'>x</a>")
        assert alive.in_pdf(tab.pdf()), f"{link} is noticed"
    tab.close()


# --- terminal and machines -----------------------------------------------------------


def run(made, *words, code=0):
    """What a command says on both streams. None of it acts on a terminal."""
    done = CliRunner().invoke(main, [*map(str, words), *([] if "--db" in words else ["--db", str(made.db)])])
    assert done.exit_code == code, done.output
    assert alive.in_terminal(done.output) == []
    return done.stdout


def test_what_a_terminal_shows_does_not_act(shown):
    said = {name: repr(each) for name, each in shown.items()}
    assert {name: found for name, text in said.items() if (found := alive.in_terminal(text))} == {}
    assert marks(said["shop"]) == marks(said["load"]) == marks(said["sources"]) == ALL
    assert len(kinds(said["todo"])) >= 4
    assert kinds(said["own ask"]) == {*COUNTS} - {"terminal"}, "letters that nobody sees are refused in rules"


@pytest.mark.parametrize("text", [
    payload.text for payload in PAYLOADS if payload.kind == "terminal"
] + ["\u200e", "\x85", "\ud800", "ok\nFORGED"])  # fmt: skip
def test_text_that_acts_on_a_terminal_is_noticed_and_mended(text):
    assert alive.in_terminal(text) or "FORGED" in text
    assert alive.in_terminal(f"a {printable.in_line(text)}") == []
    assert alive.in_json(printable.json_line({text: [text]})) == []
    assert json.loads(printable.json_line({text: [text]})) == {text: [text]}


@pytest.mark.parametrize("form", FORMS)
def test_the_command_that_makes_a_page_says_so_as_text(made, form):
    machine, person = made.said[form]
    assert alive.in_json(machine) == []
    assert alive.in_terminal(person) == []
    assert marks(person) == ALL
    assert json.loads(machine)["asked"]["account"] == ACCOUNT


def test_commands_show_hostile_names_as_text(made):
    order = hidden(ORDER.text)
    said = run(made, "doctor") + run(made, "formats", "own") + run(made, "policy", "show", "own")
    said += run(made, "explain", order) + run(made, "ask", order, "--request", "not_received", "--pack", "own")
    said += run(made, "load", made.folder / "exports" / "set aside.csv", "--account", ACCOUNT, code=1)
    said += run(made, "sql", "SELECT account, order_id, product_name, status_as_exported FROM order_lines")
    assert len(marks(said)) > 100
    assert len(kinds(said)) == 7


def test_json_on_a_terminal_reads_back_to_the_raw_text(made):
    order = hidden(ORDER.text)
    asked = {
        "sql": ("sql", "SELECT account, order_id, product_name FROM order_lines", "--json"), "doctor": ("doctor", "--json"),
        "explain": ("explain", order, "--json"), "formats": ("formats", "own", "--json"), "todo": ("todo", "--json"),
        "policy": ("policy", "show", "own", "--json"),
    }  # fmt: skip
    said = {name: run(made, *words) for name, words in asked.items()}
    assert {name: found for name, text in said.items() if (found := alive.in_json(text))} == {}
    told = {name: alive.strings(json.loads(text)) for name, text in said.items()}
    con = store.reader(made.db)
    stored = {text for row in con.sql("SELECT account, order_id FROM order_lines").fetchall() for text in row}
    con.close()
    assert stored <= told["sql"]
    assert ACCOUNT in told["sql"], "raw, with every control character"
    assert order in told["explain"]
    assert len(marks(said["todo"])) > 60


def test_machine_output_of_a_load_has_the_raw_names(made):
    text = printable.json_line(made.loaded.to_json())
    assert alive.in_json(text) == []
    assert {file.file for file in made.loaded.files} <= alive.strings(json.loads(text))
    assert alive.in_json('{"a": "\x9b2J"}')
    assert alive.in_json('{"a": "\u202e"}\n{"b": 1}')


@pytest.mark.parametrize("words", [
    ("explain", "@@"), ("ask", "@@", "--request", "@@"), ("measure", "@@"), ("done", "@@"), ("load", "@@"), ("@@",), ("--@@",),
    ("todo", "--pack", "@@"), ("report", "--account", "@@"), ("report", "--week", "@@"), ("exposure", "--marketplace", "@@"),
    ("todo", "@@", "@@"), ("formats", "@@"), ("policy", "check", "@@"), ("todo", "--as-of", "@@"), ("new", "rule", "@@"),
    ("sql", "@@"), ("purge", "--order", "@@"),
])  # fmt: skip
def test_complaints_show_hostile_words_as_text(made, tmp_path, words):
    nasty = "\x1b]8;;https://evil.test\x1b\\zq000k\x07\x9b2J\u202e\u200b"
    words = [word.replace("@@", nasty) for word in words]
    done = CliRunner().invoke(main, [*words, "--db", str(made.db if words[0] != "new" else tmp_path / "a.duckdb")])
    assert done.exit_code not in (0, 1), done.output
    assert alive.in_terminal(done.output) == []
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("error", [
    lambda text: UnknownName("order", text, [text, "a"]), lambda text: BadValue(f"{text} is none"),
    lambda text: FileRefused(text, text),
    lambda text: PackError(text, text, text, text), lambda text: reports.ReportFailed(text, text, text, text),
])  # fmt: skip
def test_errors_are_text_in_tracebacks_and_in_cells_of_a_notebook(error, monkeypatch):
    for payload in PAYLOADS:
        problem = error(payload.text)
        assert isinstance(problem, OrderkitError)
        assert [found for found in alive.in_terminal(str(problem)) if found.startswith("U+")] == []
        assert payload.mark in str(problem)
        magic = OrdersMagic(None)
        monkeypatch.setattr(magic, "_run", lambda line, cell, problem=problem: (_ for _ in ()).throw(problem))
        with pytest.raises(OrderkitError) as raised:
            magic.orders("", "")
        assert [
            found for line in raised.value._render_traceback_() for found in alive.in_terminal(line) if "line" not in found
        ] == []


# --- files ---------------------------------------------------------------------------


def test_manifests_read_back_and_name_what_they_were_made_from(made):
    for page in made.pages.values():
        told = reports.read_manifest(page)
        assert told["page"] == page.name
        assert {file["account"] for file in told["inputs"]} == {ACCOUNT}
        assert {file["file"] for file in told["inputs"]} == {file.file for file in made.loaded.files if file.state == "loaded"}


def test_pages_lie_in_their_folder_under_plain_names(made):
    files = list((made.folder / "reports").iterdir())
    assert len(files) >= 8
    assert alive.in_names(files, made.folder / "reports") == []
    assert len({page.name for page in made.pages.values()}) == 3
    assert all(page.name == f"{page.stem}.html" for page in made.pages.values())


def test_names_of_pages_are_short_and_no_two_accounts_share_one(tmp_path):
    accounts = [
        *(payload.text for payload in PAYLOADS), "a/b", "a_b", "a b", "a" * 100, "a" * 101, "x" * 40, "..", ".", "../../x", "A",
        "a", "zh", "share", "a-share", "amazon.de", "\u00e9", "e\u0301", "\U00010330" * 60, "a_b-c14cddc0",
    ]  # fmt: skip
    names = [in_file_name(account, among=accounts) for account in accounts]
    assert len({name.casefold() for name in names}) == len(accounts)
    assert alive.in_names([tmp_path / f"weekly-2026-W46-{name}-share.html" for name in names], tmp_path) == []
    assert max(len(name) for name in names) == 40 + len("-c14cddc0")
    assert in_file_name("north", among=["north", "south"]) == "north"
    assert in_file_name("x" * 40) == "x" * 40


def test_a_live_name_of_a_file_is_noticed(tmp_path):
    for name in ("../x.html", "<b>.html", ".hidden", "a b.html", "x" * 240 + ".html"):
        assert alive.in_names([tmp_path / name], tmp_path), name
    assert alive.in_names([tmp_path / "weekly-2026-W46.html"], tmp_path) == []


def test_frames_written_as_csv_read_back(made, tmp_path):
    """What a frame holds is the raw text: whoever writes it to a file gets what was loaded."""
    shop = made.open()
    frame = shop.sql("SELECT order_id FROM order_lines ORDER BY order_id")
    frame.to_csv(tmp_path / "orders.csv", index=False)
    with (tmp_path / "orders.csv").open(encoding="utf-8", newline="") as file:
        assert [row["order_id"] for row in csv.DictReader(file)] == frame["order_id"].tolist()
    shop.close()
