"""Three overlapping exports to weekly figures, as an analyst writes it by hand: in pandas, in polars and in the engine's SQL.

A line is known by order, SKU and its number among lines of that SKU in the order, so that a line of two exports counts once. The
newest of what is told (status, units, money) stands in All Orders; the other two fill what it leaves empty. A week begins on
Monday in the zone of the marketplace; a cancelled line has neither units nor sales; where no currency is told it is that of the
marketplace.
"""

from pathlib import Path

SITES = {  # marketplace: (zone, currency)
    "amazon.com": ("America/Los_Angeles", "USD"),
    "amazon.ca": ("America/Los_Angeles", "CAD"),
    "amazon.co.uk": ("Europe/London", "GBP"),
    "amazon.de": ("Europe/Berlin", "EUR"),
    "amazon.fr": ("Europe/Paris", "EUR"),
    "amazon.co.jp": ("Asia/Tokyo", "JPY"),
}
ORDERS = {
    "amazon-order-id": "order_id", "sku": "sku", "purchase-date": "ordered_at", "order-status": "status",
    "fulfillment-channel": "channel", "sales-channel": "marketplace", "quantity": "units", "currency": "currency",
    "item-price": "price",
}  # fmt: skip
REPORT = {
    "order-id": "order_id", "sku": "sku", "purchase-date": "ordered_at", "sales-channel": "marketplace",
    "quantity-purchased": "units", "currency": "currency", "item-price": "price",
}  # fmt: skip
UNSHIPPED = {"order-id": "order_id", "sku": "sku", "purchase-date": "ordered_at", "quantity-purchased": "units"}
KEY = ["order_id", "sku", "place"]
GROUPS = ["week", "marketplace", "channel", "currency"]
FIGURES = ["orders", "lines", "units", "sales", "lines_without_amount", "cancelled"]


def in_pandas(paths):
    """The weekly figures as a frame."""
    import pandas as pd

    orders, report, unshipped = (
        _read_by_pandas(pd, path, names) for path, names in zip(paths, (ORDERS, REPORT, UNSHIPPED), strict=True)
    )
    orders["channel"] = orders["channel"].map({"Merchant": "FBM", "Amazon": "FBA"})
    lines = orders.merge(report, on=KEY, how="outer", suffixes=("", "_2")).merge(
        unshipped, on=KEY, how="outer", suffixes=("", "_3")
    )
    for name in ("marketplace", "currency", "price"):
        lines[name] = lines[name].fillna(lines[f"{name}_2"])
    for name in ("ordered_at", "units"):
        lines[name] = lines[name].fillna(lines[f"{name}_2"]).fillna(lines[f"{name}_3"])
    lines["channel"] = lines["channel"].fillna("FBM")
    lines["marketplace"] = lines["marketplace"].str.lower()
    lines["currency"] = lines["currency"].fillna(lines["marketplace"].map({site: told[1] for site, told in SITES.items()}))
    lines["week"] = _weeks_of_pandas(pd, lines)
    lines["cancelled"] = lines["status"].eq("Cancelled")
    kept = ~lines["cancelled"]
    lines["lines_without_amount"] = kept & lines["price"].isna()
    lines["sales"], lines["units"] = lines["price"].where(kept, 0.0), lines["units"].where(kept, 0)
    grouped = lines.groupby(GROUPS, sort=False, observed=True)
    return grouped.agg(
        orders=("order_id", "nunique"), lines=("order_id", "size"), units=("units", "sum"), sales=("sales", "sum"),
        lines_without_amount=("lines_without_amount", "sum"), cancelled=("cancelled", "sum"),
    ).reset_index()  # fmt: skip


def _read_by_pandas(pd, path, names):
    types = {header: {"units": "Int32", "price": "float64"}.get(name, "str") for header, name in names.items()}
    frame = pd.read_csv(path, sep="\t", quoting=3, usecols=list(names), dtype=types, keep_default_na=False, na_values=[""])
    frame = frame.rename(columns=names)
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"], format="%Y-%m-%dT%H:%M:%S%z", utc=True)
    frame["place"] = frame.groupby(["order_id", "sku"], sort=False).cumcount()
    return frame


def _weeks_of_pandas(pd, lines):
    weeks = pd.Series(pd.NaT, index=lines.index, dtype="datetime64[us]")
    for site, (zone, _) in SITES.items():
        here = lines["marketplace"] == site
        days = lines.loc[here, "ordered_at"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        weeks[here] = days - pd.to_timedelta(days.dt.weekday, unit="D")
    return weeks


def in_polars(paths):
    """The weekly figures as a frame: one lazy plan, run by the streaming engine."""
    import polars as pl

    orders, report, unshipped = (
        _read_by_polars(pl, path, names) for path, names in zip(paths, (ORDERS, REPORT, UNSHIPPED), strict=True)
    )
    lines = orders.join(report, on=KEY, how="full", coalesce=True, suffix="_2")
    lines = lines.join(unshipped, on=KEY, how="full", coalesce=True, suffix="_3")
    money = {site: told[1] for site, told in SITES.items()}
    first = {name: pl.coalesce(name, f"{name}_2") for name in ("marketplace", "currency", "price")}
    first |= {name: pl.coalesce(name, f"{name}_2", f"{name}_3") for name in ("ordered_at", "units")}
    channel = pl.col("channel").replace_strict({"Merchant": "FBM", "Amazon": "FBA"}, default=None).fill_null("FBM")
    lines = lines.with_columns(**first, channel=channel).with_columns(pl.col("marketplace").str.to_lowercase())
    lines = lines.with_columns(
        week=_week_of_polars(pl),
        currency=pl.col("currency").fill_null(pl.col("marketplace").replace_strict(money, default=None)),
        dead=(pl.col("status") == "Cancelled").fill_null(value=False),
    )
    kept = ~pl.col("dead")
    return (
        lines.group_by(GROUPS)
        .agg(
            orders=pl.col("order_id").n_unique(),
            lines=pl.len(),
            units=pl.col("units").filter(kept).sum(),
            sales=pl.col("price").filter(kept).sum(),
            lines_without_amount=(kept & pl.col("price").is_null()).sum(),
            cancelled=pl.col("dead").sum(),
        )
        .collect(engine="streaming")
    )


def _read_by_polars(pl, path, names):
    with Path(path).open(encoding="utf-8") as export:
        headers = export.readline().rstrip("\n").split("\t")
    types = {"units": pl.Int32, "price": pl.Decimal(18, 2)}
    schema = {header: types.get(names.get(header), pl.String) for header in headers}
    frame = pl.scan_csv(path, separator="\t", quote_char=None, schema=schema).select(list(names)).rename(names)
    return frame.with_columns(
        pl.col("ordered_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us"),
        pl.int_range(pl.len()).over("order_id", "sku").alias("place"),
    )


def _week_of_polars(pl):
    day = pl.lit(None, pl.Date)
    for site, (zone, _) in SITES.items():
        day = (
            pl.when(pl.col("marketplace") == site).then(pl.col("ordered_at").dt.convert_time_zone(zone).dt.date()).otherwise(day)
        )
    return day.dt.truncate("1w")  # from Monday on


def in_sql(con, paths):
    """The weekly figures as a relation: one statement that reads the three files."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute("CREATE TEMP TABLE sites (marketplace VARCHAR, zone VARCHAR, currency VARCHAR)")
    con.executemany("INSERT INTO sites VALUES (?, ?, ?)", [(site, *told) for site, told in SITES.items()])
    read = {f"{name}": _read_by_sql(path, names) for name, path, names in zip(
        ("orders", "report", "unshipped"), paths, (ORDERS, REPORT, UNSHIPPED), strict=True)}  # fmt: skip
    return con.sql(WEEKLY.format(**read, zone=_zone()))


def _read_by_sql(path, names):
    with Path(path).open(encoding="utf-8") as export:
        headers = export.readline().rstrip("\n").split("\t")
    types = {"ordered_at": "TIMESTAMPTZ", "units": "INTEGER", "price": "DECIMAL(18, 2)"}
    columns = ", ".join(f"'{header}': '{types.get(names.get(header), 'VARCHAR')}'" for header in headers)
    wanted = ", ".join(f'"{header}" AS {name}' for header, name in names.items())
    return (
        f"SELECT {wanted}, row_number() OVER (PARTITION BY order_id, sku) AS place FROM read_csv('{path}', columns={{{columns}}},"
        " auto_detect=false, header=true, delim='\t', quote='', escape='', nullstr='')"
    )


def _zone():
    """A constant zone is twenty times as fast as one from a column."""
    cases = " ".join(f"WHEN '{zone}' THEN timezone('{zone}', ordered_at)" for zone in {told[0]: 0 for told in SITES.values()})
    return f"CASE zone {cases} END"


WEEKLY = """
    WITH orders AS ({orders}), report AS ({report}), unshipped AS ({unshipped}),

    lines AS (
        SELECT
            order_id, sites.marketplace, sites.zone, orders.status IS NOT DISTINCT FROM 'Cancelled' AS dead,
            CASE orders.channel WHEN 'Amazon' THEN 'FBA' ELSE 'FBM' END AS channel,
            coalesce(orders.currency, report.currency, sites.currency) AS currency,
            coalesce(orders.ordered_at, report.ordered_at, unshipped.ordered_at) AS ordered_at,
            coalesce(orders.units, report.units, unshipped.units) AS units,
            coalesce(orders.price, report.price) AS price
        FROM orders
        FULL JOIN report USING (order_id, sku, place)
        FULL JOIN unshipped USING (order_id, sku, place)
        LEFT JOIN sites ON sites.marketplace = lower(coalesce(orders.marketplace, report.marketplace))
    )

    SELECT
        CAST(date_trunc('week', {zone}) AS DATE) AS week, marketplace, channel, currency,
        count(DISTINCT order_id) AS orders,
        count(*) AS lines,
        sum(units) FILTER (NOT dead) AS units,
        sum(price) FILTER (NOT dead) AS sales,
        count(*) FILTER (NOT dead AND price IS NULL) AS lines_without_amount,
        count(*) FILTER (dead) AS cancelled
    FROM lines
    GROUP BY 1, 2, 3, 4
"""
