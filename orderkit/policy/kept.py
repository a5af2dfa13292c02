"""What is written into a user's folder of packs: files that are there wholly or not at all, and notes of what was checked.

Trying every case of a large pack takes half a minute. So a note beside it says which text was found good, and by which checks:
while neither changes, it is not tried again.
"""

import contextlib
import functools
import hashlib
import os
import secrets
from pathlib import Path

CHECKED_BY = ("policy", "marketplaces")  # the folders whose code and data decide whether a pack is good
NOTED = 5  # texts of one pack that a note remembers: to go back to an earlier one is to take no time either


def write(path, text):
    """Writes a file so that it is there wholly or, as before, not at all. Raises OSError."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def digest(texts):
    """What stands for a pack, the one that it extends, and the checks of this orderkit, in a note."""
    found = hashlib.sha256(_checks())
    for text in texts:
        found.update(hashlib.sha256(text.encode("utf-8")).digest())
    return found.hexdigest()


def is_checked(file, mark):
    """Whether the note beside a pack says that it was found good as it is now, which `mark` (see digest) stands for."""
    return mark in _noted(file)


def note(file, mark):
    """Writes down that a pack was found good; where nothing can be written it will only be tried again."""
    with contextlib.suppress(OSError):
        write(_note(file), "\n".join([*_noted(file), mark][-NOTED:]) + "\n")


def _noted(file):
    try:
        return _note(file).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def _note(file):
    return file.with_name(f".{file.stem}.checked")


@functools.cache
def _checks():
    found = hashlib.sha256()
    for folder in CHECKED_BY:
        for path in sorted((Path(__file__).parents[1] / folder).glob("*.*")):
            if path.is_file():
                found.update(path.name.encode() + path.read_bytes())
    return found.digest()
