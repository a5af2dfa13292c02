"""Rounds of a benchmark, each in a process of its own, and whether what was promised was kept."""

import json
import subprocess
import sys

import click


def run(module, size, rounds, promised):
    """Prints what each round measured, a line of JSON each, and for every promise the worst round: kept or MISSED.

    module: run as `python -m MODULE child SIZE`, which prints its figures as JSON; promised: the most of each named figure.
    """
    child = [sys.executable, "-m", module, "child", str(size)]
    told = [json.loads(subprocess.check_output(child)) for _ in range(rounds)]
    for row in told:
        click.echo(json.dumps(row))
    for name, most in promised.items():
        worst = max(row[name] for row in told)
        click.echo(f"{name}: {worst:,}, at most {most:,}: {'kept' if worst <= most else 'MISSED'}")
