"""Files that stand there whole or not at all."""

import os
from contextlib import contextmanager, suppress
from pathlib import Path

from orderkit.errors import OrderkitError


class NotWritten(OrderkitError):
    """A file that could not be put in its place; an older one of that name is left as it was."""

    exit_code = 4

    def __init__(self, path, why):
        self.path, self.why = str(path), str(why)
        super().__init__(
            f"{Path(path).name} was not written: {why}. If it is open in another program, close it there, then try again."
        )


@contextmanager
def whole(path):
    """A path beside `path` to write to; what stands there when the block ends takes the place of `path`.

    Where the block fails nothing stays behind. Raises NotWritten where the folder or the file of that name cannot be written.
    """
    target = Path(path)
    unfinished = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(target)
    except OSError as problem:
        raise NotWritten(target, problem.strerror or type(problem).__name__) from problem
    finally:
        with suppress(OSError):  # where its folder is none, there is nothing to take away
            unfinished.unlink()
