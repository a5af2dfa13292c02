"""JupyterLab for real, in a browser that reaches nothing but this machine: every notebook runs, charts are drawn, SQL cells work.

One server for all tests, started as `orderkit lab` starts it, in a folder of its own: the shipped notebooks are only copied.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from orderkit import lab, places
from orderkit.analyses import show

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(places.notebooks().glob("*.ipynb"))
PLOTLY = "application/vnd.plotly.v1+json"
PATIENCE = 120  # seconds for one notebook, on a busy machine

# Charts that each notebook draws on the sample; where a number changes, look at the notebook and write the new one here.
CHARTS = {
    "explore_exports": 1,
    "insurance_losses": 9,
    "late_shipment_exposure": 7,
    "policy_explorer": 0,
    "return_reasons": 7,
}
LEAD = {"weekly_report": 5}  # at least so many: its page grows

OUTPUTS = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.model.cells, found = [];
    for (let at = 0; at < cells.length; at++) {
        const cell = cells.get(at);
        if (cell.type !== 'code') continue;
        for (let n = 0; n < cell.outputs.length; n++) {
            const output = cell.outputs.get(n);
            found.push({cell: at, ran: cell.executionCount, type: output.type, data: Object.keys(output.data),
                text: JSON.stringify(output.data).slice(0, 4000), json: JSON.stringify(output.toJSON()).slice(0, 2000)});
        }
    }
    return found;
}"""
COUNTS = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.model.cells, found = [];
    for (let at = 0; at < cells.length; at++) {
        const cell = cells.get(at);
        if (cell.type === 'code' && cell.sharedModel.source.trim()) found.push(cell.executionCount);
    }
    return found;
}"""
IS_IDLE = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answers(address):
    """Whether a server gives an answer there."""
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=2) as answer:
        return answer.status == 200
    return False


@pytest.fixture(scope="module")
def server(sample_db, tmp_path_factory):
    """(address, token, folder) of a JupyterLab over the sample, ended with all its kernels."""
    home, token, port = tmp_path_factory.mktemp("lab"), secrets.token_hex(16), free_port()
    private = {name: str(home / name.lower()) for name in (
        "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR",
        "IPYTHONDIR",
    )}  # fmt: skip
    options = ["--no-browser", f"--port={port}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--allow-root"]
    options += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    command = [sys.executable, "-m", "orderkit", "lab", "--db", str(sample_db), "--", *options]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    log = home / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=home, env={**os.environ, **private, "PYTHONPATH": paths}, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while not answers(f"http://127.0.0.1:{port}/api?token={token}"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", token, home / lab.FOLDER
    finally:
        end(process)


def end(process):
    """Ends a server and whatever it started: they are one process group."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, word)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        for _ in range(50):
            os.killpg(process.pid, 0)  # raises where nobody of the group is left
            time.sleep(0.1)
        raise AssertionError("a process of JupyterLab is still there")


@pytest.fixture
def opened(browser, server):
    """Opens a notebook in a fresh browser; what it asks of the outside is refused and noted, and so are its complaints."""
    address, token, _ = server
    contexts = []

    def open_notebook(name):
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        contexts.append(context)
        tab = context.new_page()
        tab.outside, tab.complaints = [], []

        def judge(route):
            own = route.request.url.startswith((f"{address}/", "data:", "blob:"))
            if not own:
                tab.outside.append(route.request.url)
            route.continue_() if own else route.abort()

        context.route("**/*", judge)
        tab.on("websocket", lambda socket: tab.outside.append(socket.url) if address[7:] not in socket.url else None)
        tab.on("console", lambda said: tab.complaints.append(f"{said.text} {said.location}") if said.type == "error" else None)
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.on("response", lambda got: tab.complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        tab.goto(f"{address}/lab/tree/{name}?token={token}&reset")
        tab.wait_for_selector(".jp-Notebook", timeout=PATIENCE * 1000)
        tab.wait_for_function(IS_IDLE, timeout=PATIENCE * 1000)
        return tab

    yield open_notebook
    for context in contexts:
        context.close()


def run_all(tab):
    """Runs all cells; seconds until the kernel is idle again."""
    began = time.monotonic()
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    tab.wait_for_function(IS_IDLE, timeout=PATIENCE * 1000)
    return time.monotonic() - began


def quiet(tab):
    """Nothing was asked of the outside, nothing complained, no pop-up came."""
    assert tab.outside == []
    assert tab.complaints == []
    assert tab.locator(".Toastify__toast").count() == 0


def test_every_notebook_has_its_number_of_charts():
    assert {path.stem for path in SHIPPED} == set(CHARTS) | set(LEAD)


@pytest.mark.parametrize("name", [path.stem for path in SHIPPED])
def test_a_notebook_runs_and_draws_its_charts(opened, name, record_property):
    tab = opened(f"{name}.ipynb")
    seconds = run_all(tab)
    record_property("seconds", round(seconds, 1))
    outputs = tab.evaluate(OUTPUTS)
    assert [output["json"] for output in outputs if output["type"] == "error" or '"stderr"' in output["json"]] == []
    assert None not in tab.evaluate(COUNTS), "every cell ran"
    charts = [output for output in outputs if PLOTLY in output["data"]]
    if name in CHARTS:
        assert len(charts) == CHARTS[name]
    else:
        assert len(charts) >= LEAD[name]
    if charts:
        shown(tab, charts)
    quiet(tab)
    assert seconds < PATIENCE


def shown(tab, charts):
    """Each chart is drawn when it is scrolled to: JupyterLab keeps only cells near the screen in the page."""
    for cell in sorted({output["cell"] for output in charts}):
        tab.evaluate("at => window.jupyterapp.shell.currentWidget.content.scrollToItem(at, 'start')", cell)
        wanted = sum(output["cell"] == cell for output in charts)
        script = """([at, wanted]) => {
            const node = window.jupyterapp.shell.currentWidget.content.widgets[at].node;
            const plots = [...node.querySelectorAll('.js-plotly-plot')];
            return plots.length === wanted && plots.every(
                plot => plot.querySelector('.main-svg')?.getBoundingClientRect().width > 200);
        }"""
        tab.wait_for_function(script, arg=[cell, wanted], timeout=20_000)


def typed(tab, text):
    """Types a cell at the end of the notebook, as a person does, and runs it; its outputs."""
    tab.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        panel.content.activeCellIndex = panel.content.widgets.length - 1;
        await window.jupyterapp.commands.execute('notebook:insert-cell-below');
        await window.jupyterapp.commands.execute('notebook:enter-edit-mode');
    }""")
    tab.wait_for_selector(".jp-Notebook.jp-mod-editMode .jp-Cell.jp-mod-active .cm-content")
    tab.keyboard.insert_text(text)
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    tab.wait_for_function(IS_IDLE, timeout=PATIENCE * 1000)
    last = tab.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.cells.length - 1")
    return [output for output in tab.evaluate(OUTPUTS) if output["cell"] == last]


@pytest.fixture
def empty(server):
    """The name of a notebook with nothing in it but the shop."""
    name, (_, _, folder) = "typed.ipynb", server
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": []}
    code = "import os\nimport orderkit as ok\n%load_ext orderkit\nshop = ok.open(os.environ['ORDERKIT_DB'])\nsite = 'amazon.de'"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = {"cells": [cell | {"source": code}], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / name).write_text(json.dumps(made), encoding="utf-8")
    return name


def test_sql_cells_the_kernel_and_what_is_shown(opened, empty, sample_shop):
    tab = opened(empty)
    run_all(tab)
    lines = sample_shop.sql("SELECT count(*) AS n FROM order_lines WHERE marketplace = $site", site="amazon.de")["n"].item()
    (said,) = typed(tab, "%%orders -o german\nSELECT order_id, item_price FROM order_lines WHERE marketplace = $site")
    assert f"german: {lines:,} rows, 2 columns" in said["text"]
    (counted,) = typed(tab, "(type(german).__name__, len(german))")
    assert f"('DataFrame', {lines})" in counted["text"]
    (frame,) = typed(tab, "%%orders\nSELECT any_value(marketplace), count(*) AS lines FROM order_lines WHERE marketplace = $site")
    assert {"text/html", "text/plain"} <= set(frame["data"])
    assert str(lines) in frame["text"]
    (wrong,) = typed(tab, "%%orders\nSELECT $sitee")
    assert wrong["type"] == "error"
    assert json.loads(wrong["json"])["traceback"] == [
        "orderkit: The query asks for $sitee, and no variable is called sitee. Did you mean $site? Set it first: sitee = ..."
    ]
    (own,) = typed(tab, "import sys; sys.executable")
    assert sys.executable in own["text"]
    typed(tab, "shop.todo()")
    tab.wait_for_selector(".ok-headline")
    headline = tab.locator(".ok-headline").last.inner_text()
    assert headline == show.heading(sample_shop.todo().headline)[0], "dollars are money, no formula"
    assert tab.locator("mjx-container").count() == 0
    quiet(tab)


def test_loading_shows_how_far_it_is_and_leaves_one_line(opened, empty):
    tab = opened(empty)
    run_all(tab)
    progress, result = typed(tab, "from orderkit import places\nok.load(places.sample(), db='again.duckdb', account='SAMPLE')")
    files = len([path for path in places.sample().iterdir() if path.is_file()])
    assert re.search(rf"Loading: {files} files in [0-9.]+ s\.", progress["text"])
    assert "<progress" not in progress["text"]
    assert "Recognised as" in result["text"]
    assert "text/plain" in result["data"]
    quiet(tab)


def test_names_are_completed(opened, empty):
    tab = opened(empty)
    run_all(tab)
    assert typed(tab, "1")
    for text, wanted in (("shop.measures.orders_by", "orders_by_week"), ("%%orders\nSELECT order_it", "order_item_id")):
        tab.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
        tab.evaluate("() => window.jupyterapp.commands.execute('notebook:enter-edit-mode')")
        tab.keyboard.insert_text(text)
        tab.keyboard.press("Tab")
        script = """wanted => document.querySelector('.jp-Notebook .jp-Cell.jp-mod-active .cm-content').innerText.includes(wanted)
            || [...document.querySelectorAll('.jp-Completer-item')].some(item => item.innerText.includes(wanted))"""
        tab.wait_for_function(script, arg=wanted, timeout=30_000)
        tab.keyboard.press("Escape")
    quiet(tab)


def test_running_changed_no_shipped_notebook(server):
    """Only the copies were opened; and they are copies."""
    _, _, folder = server
    assert folder.resolve() != places.notebooks().resolve()
    for path in SHIPPED:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
        assert (folder / path.name).exists()
    assert not (places.notebooks() / "sample.duckdb").exists()


def test_a_copy_that_the_user_changed_is_left_alone(tmp_path):
    said = []
    folder = lab._copied(tmp_path / lab.FOLDER, said.append)
    mine = folder / SHIPPED[0].name
    mine.write_text("mine", encoding="utf-8")
    (folder / SHIPPED[1].name).unlink()
    lab._copied(folder, said.append)
    assert mine.read_text(encoding="utf-8") == "mine"
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / SHIPPED[1].name, SHIPPED[1])]
    assert digests[0] == digests[1]
    assert len(said) == 2
