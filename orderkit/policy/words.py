"""The words and marks of the language of rules, checked letter by letter before anything is parsed; names that packs may give."""

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from orderkit.policy.strict_yaml import brief

MOST_LETTERS = 4000
DEEPEST = 50
MOST_DIGITS = 9  # with these a number fits an INTEGER of the database, and so does one more or one less
TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<text>'(?:[^']|'')*')|(?P<remark>--)|(?P<mark><=|>=|<>|!=|[=<>(),-])"
)
# what a database keeps for itself (a test holds it against the engine's own list), and `given`, a table of our own
RESERVED_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    all analyse analyze and anti any anyof array as asc asof asymmetric at authorization binary both by case cast check collate
    collation column columns concurrently constraint create cross current current_date current_time current_timestamp
    current_user default deferrable desc describe distinct do else end except false fetch for foreign freeze from full generated
    given glob group having ilike in initially inner intersect interval into is isnull join lambda lateral leading left like
    limit localtime map minus natural not notnull null offset on only or order outer overlaps pivot pivot_longer pivot_wider
    placing positional primary qualify references returning right select semi session_user show similar some struct summarize
    symmetric table tablesample then to trailing true try_cast union unique unpack unpivot user using variadic verbose when
    where window with
    """,
    )
)


class Refused(Exception):
    """What is wrong with a text, and the cure."""

    def __init__(self, problem, cure):
        self.problem, self.cure = problem, cure
        super().__init__(f"{problem}. {cure}")


def check_words(text, in_words):
    """Raises Refused where `text` holds anything but names, numbers, texts and marks of the language; `in_words` lists these."""
    if len(text) > MOST_LETTERS:
        raise Refused("the expression is too long or too deep", f"Write at most {MOST_LETTERS} letters, or part the rule in two.")
    at, before, sign, depth, nots = 0, "", False, 0, 0
    while at < len(text):
        found = TOKEN.match(text, at)
        kind = found.lastgroup if found else None
        _check_token(text, at, found, kind, before, in_words)
        word = found.group()
        depth += {"(": 1, ")": -1}.get(word, 0)
        nots += word.lower() == "not"
        if sign and word == "-":
            raise Refused("two signs stand in a row", "Write one - at most.")
        sign = word == "-" or (sign and kind == "space")
        # the parser goes down one call per bracket, and NOT is one too
        if depth + nots > DEEPEST:
            cure = f"Write at most {DEEPEST} brackets, or part the rule in two."
            raise Refused("the expression is too long or too deep", cure)
        at, before = found.end(), kind


def _check_token(text, at, found, kind, before, in_words):
    around = brief(text[max(0, at - 20) : at + 20], 40)
    if kind == "remark":
        raise Refused("`--` begins a remark", "Write remarks outside of the quotes, after #.")
    if kind is None and text[at] == "'":
        raise Refused(f"a text is not closed: `{around}`", "Texts stand between single quotes; double a quote within.")
    if kind is None and text[at] in '."' and (before == "name" or text[at] == '"'):
        raise Refused(f"`{around}` is no plain name", "Name the fact alone, without table and quotes.")
    if kind is None:
        raise Refused(f"`{text[at]}` in `{around}` is outside the language of rules", f"Use only {in_words}.")
    if (before == "number" and kind in ("name", "text")) or (kind == "number" and not _is_plain(found.group())):
        cure = f"Write digits only, at most {MOST_DIGITS}, and at most 2 more after a point."
        raise Refused(f"`{around}` holds no plain number", cure)
    if kind == "text" and before in ("name", "text", "number"):
        raise Refused(f"`{around}` is outside the language of rules", f"Use only {in_words}.")
    if kind == "text" and "\\" in found.group():
        raise Refused("a text holds a backslash, which databases read in different ways", "Write the text without it.")


def _is_plain(number):
    whole, _, rest = number.partition(".")
    return len(whole) <= MOST_DIGITS and len(rest) <= 2


def is_name(word):
    """Whether `word` may name a question, a parameter, an answer or a rule."""
    return bool(re.fullmatch(r"[a-z][a-z0-9_]{0,59}", word))


def reads_as_name(name):
    """Whether an expression takes `name` for a name, not for a word of its own."""
    try:
        tree = sqlglot.parse_one(f"{name} = {name}", read="duckdb", into=exp.Condition)
    except SqlglotError:
        return False
    sides = [tree.this, tree.expression] if isinstance(tree, exp.EQ) else [tree]
    return all(isinstance(side, exp.Column) and side.name == name for side in sides)


def clashes(name, facts):
    """Whether the columns that a parameter of this name gets would be those of a fact or of the reckoning of business days."""
    own = {f"{name}_{part}" for part in ("value", "low", "high", "sure", "periods")}
    return bool(own & set(facts)) or bool(re.fullmatch(r"(to_)?(site|number)_\d+|(day|reached|from|to)_\d+", name))
