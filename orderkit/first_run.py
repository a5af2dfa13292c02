"""What a double click does: looks which exports are there, makes the page, and opens what helps next.

The starters in the folder `start` find a Python and call `run.py start`; all else is here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from markupsafe import Markup

from orderkit.formats import guide
from orderkit.reports import safe

EXPORTS, REPORTS = "exports", "reports"  # folders, where the user stands
NO_EXPORTS = ("desktop.ini", "thumbs.db")  # what file managers leave behind, beside hidden files
OPENERS = {"darwin": "open"}  # the program that opens a file as a double click would; elsewhere xdg-open
REPORT = (sys.executable, "-P", "-m", "orderkit", "report")
HELP = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Get your files</title>
<style>
{css}
main {{ overflow-wrap: anywhere; }}
table {{ display: block; width: 100%; overflow-x: auto; }}
</style>
</head>
<body>
<main>
<p class="ok-headline">Put your export files into the folder {folder}, then start orderkit again.</p>
{body}
</main>
</body>
</html>
""")


@dataclass(frozen=True)
class Started:
    """What a start came to: the page and whether it is the sample's, the page of help where it was opened, and the exit code."""

    page: Path | None
    is_sample: bool
    help_page: Path | None
    exit_code: int


def start(here, *, db, show, say):
    """Makes the weekly page of the exports in `here`, or of the sample shop where there are none, and opens it; a Started.

    Without exports it opens the page that says where to get them too, and their folder. show: opens a path and says whether it
    could; say: takes a sentence for the user. The database, the pages and the exports stay in `here`.
    """
    exports = here / EXPORTS
    exports.mkdir(exist_ok=True)
    there = has_files(exports)
    if there:
        say(f"Reading the files in {exports} ...")
    else:
        say(f"There are no export files yet in {exports}. Here is the SAMPLE page of an invented shop; it is not your data.")
    page, code = _report(here, [str(exports), "--db", str(db)] if there else ["--sample"])
    told = None if there and page else write_help(here)
    for path in [path for path in (page, told, exports if told else None) if path]:
        if not show(path):
            say(f"Open this yourself: {path}")
    say(_next(exports, there, page))
    return Started(page, not there, told, code)


def _next(exports, there, page):
    if there and page:
        return f"The page is {page}. Put newer exports into {exports} and start again whenever you like: nothing counts twice."
    why = "No page could be made of these files, see above" if there else "To see your own shop"
    return f"{why}: the page 'Get your files' says what to download. Put it into {exports} and start again."


def has_files(folder):
    """Whether a folder, or one in it, holds a file that a person put there."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return any(not path.name.startswith((".", "~$")) and path.name.lower() not in NO_EXPORTS for path in found)


def _report(here, words):
    """(path of the page or None, exit code) of `orderkit report`, whose words the user sees while it works."""
    command = [*REPORT, *words, "--to", str(here / REPORTS), "--json"]
    ended = subprocess.run(command, cwd=here, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    told = json.loads(ended.stdout) if ended.stdout.strip() else {}
    return (here / told["page"] if told.get("page") else None), ended.returncode


def write_help(here):
    """Writes the page `Get your files` as HTML that needs no network; its path."""
    path = here / REPORTS / "get-your-files.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(help_page(here / EXPORTS), encoding="utf-8", newline="\n")
    return path


def help_page(folder):
    """The page `Get your files` as HTML, beginning with the folder that the files go into."""
    body = safe.markdown(re.sub(r"<!--.*?-->\n", "", guide.page(), flags=re.DOTALL))
    css = resources.files("orderkit.reports").joinpath("template", "page.css").read_text(encoding="utf-8")
    return HELP.format(css=Markup(css), folder=folder, body=body)


def show(path):
    """Opens a file or folder as a double click would; whether that could be done."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    program = shutil.which(OPENERS.get(sys.platform, "xdg-open"))
    if program is None:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run([program, str(path)], check=False, **quiet).returncode == 0
