"""Turns the plain tree of a pack file into a Pack, and refuses what is doubtful with file, key, line and cure."""

import re

from orderkit.errors import PackError
from orderkit.policy import strict_yaml
from orderkit.policy.dictionary import dictionary, fact_value
from orderkit.policy.kinds import DATED
from orderkit.policy.language import Expression, ExpressionError
from orderkit.policy.model import (
    ACTS,
    IDLE,
    KEYS,
    LANGUAGES,
    RECOVERY_SOURCES,
    RESERVED,
    TABLES,
    UNITS,
    WHO_PAYS,
    Answer,
    Example,
    Pack,
    Parameter,
    Question,
    Rule,
)
from orderkit.policy.values import Values
from orderkit.policy.words import RESERVED_WORDS, clashes, is_name, reads_as_name
from orderkit.policy.written import PATTERNS, read_day, read_moment

MAPPINGS = ("answers", "statements", "sources", "parameters", "questions", "values", "otherwise", "given", "examples_share")
LISTS = ("acts", "others", "rules", "examples", "tells")
EITHER = ("draft",)  # a text, or a mapping of languages
MOST_RULES = 200  # far below the numbers that compile gives to unknown answers


class Reader:
    """Turns the plain tree of one file into a Pack; knows the file's name for every refusal."""

    def __init__(self, file):
        self.file = file

    def refuse(self, key, problem, cure, at=None):
        brief = strict_yaml.brief
        raise PackError(self.file, brief(str(key), 160), brief(problem), brief(cure, 1200), getattr(at, "line", at))

    def keys(self, tree, where, required, optional=()):
        if not isinstance(tree, strict_yaml.Mapping):
            self.refuse(where, "is no mapping", f"Write the keys {', '.join(required)} below it.", tree)
        for key in tree:
            if key not in required and key not in optional:
                known = ", ".join([*required, *optional])
                self.refuse(f"{where}.{key}", "is an unknown key", f"Known keys here: {known}.", tree.lines[key])
        for key in required:
            if not tree.get(key) and not (key == "given" and key in tree):  # a case may be that which all examples share
                cure = "State where it is written." if key == "source" else f"Add `{key}:`."
                self.refuse(f"{where}.{key}", "is missing or empty", cure, tree.lines.get(key, tree.line))
        for key, value in tree.items():
            self.shape(f"{where}.{key}", key, value, tree.lines[key])
        return tree

    def shape(self, where, key, value, line):
        """Refuses a mapping or list where a text belongs, and the other way round."""
        if key in MAPPINGS and not isinstance(value, strict_yaml.Mapping):
            self.refuse(where, "is no mapping", "Write names below it, each with a colon.", line)
        if key in LISTS and not isinstance(value, strict_yaml.Sequence):
            self.refuse(where, "is no list", "Write it as a list, each entry after a hyphen or as [a, b].", line)
        if key not in (*MAPPINGS, *LISTS, *EITHER) and not isinstance(value, str):
            self.refuse(where, "is no plain text", "Write one text after the colon.", line)

    def texts(self, tree, key):
        """A mapping of texts that may be left out."""
        found = tree.get(key, {})
        for name, text in found.items():
            if not isinstance(text, str):
                self.refuse(f"{key}.{name}", "is no plain text", "Write one text after the colon.", text)
        return {str(name): str(text) for name, text in found.items()}

    def choice(self, text, where, known):
        if text not in known:
            self.refuse(where, f"{text!r} is not known", f"Use one of: {', '.join(known)}.", text)
        return str(text)

    def plain_name(self, where, name, tree):
        # names of questions and parameters become names of tables and columns
        if not is_name(name):
            self.refuse(where, "is no plain name", "Use small letters, digits and underscores, at most 60.", tree)

    def day(self, text, where, line=None):
        return self.written(read_day, text, where, line)

    def written(self, read, text, where, line=None):
        """What `read` makes of a text."""
        try:
            return read(text)
        except ValueError as error:
            self.refuse(where, *error.args, line or text)

    def pack(self, tree):
        required = ("pack", "title", "reviewed", "answers", "questions")
        self.keys(tree, "pack", required, ("about", "sources", "statements", "parameters"))
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", tree["pack"]):
            self.refuse("pack", "is no plain name", "Use small letters, digits, - and _, at most 60.", tree["pack"])
        self.statements = self.texts(tree, "statements")
        self.answers = {name: self.answer(name, entry) for name, entry in tree["answers"].items()}
        self.answers |= {name: Answer(name, meaning, idle=name in IDLE) for name, meaning in RESERVED.items()}
        self.parameters = {name: self.parameter(name, entry) for name, entry in tree.get("parameters", {}).items()}
        questions = {name: self.question(name, entry) for name, entry in tree["questions"].items()}
        return Pack(
            name=str(tree["pack"]),
            file=self.file,
            title=str(tree["title"]),
            about=str(tree.get("about", "")),
            reviewed=self.day(tree["reviewed"], "reviewed"),
            sources=self.texts(tree, "sources"),
            statements=self.statements,
            answers=self.answers,
            parameters=self.parameters,
            questions=questions,
        )

    def answer(self, name, tree):
        where = f"answers.{name}"
        if name in RESERVED:
            self.refuse(where, "is a reserved answer", "Choose another name.", tree)
        if not is_name(name):
            self.refuse(where, "is no plain name", "Use small letters, digits and underscores, at most 60.", tree)
        self.keys(tree, where, ("meaning",), ("acts", "idle"))
        acts = tuple(self.choice(act, f"{where}.acts", ACTS) for act in tree.get("acts", ()))
        idle = self.flag(tree, "idle", where)
        if idle and acts:
            self.refuse(
                f"{where}.idle", f"it leaves nothing to do, yet it acts ({', '.join(acts)})", "Take one of both away.", tree
            )
        return Answer(str(name), str(tree["meaning"]), acts, idle)

    def flag(self, tree, key, where):
        """Whether a key that may be left out says true."""
        return key in tree and self.choice(tree[key], f"{where}.{key}", ("true", "false")) == "true"

    def parameter(self, name, tree):
        where = f"parameters.{name}"
        self.plain_name(where, name, tree)
        self.keys(tree, where, ("unit", "applies_by", "values"), ("by", "otherwise"))
        if any(name in dictionary(table) for table in KEYS):
            self.refuse(where, "is the name of a fact", "Rename the parameter.", tree)
        if not reads_as_name(name):
            self.refuse(where, "is a word of the language of rules or of SQL", "Choose another name.", tree)
        if clashes(name, {fact for table in KEYS for fact in dictionary(table)}):
            self.refuse(where, "would make a column that there is already", "Rename the parameter.", tree)
        found = [dictionary(table)[tree["applies_by"]] for table in KEYS if tree["applies_by"] in dictionary(table)]
        if not any(fact.type == "day" for fact in found):
            cure = "Name the day fact that chooses the period, for example ordered_day."
            self.refuse(f"{where}.applies_by", f"{tree['applies_by']!r} is no day fact", cure, tree["applies_by"])
        unit = self.choice(tree["unit"], f"{where}.unit", UNITS)
        values = Values(self, where, unit, tree.get("by"))
        periods, otherwise = values.periods(tree["values"]), values.otherwise(tree.get("otherwise"))
        by = str(tree["by"]) if tree.get("by") else None
        return Parameter(str(name), unit, str(tree["applies_by"]), periods, by, otherwise)

    def question(self, name, tree):
        where = f"questions.{name}"
        self.plain_name(where, name, tree)
        if name in RESERVED_WORDS:
            self.refuse(where, "is a word that databases keep for themselves", "Choose another name.", tree)
        self.keys(tree, where, ("of", "rules", "examples"), ("about", "examples_share", "standing"))
        table = TABLES[self.choice(tree["of"], f"{where}.of", TABLES)]
        if len(tree["rules"]) > MOST_RULES:
            self.refuse(f"{where}.rules", f"holds more than {MOST_RULES} rules", "Part the question in two.", tree["rules"])
        rules = tuple(self.rule(f"{where}.rules[{i}]", entry, table) for i, entry in enumerate(tree["rules"], 1))
        for i, rule in enumerate(rules):
            if rule.name in [other.name for other in rules[:i]]:
                self.refuse(f"{where}.{rule.name}", "two rules have this name", "Rename one of them.", rule.line)
        if rules[-1].when.text.lower() != "true":
            cure = 'Let the last rule say `when: "true"`, so that every case gets an answer.'
            self.refuse(f"{where}.{rules[-1].name}", "the last rule is no catch-all", cure, rules[-1].line)
        shared = self.given(f"{where}.examples_share", tree.get("examples_share", {}), table)
        examples = tuple(
            self.example(f"{where}.examples[{i}]", entry, table, shared, {rule.name: rule.then for rule in rules})
            for i, entry in enumerate(tree["examples"], 1)
        )
        standing = self.flag(tree, "standing", where)
        return Question(str(name), str(tree["of"]), str(tree.get("about", "")), rules, examples, standing)

    def rule(self, where, tree, table):
        required = ("rule", "when", "then", "who_pays", "recovery_source", "source")
        self.keys(tree, where, required, ("deadline", "statement", "draft", "tells"))
        if not is_name(tree["rule"]):
            cure = "Use small letters, digits and underscores, at most 60."
            self.refuse(f"{where}.rule", f"{str(tree['rule'])!r} is no plain name", cure, tree["rule"])
        where = f"{where.rsplit('[', 1)[0]}.{tree['rule']}"
        if "\\" in tree["source"]:
            self.refuse(f"{where}.source", "holds a backslash", "Write the source without it.", tree["source"])
        if tree["then"] == "unknown" or tree["then"] not in self.answers:
            cure = f"Declare it under `answers:`. Known: {', '.join(a for a in self.answers if a != 'unknown')}."
            self.refuse(f"{where}.then", f"{tree['then']!r} is no answer of this pack", cure, tree["then"])
        when = self.condition(f"{where}.when", tree["when"], table, self.answers[tree["then"]].acts)
        deadline = self.expression(f"{where}.deadline", tree["deadline"], table, DATED) if tree.get("deadline") else None
        return Rule(
            name=str(tree["rule"]),
            when=when,
            then=str(tree["then"]),
            who_pays=self.choice(tree["who_pays"], f"{where}.who_pays", WHO_PAYS),
            recovery_source=self.choice(tree["recovery_source"], f"{where}.recovery_source", RECOVERY_SOURCES),
            source=str(tree["source"]),
            line=tree.line,
            statements=self.rule_statements(f"{where}.statement", tree.get("statement")),
            deadline=deadline,
            drafts=self.drafts(f"{where}.draft", tree.get("draft"), table),
            tells=tuple(self.told(f"{where}.tells", name, table) for name in tree.get("tells", ())),
        )

    def told(self, where, name, table):
        """A parameter that an answer shows beside itself."""
        if not isinstance(name, str) or name not in self.parameters:
            self.refuse(where, f"{str(name)!r} is no parameter of this pack", "Name what stands under `parameters:`.", name)
        lacking = [fact for fact in self.parameters[name].selectors if fact not in dictionary(table)]
        if lacking:
            cure = "Tell only what this question's orders can choose."
            self.refuse(where, f"{name} is chosen by {lacking[0]}, which {table} does not have", cure, name)
        return str(name)

    def condition(self, where, text, table, acts):
        made = self.expression(where, text, table, "boolean")
        if made.tests_unknown and acts:
            problem = f"it tests for an unknown, but its answer acts ({', '.join(acts)})"
            self.refuse(where, problem, "Only rules whose answer does nothing may read IS NULL.", text)
        return made

    def rule_statements(self, where, text):
        if text is None:
            return ()
        named = tuple(part.strip() for part in text.split(";"))
        for name in named:
            if name not in self.statements:
                cure = f"Known: {', '.join(self.statements) or 'none'}. Part several by semicolons."
                self.refuse(where, f"{name!r} is not among the pack's statements", cure, text)
        return named

    def expression(self, where, text, table, expected):
        try:
            made = Expression(text, dictionary(table), self.parameters, expected=expected)
        except ExpressionError as error:
            self.refuse(where, error.problem, error.cure, text)
        for name in made.parameters:
            if self.parameters[name].applies_by not in dictionary(table):
                problem = f"{name} applies by {self.parameters[name].applies_by}, which {table} does not have"
                self.refuse(where, problem, "Date the parameter by a day of this table.", text)
        return made

    def drafts(self, where, tree, table):
        """The reply to the buyer by language; a plain text is English."""
        if tree is None:
            return {}
        if not isinstance(tree, strict_yaml.Mapping):
            tree, line = strict_yaml.Mapping(en=tree), tree.line
            tree.line, tree.lines = line, {"en": line}
        self.keys(tree, where, ("en",), LANGUAGES[1:])
        for language, text in tree.items():
            if not isinstance(text, str):
                self.refuse(f"{where}.{language}", "is no plain text", "Write one text after the colon.", tree.lines[language])
            if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
                self.refuse(f"{where}.{language}", "holds a bracket without its other half", "Write facts as {order_id}.", text)
            for name in re.findall(r"\{([^}]*)\}", text):
                if name not in dictionary(table):
                    problem = f"{{{name}}} is no fact of {table}"
                    self.refuse(f"{where}.{language}", problem, "Use only declared facts in drafts.", text)
        return {str(language): " ".join(text.split()) for language, text in tree.items()}

    def example(self, where, tree, table, shared, answers):
        self.keys(tree, where, ("given", "expect"), ("by", "deadline", "latest", "deadline_at"))
        known = [*answers.values(), "unknown", "no_rule_known", "look_first"]
        self.choice(tree["expect"], f"{where}.expect", list(dict.fromkeys(known)))
        by = self.choice(tree["by"], f"{where}.by", list(answers)) if tree.get("by") else None
        given = {**shared, **self.given(f"{where}.given", tree["given"], table)}
        days = [self.day(tree[key], f"{where}.{key}") if tree.get(key) else None for key in ("deadline", "latest")]
        at = self.written(read_moment, tree["deadline_at"], f"{where}.deadline_at") if tree.get("deadline_at") else None
        return Example(given, str(tree["expect"]), by, tree.line, *days, at)

    def given(self, where, tree, table):
        made = {}
        for name, text in tree.items():
            if not isinstance(text, str):
                self.refuse(f"{where}.{name}", "is no plain text", "Write one text after the colon.", text)
            if name not in dictionary(table):
                cure = f"Declared: {', '.join(dictionary(table))}."
                self.refuse(f"{where}.{name}", f"is no fact of {table}", cure, text)
            try:
                made[str(name)] = self.value(dictionary(table)[name], f"{where}.{name}", text)
            except ValueError as error:
                self.refuse(f"{where}.{name}", str(error), "Write `unknown` for a fact that is not known.", text)
        return made

    def value(self, fact, where, text):
        """The value of a fact in a case, of which the column of that fact can hold it."""
        if text.strip() == "unknown":
            return None
        pattern = PATTERNS.get(fact.type)
        if pattern and not re.fullmatch(pattern[0], text.strip()):
            raise ValueError(f"{fact.name} is {pattern[1]}, not {str(text)!r}")
        return self.day(text, where) if fact.type == "day" else fact_value(fact, text)
