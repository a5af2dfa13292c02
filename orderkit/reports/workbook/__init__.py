"""The weekly report as an Excel workbook, from the very results that the page shows.

`write_workbook` writes it; `sources` reads from a database which files its numbers rest on. No cell holds a formula: what comes
from data is text, a number or a day. The first sheet is the to-do list with its column done: fill it in and load the workbook.
"""

from orderkit.reports.workbook.sources import sources
from orderkit.reports.workbook.write import write_workbook

__all__ = ["sources", "write_workbook"]
