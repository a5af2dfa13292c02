"""orderkit export: the canonical tables as Parquet files. Heavy imports happen inside the command."""

import click

from orderkit.terminal import ACCOUNT, AS_OF, DB, JSON, SITE, print_result


@click.command("export")
@click.option(
    "--to", required=True, metavar="DIR", type=click.Path(file_okay=False), help="Folder for it; an earlier export is replaced."
)
@ACCOUNT
@SITE
@DB
@AS_OF
@JSON
def export_verb(to, account, marketplace, db, as_of, as_json):
    """Write the tables as Parquet files by account, marketplace and month, for Spark and others that run on many machines."""
    from orderkit import store

    site = marketplace and marketplace.lower()
    print_result(store.export(db, to, as_of=as_of, account=account, marketplace=site), as_json)
