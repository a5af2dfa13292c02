"""orderkit backtest: how forecasts would have come true. Heavy imports happen inside the command."""

import click

from orderkit.printable import json_line
from orderkit.terminal import DB, JSON, print_result, say, tell

COLUMNS = ["order_id", "age_days", "value", "p_delivered", "p_lost"]


@click.group("backtest")
def backtest_verbs():
    """How forecasts would have come true: made as of an earlier day, from what was known then."""


@backtest_verbs.command("exposure")
@click.option("--as-of", required=True, metavar="DAY", help="The day on which the forecast is made.")
@click.option("--horizon", default=14, show_default=True, metavar="DAYS", help="Within how many days open orders are to arrive.")
@click.option(
    "--weeks", default=1, show_default=True, type=click.IntRange(1, 520), help="Forecasts a week apart, the last on that day."
)
@click.option(
    "--rows", type=click.Path(dir_okay=False), metavar="FILE.csv", help="Write the open orders of that day with their chances."
)
@DB
@JSON
def backtest_exposure(as_of, horizon, weeks, rows, db, as_json):
    """Which of the orders on their way arrive within some days, how much does not, and how often that came true."""
    from orderkit import shop as shops

    result = shops.Shop(db).backtest(as_of=as_of, horizon=horizon, weeks=weeks)
    if rows:
        _write(result.tables["orders"], rows)
    if as_json:
        tell(json_line(result.to_json()))
    else:
        print_result(result, False)


def _write(orders, file):
    told = orders[COLUMNS].round({"value": 2, "p_delivered": 6, "p_lost": 6})
    told.to_csv(file, index=False)
    say(f"{len(told):,} orders written to {file}.")
