"""What a report's notebook hands over beside its page: the numbers that it shows, and the workbook made of the same results."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from orderkit.analyses import naming

NUMBERS, WORKBOOK = "numbers.json", "workbook.xlsx"
SHEETS = ("todo", "exposure", "returns", "losses", "health", "rule_changes")  # results that have a place in the workbook
DATED = SHEETS[:-1]  # those whose section says up to when its data reaches


def hand_over(folder, *, shop, excel=False, **results):
    """Writes into a folder `numbers.json`, per name what the result's `to_json` gives, and if asked `workbook.xlsx`.

    Called in the kernel that made the page, so that the page, the numbers and the workbook come from the same objects. Nothing is
    written where the folder is empty text: a notebook that somebody runs by hand keeps to itself.
    """
    if not folder:
        return
    told = {name: result.to_json() for name, result in results.items()}
    (Path(folder) / NUMBERS).write_text(json.dumps(told, default=str, ensure_ascii=False), encoding="utf-8")
    if excel:
        _write_workbook(Path(folder) / WORKBOOK, shop, {name: results[name] for name in SHEETS if name in results})


def _write_workbook(path, shop, results):
    from orderkit.reports import workbook

    up_to = {name: shop.up_to(name) for name in DATED if name in results}
    files = workbook.sources(shop.con)
    if naming.sharing():
        results = {name: _to_share(result) for name, result in results.items()}
        files = {name: naming.shown(frame) for name, frame in files.items()}
    workbook.write_workbook(
        path, results=results, up_to=up_to, sources=files, as_of=shop.data_up_to.date(), sample=shop.is_sample
    )


def _to_share(result):
    """The result with stand-ins for names in all its frames, and without links to orders."""
    tables = {name: _nameless(table) if isinstance(table, pd.DataFrame) else table for name, table in result.tables.items()}
    return replace(result, frame=_nameless(result.frame), tables=tables)


def _nameless(frame):
    shown = naming.shown(frame)
    return shown.assign(**{naming.LINKS: None}) if naming.LINKS in shown else shown


def handed_over(folder):
    """The numbers that a notebook handed over."""
    return json.loads((Path(folder) / NUMBERS).read_text(encoding="utf-8"))
