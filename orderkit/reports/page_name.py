"""Names of pages: what they are about, in letters that every file system takes, and never the same for two things."""

import hashlib
import re
import unicodedata

from orderkit import languages
from orderkit.marketplaces import marketplaces

WORDS = {"share", *languages.names()}  # what a page's name says besides names


def page_name(asked, accounts=()):
    """The name of a weekly page, without its ending: of a sample, week, account, marketplace, language, for passing on.

    asked: what the manifest of a report tells that it was asked for. accounts: all of the database.

    >>> page_name({"week": "2026-W46", "account": "", "marketplace": "amazon.de", "lang": "zh", "share": True, "sample": False})
    'weekly-2026-W46-amazon.de-zh-share'
    """
    account = in_file_name(asked["account"], among=accounts)
    if account and asked["share"]:  # a page to pass on names no account, not in its own name either
        account = _hash(asked["account"])
    part = [account, in_file_name(asked["marketplace"])]
    how = ["" if asked["lang"] == languages.ENGLISH else asked["lang"], "share" if asked["share"] else ""]
    words = ["SAMPLE" if asked["sample"] else "", "weekly", asked["week"], *part, *how]
    return "-".join(word for word in words if word)


def in_file_name(name, among=()):
    """A name from outside as part of a file's name: letters, digits and . _ - of it, 40 letters (80 bytes) at most.

    Where that is not the name itself, or may be taken for another one, the beginning of its SHA-256 follows, so that no two names
    are the same file. among: other names that there are, for file systems to which a and A are one.

    >>> in_file_name("north"), in_file_name("a/b"), in_file_name("a_b")
    ('north', 'a_b-c14cddc0', 'a_b')
    """
    plain = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name))[:40].encode()[:80].decode(errors="ignore")
    taken = any(other != name and other.casefold() == name.casefold() for other in among)
    taken = taken or bool(WORDS & set(plain.lower().split("-"))) or (bool(among) and plain in marketplaces())
    if plain == name and not taken and not re.search(r"-[0-9a-f]{8}\Z", name):
        return name
    return f"{plain}-{_hash(name)}"


def _hash(name):
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]
