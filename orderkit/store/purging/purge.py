"""Removes orders for good: out of every table, out of the file's bytes, and out of what later loads bring. Proves it first.

A deleted row stays in a database file, so the database is written anew without it and the new file put in the old one's place;
where a proof fails, nothing is changed. Notebooks that are open show the old state until they are opened again.
"""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orderkit.errors import BadValue
from orderkit.marketplaces import iso_week
from orderkit.printable import for_terminals
from orderkit.store.engine import database, trouble
from orderkit.store.purging import removal, rewrite

PAGES = ("*.html", "*.ipynb", "*.pdf", "*.xlsx", "*.csv")


@dataclass(frozen=True)
class Receipt:
    """What a purge removed, and the proof; `pages` are files beside the database that were written before and may show it."""

    db: str
    at: dt.datetime
    rule: str
    orders: int = 0
    loose: int = 0
    undated: int = 0
    first_week: str | None = None
    last_week: str | None = None
    rows: dict = field(default_factory=dict)
    bytes_before: int = 0
    bytes_after: int = 0
    proof: dict = field(default_factory=dict)
    pages: list = field(default_factory=list)

    @property
    def nothing(self):
        """Whether there was nothing to remove; then nothing was changed."""
        return not self.orders and not self.loose

    def to_json(self):
        """The receipt as a dict."""
        return asdict(self) | {"at": self.at.isoformat()}

    @for_terminals
    def __repr__(self):
        return _words(self)


def _words(receipt):
    if receipt.nothing:
        return f"{receipt.db}: nothing to remove ({receipt.rule}). Nothing was changed."
    of = _weeks(receipt)
    lines = [f"{receipt.db}: removed {_many(receipt.orders, 'order')}{of} ({receipt.rule})."]
    lines.append(f"  rows: {', '.join(f'{table} {count:,}' for table, count in receipt.rows.items())}")
    found = receipt.proof
    lines.append(
        f"  proof: {found['numbers']:,} numbers sought in {found['columns']:,} columns and {found['bytes']:,} bytes: none left."
    )
    if found["short"]:
        lines.append(f"  {found['short']:,} of them are too short to be known in bytes: looked for in the columns only.")
    lines.append(f"  file: {receipt.bytes_before:,} bytes before, {receipt.bytes_after:,} after.")
    if receipt.undated:
        lines.append(f"  {_many(receipt.undated, 'order')} without any date stay.")
    lines.append("  No figure counts them any more; pages, notebooks, sheets and backups made before still do.")
    if receipt.pages:
        lines.append("  Delete, or make anew: " + ", ".join(receipt.pages))
    return "\n".join(lines)


def _weeks(receipt):
    if receipt.first_week is None:
        return ""
    same = receipt.first_week == receipt.last_week
    return f" of {receipt.first_week}" + ("" if same else f" to {receipt.last_week}")


def _many(count, noun):
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def purge(db="orderkit.duckdb", *, older_than=None, order=None, account=None, clock=None):
    """Removes one order, or all that is older than a number of days, from a database; gives a Receipt.

    An order is as old as the newest thing that is known to have happened to it: bought, shipped, delivered, returned, paid.
    Money, stock and account health that belong to no order go by their own date. Costs, tariffs and rates stay, and so do the
    names and counts of the files and the places of lines set aside. `account` limits it to one seller account; `clock` is now
    by default.

    What was removed does not come back: later loads leave it out and say so (see store/tombstones.py). With `older_than` they
    leave out whatever else is older than the same day.

    BadValue is raised for an order that is not there, DatabaseUnusable where the proof fails; in both cases nothing was changed.
    """
    now = clock or dt.datetime.now(dt.UTC)
    wanted, rule = _wanted(older_than, order, account, now)
    if not Path(db).exists():
        raise trouble.missing(db)
    with database.writing(db) as work, work.in_plain_words():
        if work.before is None:
            raise trouble.missing(db)
        size = work.path.stat().st_size
        with rewrite.Rewriting(work) as rewriting:
            found = removal.find(rewriting.con, wanted)
            if not found.orders and not found.loose:
                return _nothing(db, now, rule, wanted)
            rows = removal.remove(rewriting.con, wanted)
            new, checked = rewriting.proven()
            made = Receipt(
                str(db), now, rule, found.orders, found.loose, found.undated, *_span(found), rows, size, new.stat().st_size,
                checked.to_json(), _pages(work.path),
            )  # fmt: skip
            rewriting.run(new, WRITE_DOWN, _row(made))
        work.publish(file=new)
    return made


WRITE_DOWN = "INSERT INTO purges VALUES ($at, $rule, $orders, $first, $last, $rows, $before, $after, $proof)"


def _row(made):
    """The receipt as the row of table purges: it names no order, and no file."""
    return {
        "at": made.at, "rule": made.rule, "orders": made.orders, "first": made.first_week, "last": made.last_week,
        "rows": json.dumps(made.rows), "before": made.bytes_before, "after": made.bytes_after, "proof": json.dumps(made.proof),
    }  # fmt: skip


def _nothing(db, now, rule, wanted):
    if wanted.order is not None:
        raise BadValue(f"No order of that number is in {db}. Nothing was changed.")
    return Receipt(str(db), now, rule)


def _span(found):
    return [iso_week(moment.date()) if moment else None for moment in (found.first, found.last)]


def _pages(path):
    """Pages, sheets and notebooks in the folder `reports` beside the database."""
    folder = path.parent / "reports"
    return sorted(str(file) for kind in PAGES for file in folder.glob(kind))


def _wanted(older_than, order, account, now):
    """(Wanted, the rule in words)."""
    if (older_than is None) == (order is None):
        raise BadValue("Say what to remove: either older_than (days) or order (its number).")
    limit = f", account {account}" if account else ""
    if order is not None:
        return removal.Wanted(order=str(order).strip(), account=account), f"one order{limit}"
    if isinstance(older_than, bool) or not isinstance(older_than, int) or older_than < 1:
        raise BadValue(f"older_than is a whole number of days, 1 or more; {older_than!r} is not.")
    before = now - dt.timedelta(days=older_than)
    return removal.Wanted(before=before, account=account), f"older than {older_than} days: before {before:%Y-%m-%d}{limit}"
