"""Stands in for what identifies a buyer: the same buyer has the same pseudonym, and only who holds the key can make one.

A pseudonym is the start of an HMAC-SHA-256 of the normalised value. A plain hash would not do: e-mail addresses and phone
numbers can be guessed, hashed and compared by the billion. The key lies beside the database, in a file of its own that only its
owner may read, and is made at first use. Keep it out of what you share. Delete it, and nobody can tell any more whose pseudonym
is whose; what is loaded afterwards has a new key, and new pseudonyms that fit no old one.
"""

import os
import secrets
from pathlib import Path

from orderkit.errors import DatabaseUnusable

KEY = ".orderkit.key"  # in the folder of the database: all databases there share it, and their buyers can be compared
BYTES, BLOCK = 32, 64
LENGTH = 24  # hex digits: no two of a billion buyers share them
# a phone number without its marks; 00 is how most countries dial the +
NORMAL = {
    "email": "lower(nfc_normalize(trim({0})))",
    "phone": "regexp_replace(regexp_replace({0}, '^\\s*00', '+'), '[^0-9+]', '', 'g')",
    "name": "trim(regexp_replace(lower(strip_accents(nfc_normalize({0}))), '\\s+', ' ', 'g'))",
}
KINDS = tuple(NORMAL)


def sql(cell, kind):
    """SQL of the pseudonym of a cell, NULL where there is none; needs the values of `pads` as parameters.

    DuckDB knows SHA-256 but no HMAC: it is H(outer || H(inner || message)), where the pads are the key padded to a block. The
    kind is part of the message, so that a name and an address of the same letters have nothing in common.
    """
    normal = f"nullif({NORMAL[kind].format(cell)}, '')"
    message = f"encode('{kind}' || chr(31) || {normal})"
    return f"left(sha256($outer::BLOB || unhex(sha256($inner::BLOB || {message}))), {LENGTH})"


def pads(key):
    """The key as the two parameters that `sql` needs; as parameters they stand in no query text and no message."""
    block = key.ljust(BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in block), "outer": bytes(byte ^ 0x5C for byte in block)}


def key_of(database):
    """The key for a database: read from the file in its folder, made there at first use.

    Raises DatabaseUnusable where the file cannot be read or is no key.
    """
    path = Path(os.path.realpath(database)).parent / KEY
    try:
        if not path.exists():
            _make(path)
        path.chmod(0o600)
        key = path.read_bytes()
    except OSError:
        raise DatabaseUnusable(f"The key for buyers, {path}, cannot be read or made. See that its folder is yours.") from None
    if len(key) != BYTES:
        broken = f"{path} is no key of orderkit. Put the right one back, or delete it: then buyers get new pseudonyms."
        raise DatabaseUnusable(broken)
    return key


def _make(path):
    """Writes a new key, whole or not at all, readable by its owner only."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
