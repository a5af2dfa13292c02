"""The PDF of a page: printed by a browser that is here, tagged, silent, whole or not at all; what is said where none is."""

import contextlib
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zlib

import pytest

from orderkit.errors import BadValue
from orderkit.reports import pdf
from orderkit.reports.pdf import PdfFailed, write_pdf
from orderkit.reports.whole import NotWritten

POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="makes a program of a shell script")


@pytest.fixture(scope="module")
def printed(page_path, tmp_path_factory):
    """The PDF of the small page; skips where no browser is."""
    try:
        pdf.find_browser()
    except PdfFailed:
        pytest.skip("no Chromium, Chrome or Edge on this computer: nothing was printed")
    return write_pdf(page_path, tmp_path_factory.mktemp("pdf") / "small.pdf")


def strings(raw):
    """The texts of a PDF's own objects (title, outline, descriptions of figures), and what its packed streams hold."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL)
    told = b"".join(re.findall(rb"\((?:[^()\\]|\\.)*\)", raw))
    wide = b"".join(bytes.fromhex(each.decode()) for each in re.findall(rb"<(?:FEFF|feff)((?:[0-9A-Fa-f]{4})*)>", raw))
    unpacked = []
    for stream in packed:
        with contextlib.suppress(zlib.error):
            unpacked.append(zlib.decompress(stream))
    return told.decode("latin-1") + wide.decode("utf-16-be", "replace"), b"".join(unpacked)


@pytest.mark.slow
@pytest.mark.browser
def test_the_pdf_is_tagged_has_an_outline_and_its_pages(printed):
    raw = printed.read_bytes()
    assert b"/StructTreeRoot" in raw
    assert b"/Outlines" in raw
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", raw)) <= 4
    assert raw.endswith(b"%%EOF") or raw.rstrip().endswith(b"%%EOF")


@pytest.mark.slow
@pytest.mark.browser
def test_the_pdf_tells_what_the_page_tells(printed):
    told, _ = strings(printed.read_bytes())
    assert "6lateparcelsput$310.20atrisk" in re.sub(r"\s", "", told)
    assert "SAMPLE" in told
    assert "Bars of late parcels a week: 1, 3, 2." in told


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this computer")
def test_another_reader_finds_the_headline_and_the_mark_on_paper(printed):
    text = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True).stdout
    assert "6 late parcels put $310.20 at risk" in " ".join(text.split())
    assert text.count("SAMPLE") >= len(text.split("\f")) - 1
    assert "file:" not in text


@pytest.mark.slow
@pytest.mark.browser
def test_charts_are_drawn_in_the_pdf(printed, page_path, tmp_path):
    bare = tmp_path / "bare.html"
    without = re.sub(r'(id="ok-plotly">)[^<]{40}', r"\1", page_path.read_text(encoding="utf-8"))
    bare.write_text(re.sub(r"<svg.*?</svg>", "", without, flags=re.DOTALL), encoding="utf-8")
    curves = [strings(each.read_bytes())[1].count(b" l\n") for each in (printed, write_pdf(bare, tmp_path / "bare.pdf"))]
    assert curves[0] > curves[1] + 20


@pytest.mark.slow
@pytest.mark.browser
def test_the_pdf_names_no_folder_and_no_system_of_this_computer(printed, page_path):
    told, unpacked = strings(printed.read_bytes())
    for part in (str(page_path.parent), page_path.name, "file:///", "Linux", "Macintosh", "Windows NT"):
        assert part not in told
        assert part.encode() not in unpacked


@pytest.fixture
def server():
    """A server on this computer that notes what it is asked for."""

    class Noting(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    running.asked = []
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.mark.slow
@pytest.mark.browser
def test_printing_asks_nobody_even_where_the_page_would(printed, server, tmp_path):
    page, log = tmp_path / "asks.html", tmp_path / "net.json"
    hosts = [f"http://{host}:{server.server_port}" for host in ("127.0.0.1", "localhost", "[::1]", "asks.example", "192.0.2.1")]
    page.write_text("<h1>Asks</h1>" + "".join(f'<img src="{host}/a.png"><script src="{host}/a.js"></script>' for host in hosts))
    order = pdf.command(pdf.find_browser(), page, tmp_path / "asks.pdf", tmp_path / "profile")
    subprocess.run([*order, f"--log-net-log={log}"], timeout=120, check=True, capture_output=True)
    assert (tmp_path / "asks.pdf").stat().st_size > 1000
    assert server.asked == []
    noted = json.loads(log.read_text(encoding="utf-8"))
    kinds, told = noted["constants"]["logEventTypes"], [(event["type"], event.get("params", {})) for event in noted["events"]]
    assert any(params.get("url", "").startswith(hosts[3]) for _, params in told), "the log tells of what was asked for"
    reached = {params["address"] for kind, params in told if kind == kinds["TCP_CONNECT_ATTEMPT"] and "address" in params}
    assert reached <= {"127.0.0.1:9"}, "the way out that leads nowhere"
    assert [params for kind, params in told if kind == kinds["UDP_BYTES_SENT"]] == []


def test_there_must_be_a_page(tmp_path):
    with pytest.raises(BadValue, match="There is no page"):
        write_pdf(tmp_path / "none.html", tmp_path / "none.pdf")


def test_without_a_browser_it_is_said_what_was_looked_for_and_what_to_do(monkeypatch):
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(pdf, "_usual_places", lambda: iter(()))
    with pytest.raises(PdfFailed, match=r"chromium, .*msedge on PATH.*Install one of them, or name it in BROWSER_PATH") as said:
        pdf.find_browser()
    assert said.value.exit_code == 4


def test_a_browser_path_that_is_no_program_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "no-browser"))
    with pytest.raises(PdfFailed, match="BROWSER_PATH names no program"):
        pdf.find_browser()


@pytest.mark.parametrize("variable", ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"])
def test_browsers_are_found_where_windows_keeps_them(monkeypatch, tmp_path, variable):
    program = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    for name in ("BROWSER_PATH", "PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    assert pdf.find_browser() == str(program)


def a_program(folder, monkeypatch, lines):
    """Names a program of these lines as the browser."""
    program = folder / "browser"
    program.write_text("\n".join([f"#!{sys.executable}", "import sys, time", *lines]))
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(program))


@POSIX_ONLY
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["time.sleep(30)"], "had not printed the page after 0.5 seconds and was stopped"),
        (["sys.exit(3)"], "ended with code 3"),
        (["sys.exit(0)"], "wrote no PDF of page.html"),
        (["out = [word[15:] for word in sys.argv if word.startswith('--print-to-pdf=')][0]",
          "open(out, 'wb').write(b'%PDF-' + bytes(2000))"], "wrote no PDF of page.html"),
    ],
    ids=["too slow", "fails", "writes nothing", "writes half"],
)  # fmt: skip
def test_a_browser_that_fails_leaves_the_older_pdf(tmp_path, monkeypatch, lines, said):
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "page.html").write_text("<h1>Page</h1>")
    (folder / "page.pdf").write_bytes(b"the older one")
    a_program(tmp_path, monkeypatch, lines)
    with pytest.raises(PdfFailed, match=said) as failure:
        write_pdf(tmp_path / "page.html", folder / "page.pdf", seconds=0.5 if "sleep" in lines[0] else 20)
    assert str(tmp_path) not in str(failure.value)
    assert [file.name for file in folder.iterdir()] == ["page.pdf"]
    assert (folder / "page.pdf").read_bytes() == b"the older one"


@POSIX_ONLY
def test_a_folder_that_is_none_is_said(tmp_path, monkeypatch):
    (tmp_path / "page.html").write_text("<h1>Page</h1>")
    a_program(tmp_path, monkeypatch, ["sys.exit(0)"])
    with pytest.raises(NotWritten, match=r"page\.pdf was not written"):
        write_pdf(tmp_path / "page.html", tmp_path / "page.html" / "page.pdf")


def test_the_sandbox_is_left_out_for_root_on_linux_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf.sys, "platform", "linux")
    for user, without in ((0, True), (1000, False)):
        monkeypatch.setattr(pdf.os, "geteuid", lambda user=user: user, raising=False)
        assert ("--no-sandbox" in pdf.command("chrome", tmp_path / "a.html", tmp_path / "a.pdf", tmp_path)) is without
    monkeypatch.setattr(pdf.sys, "platform", "darwin")
    assert "--no-sandbox" not in pdf.command("chrome", tmp_path / "a.html", tmp_path / "a.pdf", tmp_path)
