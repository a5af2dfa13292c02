"""What the commands of the benchmark share: options, a folder for files, figures only from a quiet machine."""

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from benchmarks import quiet, saved
from benchmarks.measure import Files, Wrong, run_case


def say(text):
    """Words go to stderr: stdout belongs to the figures."""
    print(text, file=sys.stderr, flush=True)


def parser(about, *, rounds):
    """The options that all commands have."""
    made = argparse.ArgumentParser(prog="run.py bench", description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--rounds", type=int, default=rounds, help=f"how often each contestant runs (default {rounds})")
    made.add_argument("--files", type=Path, help="folder for the exports, kept for the next time (default: in the temp folder)")
    made.add_argument("--json", action="store_true", help="figures as JSON on stdout")
    made.add_argument("--save", action="store_true", help="keep the figures in tests/benchmarks/results.json")
    made.add_argument("--loud", action="store_true", help="print times even while other programs use the machine")
    return made


class Refused(Exception):
    """No figures, and why."""


def refused(problem):
    """Says why there are no figures; the exit code."""
    say(str(problem))
    return 1


@contextmanager
def measuring(words):
    """A function (cases, lines) that measures and gives (results, noise), where it is quiet enough or the user said --loud.

    Raises Refused under load, and where a contestant failed or was wrong.
    """
    _must_be_quiet(quiet.noise(say) if not words.loud else None, words)
    folder = words.files or Path(tempfile.gettempdir()) / "orderkit-bench"
    folder.mkdir(parents=True, exist_ok=True)

    def measure(cases, lines):
        with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as work:
            files = Files(folder / str(lines), lines, say)
            results = [run_case(case, files, words.rounds, work, say) for case in cases]
        noise = quiet.loud_rounds(_shares(results))
        _must_be_quiet(noise, words)
        return results, noise

    try:
        yield measure
    except Wrong as problem:
        raise Refused(f"no figures: {problem}") from problem


def keep(words, results, lines, noise):
    """Saves figures where the user asked for it."""
    if words.save:
        saved.keep(results, lines=lines, rounds=words.rounds, loud=bool(noise))


def _shares(results):
    return [told["others"]["median"] for result in results for told in result["entries"].values() if "others" in told]


def _must_be_quiet(noise, words):
    if noise and not words.loud:
        raise Refused(f"no times: {noise}. They would mean nothing. Try again later, or say --loud to see them all the same.")
