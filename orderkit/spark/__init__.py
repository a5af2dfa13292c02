"""Facts, answers and measures on Spark 4, from a folder that `orderkit export` wrote, by the same SQL that DuckDB runs.

The session is the caller's; orderkit imports no Spark. `read` names the tables, `facts`, `answers` and `measure` give DataFrames.
"""

from orderkit.spark.dialect import translated
from orderkit.spark.run import answers, facts, measure, read, sql

__all__ = ["answers", "facts", "measure", "read", "sql", "translated"]
