"""Judges kinds in a process of its own, which is ended where a kind hangs: python -m tests.broken.worker reads names."""

import json
import queue
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .case import KINDS
from .kinds import load_kinds
from .outcome import Verdict, judge

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds by the clock; a hang is 10 of the processor's, and making the file counts too


class Worker:
    """A process that judges one kind after the other."""

    def __init__(self):
        self._process = None

    def judge(self, name, seed=1):
        """The Verdict on a kind; hang where none came in time, crash where the process died."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        self._process.stdin.write(f"{name} {seed}\n")
        self._process.stdin.flush()
        try:
            said = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            self.close()
            return self._without_answer(name, seed, "hang", f"no answer in {PATIENCE} s")
        if not said:
            return self._without_answer(name, seed, "crash", f"the process ended ({self._process.wait()})")
        return Verdict(**json.loads(said))

    def _start(self):
        command = [sys.executable, "-m", "tests.broken.worker"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._answers = queue.Queue()
        threading.Thread(target=_listen, args=(self._process.stdout, self._answers), daemon=True).start()

    @staticmethod
    def _without_answer(name, seed, outcome, note):
        entry = KINDS[name]
        return Verdict(name, entry.group, entry.base, entry.case(seed).expected(), outcome, note)

    def close(self):
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.stdin.close()
            self._process.wait()
            self._process = None


def _listen(stream, answers):
    with stream:
        for line in stream:
            answers.put(line)
    answers.put("")


def judge_all(names, seed=1, workers=2):
    """The verdicts on many kinds, in their order, by a few processes."""
    pool = queue.Queue()
    for _ in range(workers):
        pool.put(Worker())

    def one(name):
        worker = pool.get()
        try:
            return worker.judge(name, seed)
        finally:
            pool.put(worker)

    try:
        with ThreadPoolExecutor(workers) as threads:
            yield from threads.map(one, names)
    finally:
        while not pool.empty():
            pool.get().close()


def main():
    """Reads `name seed` per line and writes one verdict as JSON per line."""
    load_kinds()
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing but verdicts may be written to the pipe
    for line in sys.stdin:
        name, seed = line.split()
        try:
            verdict = judge(name, int(seed))
        except Exception as problem:  # the judge's own mistake: to be seen, not to end all
            print(traceback.format_exc(), file=sys.stderr)
            verdict = Worker._without_answer(name, int(seed), "crash", f"judge: {problem!r}"[:300])
        answers.write(json.dumps(verdict.to_json()) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
