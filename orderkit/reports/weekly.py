"""The weekly report: the page, if asked for its workbook and its PDF, and the manifest that says what they were made from."""

import json
import tempfile
from pathlib import Path

from orderkit.reports.build import build
from orderkit.reports.handover import WORKBOOK, handed_over
from orderkit.reports.manifest import manifest
from orderkit.reports.whole import whole


def weekly(notebook, *, to, name, asked, made_from, excel=False, pdf=False):
    """Writes `to`/`name`.html, .json and if asked .xlsx and .pdf; the path of the page.

    asked: the notebook's parameters. made_from: what the manifest tells of the shop (see `manifest`). The page and its companions
    take the place of older ones of that name only when all of them are made.
    """
    with tempfile.TemporaryDirectory(prefix="orderkit-report-") as keep:
        parameters = {**asked, "keep": keep, "excel": excel}
        page = build(notebook, to=keep, parameters=parameters, name=name, sample=asked["sample"], kept_in=to)
        made = [page]
        if excel:
            made.append((Path(keep) / WORKBOOK).rename(Path(keep) / f"{name}.xlsx"))
        if pdf:
            from orderkit.reports.pdf import write_pdf

            made.append(write_pdf(page, Path(keep) / f"{name}.pdf"))
        told = manifest(made_from, made, handed_over(keep))
        text = json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n"
        for file in made:
            _put(Path(to) / file.name, file.read_bytes())
        _put(Path(to) / f"{name}.json", text.encode())
    return Path(to) / f"{name}.html"


def _put(target, content):
    with whole(target) as file:
        file.write_bytes(content)
