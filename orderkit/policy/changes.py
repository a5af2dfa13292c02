"""What changes in a pack as time goes by: the dated values that begin or end between two days, and the pack without them."""

import datetime as dt
from dataclasses import dataclass, replace

from orderkit.policy import pages
from orderkit.policy.compile import read_parameters
from orderkit.policy.model import BEFORE_ALL, FOREVER, Parameter, Period


@dataclass(frozen=True)
class Change:
    """A value that another one follows on a day, for all `keys` alike (one None where nothing chooses among keys).

    `old` is None where no period held before, `new` where none follows: what is said `otherwise` holds then.
    """

    parameter: Parameter
    day: dt.date
    old: Period | None
    new: Period | None
    keys: tuple

    @property
    def name(self):
        """The name of the parameter."""
        return self.parameter.name

    @property
    def before(self):
        """The old value in words."""
        return _in_words(self.parameter, self.old)

    @property
    def after(self):
        """The new value in words."""
        return _in_words(self.parameter, self.new)

    @property
    def told(self):
        """Whether somebody tells the new value; of one that ends, whether it was known."""
        return (self.new or self.old).value is not None

    @property
    def source(self):
        """How sure the change is, and who says so."""
        period = self.new or self.old
        return f"certainty {period.certainty}; {period.source}"


def changes(pack, after, until):
    """The Changes whose day lies after `after` and not after `until`, by day and parameter.

    A value that says the same as the one before it is none; nor is the first value that is known of a parameter where it may
    have begun earlier than the day on which it was first seen.
    """
    found = {}
    for parameter in pack.parameters.values():
        held = [period for period in parameter.periods if period.start < period.end]
        for key in dict.fromkeys(period.key for period in held):
            for day, old, new in _turns([period for period in held if period.key == key]):
                if after < day <= until and _is_change(parameter, old, new):
                    made = Change(parameter, day, old, new, (key,))
                    found.setdefault((parameter.name, day, made.before, made.after, made.source), []).append(made)
    alike = [replace(made[0], keys=tuple(each.keys[0] for each in made)) for made in found.values()]
    return sorted(alike, key=lambda change: (change.day, change.name))


def asking(pack, made):
    """The names of the questions whose rules read what the Changes `made` are about."""
    names = {change.name for change in made}
    return [
        name for name, asked in pack.questions.items() if names & {parameter.name for parameter in read_parameters(pack, asked)}
    ]


def undone(pack, made):
    """The pack as it would be had the Changes `made` not come: what held before them holds on."""
    for change in sorted(made, key=lambda change: change.day, reverse=True):
        pack = _with_periods(pack, change, _held_on)
    return pack


def brought_forward(pack, change):
    """The pack as it would be if the new value of a Change held already for all cases of the old one."""
    return _with_periods(pack, change, _held_already)


def _turns(series):
    """(day, old, new) wherever a value of one key begins or ends; the periods come in order and do not overlap."""
    for n, period in enumerate(series):
        before = series[n - 1] if n and series[n - 1].end == period.start else None
        yield period.start, before, period
        if period.end != FOREVER and (n + 1 == len(series) or series[n + 1].start > period.end):
            yield period.end, period, None


def _is_change(parameter, old, new):
    if old is None and parameter.otherwise is None and new.known != "exact":
        return False
    return _worth(parameter, old) != _worth(parameter, new)


def _worth(parameter, period):
    return (parameter.otherwise, ()) if period is None else (period.value, period.bounds)


def _in_words(parameter, period):
    if period is not None:
        return pages.amount_in_words(parameter.unit, period)
    return "none known" if parameter.otherwise is None else "none"  # what is said otherwise stands for: nothing announced


def _with_periods(pack, change, turned):
    parameter = pack.parameters[change.name]
    periods = list(parameter.periods)
    for key in change.keys:
        mine = [period for period in periods if period.key == key and period.start < period.end]
        was = _alike(parameter, [period for period in reversed(mine) if period.end <= change.day], change.day)
        came = _alike(parameter, [period for period in mine if period.start >= change.day], change.day)
        earlier = max((period.end for period in mine if period.end <= change.day), default=BEFORE_ALL)
        later = min((period.start for period in mine if period.start > change.day), default=FOREVER)
        for old, new in turned(was[::-1], came, earlier, later):
            periods[periods.index(old)] = new
    return replace(pack, parameters={**pack.parameters, change.name: replace(parameter, periods=tuple(periods))})


def _alike(parameter, periods, day):
    """The periods, going away from `day`, that say the same without a gap: a value may be said again."""
    made, edge = [], day
    for period in periods:
        if edge not in (period.start, period.end) or _worth(parameter, period) != _worth(parameter, periods[0]):
            break
        made, edge = [*made, period], period.start if period.end == edge else period.end
    return made


def _never(period):
    # left in, because a parameter without periods is none
    return replace(period, end=period.start)


def _held_on(was, came, earlier, later):
    """Pairs (period, what takes its place): what held before holds as long as what came would have, and that on no day."""
    yield from ((period, _never(period)) for period in came)
    if was:
        yield was[-1], replace(was[-1], end=came[-1].end if came else later)


def _held_already(was, came, earlier, later):
    """Pairs (period, what takes its place): what came holds since the old value began, and that on no day."""
    yield from ((period, _never(period)) for period in was)
    if came:
        yield came[0], replace(came[0], start=was[0].start if was else earlier)
