"""How much the engine wrote into its temporary files: the most that lay there at any moment."""

import threading
from contextlib import contextmanager, suppress
from pathlib import Path

EVERY = 0.05  # seconds


class Spill:
    """The most MB that a folder held."""

    most_mb = 0.0

    def look(self, folder):
        """Notes what lies in the folder now."""
        size = 0
        for file in folder.glob("*"):
            with suppress(OSError):  # the engine deletes them as it likes
                size += file.stat().st_size
        self.most_mb = max(self.most_mb, size / (1 << 20))


@contextmanager
def watched(folder):
    """Watches a folder from a thread while the engine works."""
    spill, ended, folder = Spill(), threading.Event(), Path(folder)

    def look():
        while not ended.wait(EVERY):
            spill.look(folder)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield spill
    finally:
        ended.set()
        thread.join()
        spill.look(folder)
