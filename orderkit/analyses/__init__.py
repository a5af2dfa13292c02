"""The questions that sellers ask, each answered by one function of a connection that gives a Result."""

from orderkit.analyses.backtest import backtest
from orderkit.analyses.exposure import exposure
from orderkit.analyses.freshness import set_aside, up_to
from orderkit.analyses.front import front
from orderkit.analyses.health import health
from orderkit.analyses.lately import lately
from orderkit.analyses.losses import losses
from orderkit.analyses.missing import missing
from orderkit.analyses.returns import returns
from orderkit.analyses.rule_changes import rule_changes
from orderkit.analyses.source_files import sources
from orderkit.analyses.todo import today, todo

__all__ = [
    "backtest", "exposure", "front", "health", "lately", "losses", "missing", "returns", "rule_changes", "set_aside", "sources",
    "today", "todo", "up_to",
]  # fmt: skip
