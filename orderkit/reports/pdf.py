"""The page as a PDF, printed by a Chromium, Chrome or Edge that is already on the computer: no download, no request."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from orderkit.errors import BadValue, OrderkitError
from orderkit.reports.whole import whole

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable",
    "msedge",
)  # fmt: skip
MAC = ("Google Chrome", "Microsoft Edge", "Chromium")
WINDOWS = (("Google", "Chrome", "chrome.exe"), ("Microsoft", "Edge", "msedge.exe"), ("Chromium", "", "chrome.exe"))
PATIENCE = 120  # seconds for one page
DRAWING = 20_000  # milliseconds of the page's own time in which charts are drawn; the browser runs them as fast as it can
QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync",
    "--disable-default-apps", "--disable-background-networking", "--disable-component-update", "--disable-domain-reliability",
    "--disable-breakpad", "--metrics-recording-only", "--no-pings", "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever it asks for, it finds no host
    "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",  # nor any address, this computer's own included
)  # fmt: skip
PRINTED = (
    f"--virtual-time-budget={DRAWING}", "--run-all-compositor-stages-before-draw", "--export-tagged-pdf",
    "--generate-pdf-document-outline", "--no-pdf-header-footer", "--print-to-pdf-no-header",  # the last for older ones
    "--user-agent=orderkit",  # stands in the file as its creator; a browser's own names the computer's system
)  # fmt: skip


class PdfFailed(OrderkitError):
    """No PDF was made: no browser on this computer, or it failed; an older file of that name is left as it was."""

    exit_code = 4


def write_pdf(html_path, pdf_path, *, seconds=PATIENCE):
    """Prints an HTML page of ours as a tagged PDF with an outline, charts drawn; gives its path.

    The browser is the one named by BROWSER_PATH, else the first found on PATH or where Windows and macOS keep them. It runs with
    a profile of its own that is thrown away, reaches no network, and is stopped after `seconds`.

    Raises
    ------
    BadValue
        There is no such page.
    PdfFailed
        No browser was found, or it printed nothing: says what was tried and what to do.
    NotWritten
        The PDF could not be put in its place.
    """
    page = Path(html_path).resolve()
    if not page.is_file():
        raise BadValue(f"There is no page {html_path}. Write it first: orderkit report.")
    browser = find_browser()
    with whole(pdf_path) as unfinished, tempfile.TemporaryDirectory(prefix="orderkit-", ignore_cleanup_errors=True) as profile:
        _print(command(browser, page, unfinished.resolve(), profile), Path(browser).name, seconds)
        if not _is_whole(unfinished):
            raise PdfFailed(
                f"{Path(browser).name} wrote no PDF of {page.name}. Open the page in it and print it as a PDF there, or name "
                "another browser in BROWSER_PATH."
            )
    return Path(pdf_path)


def find_browser():
    """The path of a Chromium, Chrome or Edge. Raises PdfFailed where there is none, or BROWSER_PATH names no program."""
    asked = os.environ.get("BROWSER_PATH")
    if asked:
        if found := shutil.which(asked):
            return found
        raise PdfFailed("BROWSER_PATH names no program that can be run. Name a Chromium, Chrome or Edge there, or leave it out.")
    found = next(filter(None, map(shutil.which, NAMES)), None) or next(filter(_can_run, _usual_places()), None)
    if found is None:
        raise PdfFailed(
            f"A PDF is printed by a browser, and none was found: looked for {', '.join(NAMES)} on PATH and for Chrome, Edge and "
            "Chromium where Windows and macOS keep them. Install one of them, or name it in BROWSER_PATH; or open the page in "
            "any browser and print it as a PDF there."
        )
    return str(found)


def command(browser, page, target, profile):
    """The command that prints a page, as a list."""
    # a browser's sandbox does not start for root on Linux (a container): only our own page is opened, and it reaches nothing
    as_root = sys.platform.startswith("linux") and os.geteuid() == 0
    rooted = ["--no-sandbox", "--disable-dev-shm-usage"] if as_root else []
    own = [f"--user-data-dir={profile}", f"--print-to-pdf={target}"]
    return [str(browser), *QUIET, *rooted, *PRINTED, *own, Path(page).as_uri()]


def _print(order, name, seconds):
    """Runs the browser to its end; nothing that it says is passed on, as it names folders of this computer."""
    try:
        done = subprocess.run(
            order, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        cure = "Close other programs and try again, or open the page in a browser and print it as a PDF there."
        raise PdfFailed(f"{name} had not printed the page after {seconds:g} seconds and was stopped. {cure}") from None
    except OSError as problem:
        raise PdfFailed(f"{name} could not be started ({problem.strerror}). Name another browser in BROWSER_PATH.") from None
    if done.returncode:
        cure = "Name another browser in BROWSER_PATH, or open the page in one and print it as a PDF there."
        raise PdfFailed(f"{name} ended with code {done.returncode} and printed nothing. {cure}")


def _usual_places():
    """Where browsers lie that are on no PATH."""
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        yield from (folder / f"{name}.app" / "Contents" / "MacOS" / name for name in MAC)
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if root := os.environ.get(variable):
            yield from (Path(root, maker, product, "Application", program) for maker, product, program in WINDOWS)


def _can_run(path):
    return path.is_file() and os.access(path, os.X_OK)


def _is_whole(file):
    """Whether a file is a PDF from its first to its last line."""
    if not file.is_file() or file.stat().st_size < 1000:
        return False
    with file.open("rb") as raw:
        head = raw.read(5)
        raw.seek(-64, os.SEEK_END)
        return head == b"%PDF-" and b"%%EOF" in raw.read()
