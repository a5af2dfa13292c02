"""How much time and memory a step took. Time is the lesser of clock and processor: a busy computer makes no hang."""

import time
from pathlib import Path

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _resident(key):
    if not STATUS.exists():
        return 0
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024


class Peak:
    """A context that measures seconds, and bytes of memory above those at its start (0 where the system does not tell)."""

    def __init__(self):
        self.seconds, self.bytes = 0.0, 0

    def __enter__(self):
        try:
            RESET.write_text("5")
            self._before = _resident("VmRSS")
        except OSError:
            self._before = None
        self._started = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds = min(time.monotonic() - self._started[0], time.process_time() - self._started[1])
        if self._before is not None:
            self.bytes = max(0, _resident("VmHWM") - self._before)
