"""What every analysis gives back: a sentence, a frame, a chart, and how we know."""

from dataclasses import dataclass, field

import pandas as pd

from orderkit.analyses import naming, show
from orderkit.errors import NothingToShow, UnknownName
from orderkit.languages import phrase
from orderkit.printable import for_terminals

_painters = {}


def draws(kind, name=None):
    """Registers the function that draws results of a kind: charts stand above analyses, so they come here.

    name: of a further chart of that kind; the one without a name is drawn where none is asked for.
    """

    def register(function):
        _painters[kind, name] = function
        return function

    return register


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The answer to a question. `frame` is plain pandas; `totals` keeps exact money by currency; `tables` holds what charts need.

    `how` is a list of sentences: denominators, what is not known, the basis of money, the method. `view` names the columns that a
    page shows, with their titles; `money` and `shares` say which of them are amounts in the row's currency and which are shares;
    `absent` has the word for an empty cell where it does not mean "not known". Cells of `frame` are English in every language:
    `worded` names the columns whose cells are words of ours, to be translated when shown, and `said` has the cells of a column as
    a page shows them, where they are whole sentences.
    """

    kind: str
    title: str
    headline: str
    frame: pd.DataFrame
    how: list
    totals: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    money: tuple = ()
    shares: tuple = ()
    view: dict = field(default_factory=dict)
    absent: dict = field(default_factory=dict)
    rows_shown: int = 30
    worded: tuple = ()
    said: dict = field(default_factory=dict)

    def chart(self, name=None, **asked):
        """The result as a plotly figure; `name`: one of its further charts, `asked`: what that takes, such as a currency.

        Raises NothingToShow where there is nothing to draw, UnknownName for a name that no chart of this kind has.
        """
        if (self.kind, name) not in _painters:
            known = [named for kind, named in _painters if kind == self.kind and named]
            if name and known:
                raise UnknownName("chart", name, known, where=f" of {self.kind}")
            raise NothingToShow(f"No chart is made for {self.kind}; its numbers are in .frame.")
        return _painters[self.kind, name](self, **asked)

    def picture(self, name=None, **asked):
        """The chart, or a sentence where there is nothing to draw: for pages that must not stop there."""
        try:
            return self.chart(name, **asked)
        except NothingToShow as nothing:
            return show.note(str(nothing))

    def to_json(self):
        """For machines: headline, how, exact totals by currency, and the rows of the frame with None for what is not known."""
        return {"headline": self.headline, "how": self.how, "totals": self.totals, "rows": records(self.frame)}

    @for_terminals
    def __repr__(self):
        shown = self._shown()
        table = shown.to_string(index=False, na_rep=phrase("not known")) if len(shown) else phrase("(no rows)")
        how = [phrase("How we know"), *(f"- {line}" for line in self.how)]
        return "\n".join([self.title, self.headline, "", table, *self._more_words(), "", *how])

    def _repr_html_(self):
        shown = self._shown()
        money = {column: "currency" for column in self.money if column in shown}
        table = [show.table(shown, money=money, titles=self.view)] if len(shown) else []
        return str(show.section(self.headline, *table, *self._more(), show.fold(phrase("How we know"), self.how)))

    def _shown(self):
        """What a page shows: chosen columns without those that are empty throughout, shares as per cent, the first rows."""
        shown = naming.shown(self._translated().head(self.rows_shown))
        shown = shown[[*(self.view or self.frame.columns)]].dropna(axis="columns", how="all")
        for column in [column for column in self.shares if column in shown]:
            shown = shown.assign(**{column: [None if pd.isna(share) else f"{share:.1%}" for share in shown[column]]})
        for column, word in self.absent.items():
            if column in shown:
                told = phrase(word) if word else word
                shown = shown.assign(**{column: [told if pd.isna(cell) else _plain(cell) for cell in shown[column]]})
        return shown

    def _translated(self):
        """The frame with the cells that are words of ours in the language in use."""
        cells = {
            column: [phrase(cell) if isinstance(cell, str) else cell for cell in self.frame[column]] for column in self.worded
        }
        return self.frame.assign(**cells, **self.said)

    def _more(self):
        hidden = len(self.frame) - self.rows_shown
        return [phrase("... and {rows} more rows.", rows=show.number(hidden))] if hidden > 0 else []

    def _more_words(self):
        """What stands under the table where there is no HTML."""
        return self._more()


def records(frame):
    """The rows of a frame as plain mappings, with None for what is not known."""
    rows = frame.astype(object).to_dict("records")
    return [{key: None if show.is_missing(value) else value for key, value in row.items()} for row in rows]


def _plain(cell):
    """A midnight as its day: a column of days mixed with a word is no longer printed as days by itself."""
    return cell.date() if isinstance(cell, pd.Timestamp) else cell
