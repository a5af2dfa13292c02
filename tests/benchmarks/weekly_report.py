"""The weekly report of a shop: the whole of it as a user runs it, and its stages one after the other in one process."""

import tempfile
import time
from pathlib import Path


class Whole:
    """shop.report(): the notebook executed in a process of its own, and its page."""

    def run(self, job):
        from orderkit.shop import Shop

        self.folder = tempfile.TemporaryDirectory()
        shop = Shop(job["out"], clock=CLOCK)
        self.page = shop.report(to=self.folder.name)
        shop.close()

    def found(self, job):
        told = {"page": Path(self.page).stat().st_size > 10_000}
        self.folder.cleanup()
        return told


CLOCK = "2026-02-10T09:00:00+00:00"  # the days left are counted from the days in which the drawn shop ends


class Stages:
    """What the notebook asks of the shop, in its order, each timed; then pictures and page, as the rest of the notebook."""

    def run(self, job):
        self.stages = {}
        shop = self._open(job)
        results = {}
        for name in ("todo", "exposure", "returns", "losses", "health"):
            results[name] = self._timed(name, getattr(shop, name))
        self._timed("rule changes", shop.rule_changes)
        self._timed("missing", shop.missing)
        of = [result for name, result in results.items() if name != "todo"]
        self._timed("lately", lambda: [shop.lately(result) for result in of])
        self._timed("texts", lambda: [result._repr_html_() for result in results.values()])
        self._timed("pictures", lambda: [result.picture() for result in of])
        shop.close()

    def _open(self, job):
        from orderkit.shop import Shop

        shop = self._timed("open", lambda: Shop(job["out"], clock=CLOCK))
        self._timed("facts", lambda: shop._facts)
        self._timed("answers", lambda: shop._answers)
        self._timed("the week before", lambda: shop._week_ago._answers)
        return shop

    def _timed(self, name, work):
        began = time.perf_counter()
        made = work()
        self.stages[name] = time.perf_counter() - began
        return made

    def found(self, job):
        return {}
