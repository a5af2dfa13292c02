"""The words of the table that stands beside a figure, for those who do not see it."""

from orderkit.analyses import naming
from orderkit.analyses.words import worded
from orderkit.languages import phrase


def in_words(table, *, cells=()):
    """The table with the names of its columns, and the cells of the columns named, in the language in use; without names of
    products and orders on a page to share.

    >>> import pandas as pd
    >>> in_words(pd.DataFrame({"what": ["lost"], "events": [3]}), cells=["what"])["what"].tolist()
    ['lost']
    """
    return naming.shown(worded(table, *cells)).rename(columns=phrase)
