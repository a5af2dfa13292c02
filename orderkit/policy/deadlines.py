"""The deadlines of a question as SQL: a day of the marketplace, the moment where hours are counted, and the latest day.

A value that is not sure is a range: a deadline is reckoned from its least, which is the safest, and once more from its greatest
(the latest day, NULL where the value is sure). Moments are reckoned on the clock of UTC; the day is the local day of the result.
"""

from orderkit.marketplaces import marketplaces
from orderkit.policy.periods import column, text, unsure

NO_ZONE = "UTC"  # the zone of the days of orders whose marketplace is not known, as in facts.sql


class Deadlines:
    """What the rules of a question say by when: further steps, joins, and the columns that the answers carry."""

    def __init__(self, pack, question):
        self.pack = pack
        self.rules = [(n, rule) for n, rule in enumerate(question.rules, 1) if rule.deadline]
        self.timed = [(n, rule) for n, rule in self.rules if rule.deadline.kind == "moment"]
        self.reckoned = list(dict.fromkeys(pair for _, rule in self.rules for pair in rule.deadline.business_days()))

    @property
    def by_marketplace(self):
        """Whether they read which marketplace it is: for its business days, or for the zone of its days."""
        return bool(self.reckoned or self.timed)

    def ctes(self):
        """The further steps: the first day of each number of business days, the moments at which deadlines end."""
        return self._business_days() + (self._moments() if self.timed else "")

    def source(self):
        """What the answers are read from, joined with the rules."""
        joined = "JOIN rules ON rules.ordinal = decided.ordinal"
        return f"FROM moments AS decided\n{joined}" if self.timed else f"FROM decided\n{joined}{self._joins()}"

    def deadline(self):
        """The day on which it ends, or the local day of the moment; from the least value of a range."""
        days = [(n, self._sql(rule, "low")) for n, rule in self.rules if rule.deadline.kind == "day"]
        return self._local_day("ends_at", _case(days, "DATE"))

    def latest(self):
        """The same from the greatest value, where the value in force is a range."""
        days = [(n, self._ranged(rule)) for n, rule in self.rules if rule.deadline.kind == "day" and self._unsure(rule)]
        return self._local_day("latest_at", _case(days, "DATE"))

    def moment(self):
        """The moment at which it ends, where hours are counted."""
        return "decided.ends_at" if self.timed else "CAST(NULL AS TIMESTAMPTZ)"

    def _moments(self):
        ends = [(n, self._sql(rule, "low")) for n, rule in self.timed]
        latest = [(n, self._ranged(rule)) for n, rule in self.timed if self._unsure(rule)]
        columns = f"{_case(ends, 'TIMESTAMPTZ')} AS ends_at,\n        {_case(latest, 'TIMESTAMPTZ')} AS latest_at"
        return f",\nmoments AS (\n    SELECT *,\n        {columns}\n    FROM decided{self._joins()}\n)"

    def _local_day(self, moment, otherwise):
        """The day of a moment in the zone of the marketplace, spelled out: a zone from a column takes ten times as long."""
        if not self.timed:
            return otherwise
        days = " ".join(f"WHEN {text(name)} THEN {_day(moment, site.zone)}" for name, site in marketplaces().items())
        local = f"CASE decided.marketplace {days} ELSE {_day(moment, NO_ZONE)} END"
        return f"CASE WHEN decided.{moment} IS NULL THEN {otherwise} ELSE {local} END"

    def _unsure(self, rule):
        return unsure(self.pack, rule.deadline.parameters)

    def _ranged(self, rule):
        ranged = " OR ".join(f"NOT {column(name, 'sure')}" for name in self._unsure(rule))
        return f"CASE WHEN {ranged} THEN {self._sql(rule, 'high')} END"

    def _sql(self, rule, part):
        zones = " ".join(f"WHEN {text(name)} THEN {text(site.zone)}" for name, site in marketplaces().items())
        zone = f"CASE decided.marketplace {zones} ELSE {text(NO_ZONE)} END"
        return rule.deadline.sql(column=self._of_range(part), business=self._business(part), zone=zone)

    def _of_range(self, part):
        """A function: the column of a parameter that holds its least (`low`) or greatest (`high`) value."""
        return lambda name: column(name, part if unsure(self.pack, [name]) else "value")

    def _business(self, part):
        """A function (day, number) -> the column that holds that day, by the `part` (low, high) of a value that is a range."""
        return lambda day, number: f"reached_{self.reckoned.index((day, number))}_{part}"

    def _business_days(self):
        if not self.reckoned:
            return ""
        return (
            ",\nbusiness_days AS (\n    SELECT marketplace AS site, business_day_index AS number, min(day) AS reached\n"
            "    FROM calendar\n    WHERE business_day\n    GROUP BY marketplace, business_day_index\n)"
        )

    def _joins(self):
        """The joins with the calendar, for the least and the greatest value."""
        return "".join(self._join(at, part) for at in range(len(self.reckoned)) for part in ("low", "high"))

    def _join(self, at, part):
        day, number = self.reckoned[at]
        count = number if number.isdigit() else f"decided.{self._of_range(part)(number)}"
        own = f"{at}_{part}"
        return (
            f"\nLEFT JOIN (SELECT marketplace AS site_{own}, day AS day_{own}, business_day_index AS number_{own} FROM calendar)"
            f" AS from_{own}\n    ON site_{own} = decided.marketplace AND day_{own} = decided.{day}"
            f"\nLEFT JOIN (SELECT site AS to_site_{own}, number AS to_number_{own}, reached AS reached_{own} FROM business_days)"
            f" AS to_{own}\n    ON to_site_{own} = decided.marketplace AND to_number_{own} = number_{own} + {count}"
        )


def _case(branches, sql_type):
    """A CASE over the ordinal of the rule that answers; NULL of that type where there is no branch."""
    by_sql = {}
    for n, sql in branches:
        by_sql.setdefault(sql, []).append(str(n))
    listed = " ".join(f"WHEN decided.ordinal IN ({', '.join(ordinals)}) THEN {sql}" for sql, ordinals in by_sql.items())
    return f"CASE {listed} END" if listed else f"CAST(NULL AS {sql_type})"


def _day(moment, zone):
    return f"CAST(decided.{moment} AT TIME ZONE {text(zone)} AS DATE)"
