"""Reads the dated values of a parameter: by day alone, or first by a fact such as the marketplace and then by day."""

import re
from decimal import Decimal

from orderkit.marketplaces import marketplaces, sites
from orderkit.policy import strict_yaml
from orderkit.policy.dictionary import dictionary
from orderkit.policy.kinds import MOST
from orderkit.policy.model import BEFORE_ALL, CERTAINTIES, FOREVER, KEYS, STARTS, Period

UNKNOWN = "unknown"  # as a day: the start is not known; as a value: nobody knows it
OPTIONAL = ("until", "start", "others", "row", "currency")


class Values:
    """The `values:` of one parameter; `reader` refuses what is doubtful, `by` is the fact that chooses among keys, or None."""

    def __init__(self, reader, where, unit, by):
        self.reader, self.where, self.unit, self.by = reader, where, unit, by
        texts = {name for table in KEYS for name, fact in dictionary(table).items() if fact.type == "text"}
        if by is not None and by not in texts:
            reader.refuse(f"{where}.by", f"{by!r} is no text fact", "Name the fact that chooses, for example marketplace.", by)

    def periods(self, tree):
        """The periods of all keys, in the order of keys and days."""
        where = f"{self.where}.values"
        if not isinstance(tree, strict_yaml.Mapping) or not tree:
            self.reader.refuse(where, "holds no values", "Write a day, and below it value, certainty and source.", tree)
        if self.by is None:
            return tuple(self._series(where, tree, None))
        by_key = {}
        for group, entries in tree.items():
            for key in self._keys(f"{where}.{group}", group, tree.lines[group]):
                self._join(by_key.setdefault(key, strict_yaml.Mapping()), f"{where}.{group}", entries)
        return tuple(period for key, entries in by_key.items() for period in self._series(f"{where}.{key}", entries, key))

    def otherwise(self, tree):
        """The value where no period holds, which needs a source as any other; None where none is written."""
        if tree is None:
            return None
        where = f"{self.where}.otherwise"
        self.reader.keys(tree, where, ("value", "source"))
        return self._one(f"{where}.value", tree["value"])

    def _keys(self, where, group, line):
        words = [word.strip() for word in re.split("[,;]", group)]
        if self.by != "marketplace":
            self._check_keys(where, words, line)
            return words
        for word in words:
            if not sites(word):
                cure = "Write country codes as in marketplaces.yaml, UK or EU, with commas between them."
                self.reader.refuse(where, f"{word!r} stands for no marketplace", cure, line)
        return [site for word in words for site in sites(word)]

    def _check_keys(self, where, words, line):
        """Refuses a key that the fact which chooses never has."""
        known = next(dictionary(table)[self.by].values for table in KEYS if self.by in dictionary(table))
        for word in words:
            if not word or "\\" in word or (known and word not in known):
                cure = f"Its values: {', '.join(known)}." if known else "Write the texts with commas between them."
                self.reader.refuse(where, f"{self.by} is never {word!r}", cure, line)

    def _join(self, known, where, entries):
        if not isinstance(entries, strict_yaml.Mapping) or not entries:
            self.reader.refuse(where, "holds no days", "Write a day, and below it value, certainty and source.", entries)
        for day, entry in entries.items():
            if day in known:
                self.reader.refuse(f"{where}.{day}", "stands twice for one key", "Keep one of them.", entries.lines[day])
            known[day] = entry
            known.lines = {**getattr(known, "lines", {}), day: entries.lines[day]}

    def _series(self, where, tree, key):
        made = [self._entry(f"{where}.{day}", day, tree.lines[day], entry) for day, entry in tree.items()]
        made.sort(key=lambda item: item[0])
        starts = [start for start, _, _ in made[1:]] + [FOREVER]
        for (start, until, entry), following in zip(made, starts, strict=True):
            if until <= start or (until != FOREVER and until > following):
                self.reader.refuse(f"{where}.{start}.until", "does not end within its period", "Mend the days.", entry)
            value, others = self._value(f"{where}.{start}", entry)
            known = UNKNOWN if start == BEFORE_ALL else str(entry.get("start", "exact"))
            words = (str(entry["source"]), str(entry["certainty"]), key, others, known, str(entry.get("row", "")))
            yield Period(start, min(until, following), value, *words, self._currency(f"{where}.{start}.currency", entry))

    def _entry(self, at, day, line, entry):
        self.reader.keys(entry, at, ("value", "source", "certainty"), OPTIONAL)
        self.reader.choice(entry["certainty"], f"{at}.certainty", CERTAINTIES)
        if "start" in entry:
            self.reader.choice(entry["start"], f"{at}.start", STARTS)
        until = self.reader.day(entry["until"], f"{at}.until") if "until" in entry else FOREVER
        return BEFORE_ALL if day == UNKNOWN else self.reader.day(day, at, line), until, entry

    def _currency(self, at, entry):
        """The currency of an amount; None where the unit is none of money."""
        if (self.unit == "money") != ("currency" in entry):
            problem = "is not written, and the unit is money" if self.unit == "money" else "is written, but the unit is not money"
            self.reader.refuse(at, problem, "Write currency: USD beside each amount, and only there.", entry)
        known = sorted({site.currency for site in marketplaces().values()})
        if "currency" in entry and entry["currency"] not in known:
            cure = f"Write one of: {', '.join(known)}."
            self.reader.refuse(at, f"{str(entry['currency'])!r} is no currency of any marketplace", cure, entry["currency"])
        return str(entry["currency"]) if "currency" in entry else None

    def _value(self, at, entry):
        if entry["value"] == UNKNOWN:
            if entry["certainty"] != "?":
                self.reader.refuse(f"{at}.certainty", "is given for a value that nobody knows", "Write ?.", entry["certainty"])
            return None, ()
        others = entry.get("others", ())
        if isinstance(others, str):
            self.reader.refuse(f"{at}.others", "is no list", "Write the other values as [15, 60].", others)
        return self._one(f"{at}.value", entry["value"]), tuple(self._one(f"{at}.others", other) for other in others)

    def _one(self, at, text):
        if self.unit == "date":
            return self.reader.day(text, at)
        if not isinstance(text, str):
            self.reader.refuse(at, "is no plain text", "Write digits only.", text)
        if re.fullmatch("[0-9]{1,9}", text):
            if int(text) > MOST.get(self.unit, int(text)):
                many = f"{text} {self.unit.replace('_', ' ')}s are too many"
                self.reader.refuse(at, many, f"Write at most {MOST[self.unit]}, a hundred years.", text)
            return int(text)
        if self.unit in ("percent", "money") and re.fullmatch(r"[0-9]{1,9}\.[0-9]{1,2}", text):
            return Decimal(text)
        wrong = f"{text!r} is no whole number" if self.unit not in ("percent", "money") else f"{text!r} is no plain number"
        self.reader.refuse(at, wrong, "Write digits only.", text)
