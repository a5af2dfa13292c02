"""What the exports say, added up: order lines by status, as a table of a page."""

from orderkit.analyses import show
from orderkit.languages import phrase

NOT_AT_THAT_TIME = "not known at that time"
STATUSES = {
    "status_as_exported": "Status as exported", "lines": "Lines", "units": "Units",
    "lines_without_amount": "Lines without amount",
}  # fmt: skip


def lines_by_status(frame):
    """A table from the measure status_counts by status: lines, units, and amounts with a column per currency, most lines first.

    A status is shown as the export words it; lines of which no export of that time tells have a word of ours.
    """
    frame = frame.fillna({"status_as_exported": phrase(NOT_AT_THAT_TIME)})
    counted = frame.groupby("status_as_exported")[["lines", "units", "lines_without_amount"]].sum()
    amounts = frame.pivot_table(index="status_as_exported", columns="currency", values="amount", aggfunc="sum", min_count=1)
    table = counted.join(amounts.add_prefix("amount in ")).sort_values("lines", ascending=False).reset_index()
    titles = {f"amount in {code}": phrase("Amount in {currency}", currency=code) for code in amounts.columns}
    money = {f"amount in {code}": code for code in amounts.columns}
    return show.table(table, caption=phrase("Order lines by status"), money=money, titles=STATUSES | titles)
