"""Where things lie: notebooks and sample beside the package or inside it, the user's own folders beside the database."""

from pathlib import Path

from orderkit.errors import NothingToShow

SAMPLE_ACCOUNT = "SAMPLE"  # the account under which the invented shop is loaded: whoever opens its database sees the mark
PACKAGE = Path(__file__).resolve().parent


def _place(beside, inside, what):
    for place in (PACKAGE / inside, PACKAGE.parent / beside):
        if place.is_dir():
            return place
    raise NothingToShow(f"The {what} did not come with this installation. Install orderkit again from its wheel or checkout.")


def notebooks():
    """The folder of the shipped notebooks."""
    return _place("notebooks", "_notebooks", "notebooks")


def sample():
    """The folder of the sample shop's exports."""
    return _place("data/sample", "_sample", "sample shop")


def beside(db, folder):
    """The user's own folder of this name (formats, packs, measures), which lies beside the database file `db`."""
    return Path(db).absolute().parent / folder
