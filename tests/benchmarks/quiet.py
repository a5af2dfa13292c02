"""Whether the machine is quiet enough for a time to mean something."""

import os
import time

from benchmarks.measure import busy

SHARE = 0.1  # of all processors that other programs may use
LOAD = 1.5  # programs that wait for a processor, on average of the last minute
PATIENCE = 180  # seconds until the average has forgotten what ran before
LISTENED = 3  # seconds


def noise(say, *, patience=PATIENCE):
    """A sentence about what else the machine is doing, None where it is quiet; waits a while for the load average to fall."""
    ends = time.monotonic() + patience
    while (told := _now()) and time.monotonic() < ends:
        say(f"waiting for the machine to be quiet: {told}")
        time.sleep(min(15, max(ends - time.monotonic(), 0)))
    return told


def loud_rounds(shares):
    """A sentence where other programs used too much of the machine while it was measured; shares: of each entry's rounds."""
    worst = max(shares, default=0)
    return f"other programs used {worst:.0%} of this machine, more than {SHARE:.0%}" if worst > SHARE else None


def _now():
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    if load > LOAD:
        return f"its load average is {load:.1f}, more than {LOAD}"
    before = busy()
    if before is None:
        return None
    time.sleep(LISTENED)
    return loud_rounds([(busy() - before) / LISTENED / os.cpu_count()])
