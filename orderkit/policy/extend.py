"""A pack that says only what differs from one that orderkit ships: its tree laid over the tree of that pack.

Every line keeps the file it came from, so that a refusal names the file where the trouble stands.
"""

import contextlib
import difflib
import re

from orderkit.errors import PackError
from orderkit.marketplaces import marketplaces, sites
from orderkit.policy.compile import read_parameters
from orderkit.policy.model import BEFORE_ALL
from orderkit.policy.strict_yaml import Mapping, Sequence, Text

KEYS = ("extends", "pack", "title", "about", "reviewed", "sources", "answers", "parameters", "questions")
QUESTION_KEYS = ("about", "rules", "examples_share", "examples")
PLACES = ("before", "after")


class Line(int):
    """The number of a line, with the file that it stands in."""

    file = None


def located(tree, file):
    """The tree with the name of its file at every line."""

    def line(number):
        made = Line(number)
        made.file = file
        return made

    tree.line = line(tree.line)
    if isinstance(tree, Mapping):
        tree.lines = {key: line(number) for key, number in tree.lines.items()}
    for part in tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, Sequence) else ():
        located(part, file)
    return tree


@contextlib.contextmanager
def naming_files(file):
    """Lets a refusal name the file that its line stands in: the pack's own, or the one that it extends."""
    try:
        yield
    except PackError as refused:
        at = getattr(refused.line, "file", None)
        if at is None or at == file:
            raise
        problem = f"as changed by {file}: {refused.problem}"
        cure = f"{refused.cure} Do so in {file}, where a rule or value in the same place replaces that of {at}."
        raise PackError(at, refused.key, problem, cure, int(refused.line)) from None


class Extension:
    """The tree of a pack with `extends`, to be laid over the tree of the pack that it names."""

    def __init__(self, tree, file):
        self.tree, self.file = located(tree, file), file
        self.mapping("pack", tree, KEYS)
        for key in ("answers", "sources", "parameters", "questions"):
            self.mapping(key, tree.get(key, tree))

    def refuse(self, where, problem, cure, at):
        raise PackError(self.file, where, problem, cure, getattr(at, "line", at))

    def mapping(self, where, tree, known=None):
        if not isinstance(tree, Mapping):
            self.refuse(where, "is no mapping", "Write keys below it.", tree)
        for key in tree if known else ():
            if key not in known:
                words = f"Known keys here: {', '.join(known)}. What is not named is taken from the pack that it extends."
                self.refuse(f"{where}.{key}", "is not for a pack that extends another", words, tree.lines[key])
        return tree

    def base_name(self, shipped):
        """The name of the pack that it extends. Raises PackError where orderkit ships no such pack."""
        name = self.tree["extends"]
        if str(name) not in shipped:
            cure = f"Only packs that orderkit ships can be extended ({', '.join(shipped)}): copy what you need of others."
            self.refuse("extends", f"{str(name)!r} is no such pack", cure, name)
        return str(name)

    def over(self, base):
        """The merged tree; `base` is changed by it."""
        given = self.tree
        self._answers(base)
        for part, lay in (("sources", None), ("parameters", self._parameter), ("questions", self._question)):
            for name, entry in given.get(part, {}).items():
                there = base.get(part, {})
                known = lay and name in there
                _set(_part(base, part, given), name, lay(name, there[name], entry) if known else entry, given[part].lines[name])
        words = {"pack": _stem(self.file), "title": f"{base['title']}, with the changes of {self.file}"}
        for key in ("pack", "title", "about", "reviewed"):
            if key in given or key in words:
                line = given.lines.get(key, given.line)
                _set(base, key, given[key] if key in given else _text(words[key], line), line)
        return base

    def _answers(self, base):
        for name, entry in self.tree.get("answers", {}).items():
            where, old = f"answers.{name}", base["answers"].get(name)
            if old is not None:
                self.mapping(where, entry)
                if "acts" in entry and list(entry["acts"]) != list(old.get("acts", ())):
                    cure = "Give a new answer its own name, and let your rules answer it. What is not said of `acts` stays."
                    self.refuse(f"{where}.acts", "changes what an answer of the extended pack does", cure, entry.lines["acts"])
                entry = _like(Mapping({**old, **entry}), entry.line, {**old.lines, **entry.lines})
            _set(base["answers"], name, entry, self.tree["answers"].lines[name])

    def _parameter(self, name, old, entry):
        where = f"parameters.{name}"
        self.mapping(where, entry)
        for key in entry:
            if key not in ("values", "otherwise") and entry[key] != old.get(key):
                cure = f"Leave {key!r} out: that of {self.tree['extends']} stays. Or give the parameter another name."
                problem = "cannot be changed" if key in ("unit", "applies_by", "by") else "is an unknown key"
                self.refuse(f"{where}.{key}", problem, cure, entry.lines[key])
        if "otherwise" in entry:
            _set(old, "otherwise", entry["otherwise"], entry.lines["otherwise"])
        if "values" in entry:
            self.mapping(f"{where}.values", entry["values"])
            by = old.get("by")
            merged = self._values(f"{where}.values", old["values"], entry["values"], by)
            _set(old, "values", merged, entry.lines["values"])
        return old

    def _values(self, where, old, new, by):
        if by is None:
            return _series(old, new)
        merged, mine = self._apart(where, old, by), self._apart(where, new, by)
        for key, days in mine.items():
            _set(merged, key, _series(merged[key], days) if key in merged else days, mine.lines[key])
        return merged

    def _apart(self, where, values, by):
        """The values by single keys, because `DE, IT` and `DE` name one key twice."""
        made = _like(Mapping(), values.line)
        for group, days in values.items():
            self.mapping(f"{where}.{group}", days)
            words = [word.strip() for word in re.split("[,;]", group)]
            spread = [word for word in words if by != "marketplace" or not sites(word)]  # the reader says what is wrong with it
            spread += [marketplaces()[site].country for word in words if by == "marketplace" for site in sites(word)]
            for key in spread:
                there = made.setdefault(key, _like(Mapping(), days.line))
                made.lines.setdefault(key, values.lines[group])
                for day, entry in days.items():
                    if day in there:
                        self.refuse(f"{where}.{group}.{day}", "stands twice for one key", "Keep one of them.", days.lines[day])
                    _set(there, day, entry, days.lines[day])
        return made

    def _question(self, name, old, entry):
        where = f"questions.{name}"
        self.mapping(where, entry, QUESTION_KEYS)
        if "rules" in entry:
            rules = _Rules(self, f"{where}.rules", old["rules"], self._list(f"{where}.rules", entry["rules"]))
            _set(old, "rules", rules.merged(), entry.lines["rules"])
            if not entry.get("examples"):
                cure = "Write at least one case and what must come out, so that the change is tried whenever the pack is read."
                self.refuse(f"{where}.examples", "is missing, though rules are changed", cure, entry.lines["rules"])
        if "about" in entry:
            _set(old, "about", entry["about"], entry.lines["about"])
        for fact, value in self.mapping(f"{where}.examples_share", entry.get("examples_share", entry)).items():
            if "examples_share" in entry:
                _set(_part(old, "examples_share", entry), fact, value, entry["examples_share"].lines[fact])
        if "examples" in entry:
            _set(old, "examples", self._list(f"{where}.examples", entry["examples"]), entry.lines["examples"])
        return old

    def _list(self, where, tree):
        if not isinstance(tree, Sequence):
            self.refuse(where, "is no list", "Start each entry with a dash.", tree)
        return tree

    def changed(self, pack):
        """The questions of the merged pack that it changes, by name: their rules, examples or values. Others are as shipped."""
        named, touched = self.tree.get("questions", {}), set(self.tree.get("parameters", {}))
        return {
            name: question
            for name, question in pack.questions.items()
            if name in named or touched & {parameter.name for parameter in read_parameters(pack, question)}
        }

    def has_examples(self, name):
        """Whether it holds examples of its own for a question."""
        return bool(self.tree.get("questions", {}).get(name, {}).get("examples"))


class _Rules:
    """The rules of one question, with those of the extension in their places."""

    def __init__(self, extension, where, base, mine):
        self.extension, self.where, self.base, self.mine = extension, where, base, mine
        self.names = [str(rule["rule"]) for rule in base]
        self.catch_all = self.names[-1]

    def merged(self):
        rules, added, seen = list(self.base), {}, set()
        for n, rule in enumerate(self.mine, 1):
            name = self._name(n, rule, seen)
            if name in self.names:
                rules[next(i for i, other in enumerate(rules) if other["rule"] == name)] = rule
                continue
            side, beside = self._place(n, name, rule)
            at = next(i for i, other in enumerate(rules) if other["rule"] == beside)
            if side == "after":
                at += 1 + added.get(beside, 0)
                added[beside] = added.get(beside, 0) + 1
            rules.insert(at, rule)
        made = Sequence(rules)
        made.line = self.mine.line
        return made

    def _name(self, n, rule, seen):
        at = f"{self.where}[{n}]"
        self.extension.mapping(at, rule)
        if not rule.get("rule"):
            self.extension.refuse(f"{at}.rule", "is missing or empty", "Name the rule.", rule)
        name = str(rule["rule"])
        if name in seen:
            self.extension.refuse(f"{self.where}.{name}", "two rules have this name", "Rename one of them.", rule)
        seen.add(name)
        for side in PLACES:
            if side in rule and name in self.names:
                cure = f"Leave {side!r} out: the rule takes the place of the one it replaces. Or give it another name."
                self.extension.refuse(f"{self.where}.{name}.{side}", "is for new rules", cure, rule.lines[side])
        return name

    def _place(self, n, name, rule):
        where, given = f"{self.where}.{name}", [side for side in PLACES if side in rule]
        known = ", ".join(self.names)
        if len(given) != 1:
            problem = "says both `before` and `after`" if given else "is new and does not say where it stands"
            cure = f"Write `before: RULE` or `after: RULE` with a rule of {self.extension.tree['extends']}: {known}."
            self.extension.refuse(where, problem, cure, rule)
        side = given[0]
        beside = str(rule[side])
        if beside not in self.names:
            near = difflib.get_close_matches(beside, self.names, n=1)
            cure = (f"Did you mean {near[0]}? " if near else "") + f"Rules here: {known}."
            self.extension.refuse(f"{where}.{side}", f"{beside!r} is no rule of the extended pack", cure, rule.lines[side])
        if side == "after" and beside == self.catch_all:
            cure = f"Write `before: {beside}`."
            self.extension.refuse(f"{where}.{side}", f"no case comes past {beside}, which catches all", cure, rule.lines[side])
        del rule[side], rule.lines[side]
        return side, beside


def _series(old, new):
    """The entries of `old` with those of `new`: the same day replaces, and a period that reaches over a new day ends there."""
    made = _like(Mapping(), old.line)
    for day, entry in old.items():
        until = entry.get("until") if isinstance(entry, Mapping) else None
        if until and any(_order(day) < _order(start) < until for start in new):
            entry = _like(Mapping({key: value for key, value in entry.items() if key != "until"}), entry.line, entry.lines)
        _set(made, day, entry, old.lines[day])
    for day, entry in new.items():
        _set(made, day, entry, new.lines[day])
    return made


def _order(day):
    return BEFORE_ALL.isoformat() if day == "unknown" else str(day)


def _part(tree, key, given):
    if key not in tree:
        _set(tree, key, _like(Mapping(), given.line), given.line)
    return tree[key]


def _set(tree, key, value, line):
    tree[key] = value
    tree.lines = {**tree.lines, key: line}


def _like(made, line, lines=None):
    made.line, made.lines = line, dict(lines or {})
    return made


def _text(words, line):
    made = Text(words)
    made.line = line
    return made


def _stem(file):
    return re.sub(r"\.ya?ml$", "", file.rpartition("/")[2])
