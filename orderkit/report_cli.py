"""orderkit load and orderkit report: exports in, the weekly page out."""

import sys
import tempfile

import click

from orderkit.printable import in_line, json_line
from orderkit.terminal import DB, FORMATS, JSON, PACK, SITE, print_result, say, tell


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--account", default="main", show_default=True, help="Name of the seller account; part of every key.")
@click.option(
    "--comments", is_flag=True, help="Keep what buyers wrote, without names, numbers and addresses as far as can be told."
)
@click.option(
    "--buyers", is_flag=True, help="Give each buyer a pseudonym, to see who comes again; its key lies beside the database."
)
@FORMATS
@DB
@JSON
def load_verb(paths, account, db, as_json, **asked):
    """Load export files, or all exports in folders, into the database."""
    sys.exit(_load(paths, account, db, as_json, **asked).exit_code)


def _load(paths, account, db, as_json=False, *, quiet=False, **asked):
    from orderkit import shop as shops

    result = shops.load(paths, db=db, account=account, **asked)
    if as_json:
        print_result(result, True)
    elif quiet:
        say(repr(result))
    else:
        tell(repr(result))
    return result


@click.command("report")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--sample", is_flag=True, help="The sample shop, in a throwaway database.")
@click.option("--week", metavar="WEEK", help="ISO week such as 2026-W46, or last; by default as of the newest data.")
@click.option("--to", default="reports", show_default=True, type=click.Path(file_okay=False), help="Folder for the page.")
@click.option("--account", help="Seller account of the files given, by default main; without files, the account to report on.")
@SITE
@click.option("--lang", default="en", show_default=True, type=click.Choice(["en", "zh"]), help="Language of the page.")
@click.option(
    "--again",
    metavar="FILE",
    type=click.Path(exists=True),
    help="Check the manifest of an earlier report: make its "
    "numbers again from the same moment and rules, say what differs (exit code 1), write nothing.",
)
@click.option("--share", is_flag=True, help="A page to pass on: without order numbers, products' names and comments.")
@click.option("--excel", is_flag=True, help="Write a workbook too; its column done reads back.")
@click.option("--pdf", is_flag=True, help="Print the page to a PDF too, with a Chromium, Chrome or Edge on this computer.")
@FORMATS
@PACK
@DB
@JSON
def report_verb(paths, sample, account, formats_in, db, as_json, marketplace, pack, again, **asked):
    """Write the weekly page; load PATHS first where any are given. Ends by printing the page's path.

    A shop of several accounts has a page of each. A manifest (.json) beside the page tells what it was made from.
    """
    from orderkit import shop as shops

    if again:
        sys.exit(_again(shops, again, db, as_json))
    if sample and paths:
        raise click.UsageError("--sample takes no files: it shows the sample shop. Leave it out to load your own exports.")
    code = 0
    part = {"marketplace": marketplace, "pack": pack or shops.PACK}
    with tempfile.TemporaryDirectory(prefix="orderkit-sample-", ignore_cleanup_errors=True) as scratch:
        if sample:
            say("SAMPLE: loading the sample shop into a throwaway database.")
            db = shops.sample(scratch).path
        elif paths:
            code = _load(paths, account or "main", db, quiet=True, formats_in=formats_in).exit_code
        if code:
            say("Some lines or files could not be read, see above; the page is made from the rest.")
        pages = [_page(shops, db, each, part, asked) for each in _accounts(shops, db, account)]
    if as_json:
        tell(json_line(pages[0] if len(pages) == 1 else {"pages": pages}))
    else:
        tell("\n".join(page["page"] for page in pages))
    sys.exit(code)


def _accounts(shops, db, account):
    """The accounts to report on: the one that was named, else each of several, else the shop as it is."""
    shop = shops.Shop(db)
    known = shop.accounts()
    shop.close()
    return [account] if account else known if len(known) > 1 else [None]


def _again(shops, manifest, db, as_json):
    """Makes the numbers of an earlier report again and prints what differs; 1 where something does."""
    from orderkit.reports import differences, read_manifest

    before = read_manifest(manifest)
    asked = before["asked"]
    part = {name: asked[name] or None for name in ("account", "marketplace")}
    moment = None if asked["week"] else before["data_up_to"]
    shop = shops.Shop(db, as_of=moment, clock=before["clock"], pack=asked["pack"], sample=asked["sample"], **part)
    with tempfile.TemporaryDirectory(prefix="orderkit-again-") as scratch:
        page = shop.report(week=asked["week"] or None, to=scratch, lang=asked["lang"], share=asked["share"])
        found = list(differences(before, read_manifest(page)))
    shop.close()
    if as_json:
        tell(json_line({"same": not found, "differences": found}))
    else:
        tell("\n".join(found) or "The same numbers came out.")
    return 1 if found else 0


def _page(shops, db, account, part, asked):
    """Writes one page; what its manifest says, with whole paths."""
    from orderkit.reports import read_manifest

    shop = shops.Shop(db, account=account, **part)
    say(f"Working out the page{f' of {in_line(account)}' if account else ''}; this takes some seconds.")
    page = shop.report(**asked)
    shop.close()
    told = read_manifest(page)
    files = {name: str(page.parent / told[name]) for name in ("page", "workbook", "pdf") if told[name]}
    return {**told, **files, "manifest": str(page.with_suffix(".json"))}
