"""Rows of DuckDB beside rows of Spark."""

import datetime as dt

NAMES = {"string": "VARCHAR", "int": "INTEGER", "timestamp": "TIMESTAMP WITH TIME ZONE"}


def types(frame):
    """{column: type as DuckDB calls it} of a DataFrame."""
    return {name: NAMES.get(kind, kind.upper()) for name, kind in frame.dtypes}


def rows(frame):
    """The rows of a DataFrame, moments as seconds: Spark's come without a zone, in that of the machine, DuckDB's with theirs."""
    return in_seconds(tuple(row) for row in frame.collect())


def in_seconds(found):
    """Rows of either engine, moments as seconds."""
    return [tuple(cell.timestamp() if isinstance(cell, dt.datetime) else cell for cell in row) for row in found]


def counted(con, ours, frame, place):
    """(rows of a SELECT of ours, rows that it or the DataFrame has alone). Spark writes, DuckDB compares: of any size."""
    assert types(frame) == {
        name.lower(): str(kind) for name, kind in zip(con.sql(ours).columns, con.sql(ours).types, strict=True)
    }
    frame.write.mode("overwrite").parquet(str(place))
    theirs = f"SELECT * FROM read_parquet('{place}/*.parquet')"
    alone = "SELECT count(*) FROM (({}) EXCEPT ALL ({}))"
    asked = (f"SELECT count(*) FROM ({ours})", alone.format(ours, theirs), alone.format(theirs, ours))
    found, only_ours, only_theirs = (con.sql(query).fetchall()[0][0] for query in asked)
    return found, only_ours + only_theirs
