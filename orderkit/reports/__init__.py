"""Pages that people read: a notebook is executed and becomes one offline HTML file.

Nothing heavy is imported here; `build` loads the notebook machinery when it is called.
"""

from orderkit.reports.build import ReportFailed, build

__all__ = ["ReportFailed", "build"]
