"""Pages that people read: a notebook is executed and becomes one offline HTML file.

Nothing heavy is imported here; `build` loads the notebook machinery when it is called.
"""

from orderkit.reports.build import ReportFailed, build
from orderkit.reports.handover import hand_over
from orderkit.reports.manifest import differences, read_manifest
from orderkit.reports.page_name import page_name
from orderkit.reports.weekly import weekly

__all__ = ["ReportFailed", "build", "differences", "hand_over", "page_name", "read_manifest", "weekly"]
