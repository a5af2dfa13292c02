"""Figures as a terminal shows them."""

from benchmarks import quiet


def table(result):
    """The figures of a case, its stages and what was promised."""
    lines = [f"\n{result['case']}: {result['about']}"]
    lines.append(f"  {'':40} {'median s':>9} {'spread':>13} {'cpu s':>7} {'peak MB':>8} {'others':>7}")
    for label, told in result["entries"].items():
        lines.append(f"  {label:40} {_figures(told)}")
        if "from_build" in told:
            lines.append(f"  {'  of it from the canonical build on':40} {told['from_build']['median']:9.2f}")
        if "spill_mb" in told and told["spill_mb"]["median"]:
            lines.append(f"  {'  temporary files, most MB':40} {told['spill_mb']['median']:9.0f}")
        lines += [f"    {name:38} {stage['median']:9.3f}" for name, stage in told.get("stages", {}).items()]
    return "\n".join([*lines, *map(_promise, result["goals"])])


def loud(noise):
    """What is printed below figures of a machine that was not quiet."""
    return f"\nLOUD: {noise}. Absolute times mean nothing, ratios little. (Quiet is at most {quiet.SHARE:.0%}.)"


def _figures(told):
    seconds = told["seconds"]
    spread = f"{seconds['least']:.2f}-{seconds['most']:.2f}"
    peak = f"{told['peak_mb']['median']:.0f}" if "peak_mb" in told else "?"
    others = f"{told['others']['median']:.0%}" if "others" in told else "?"
    return f"{seconds['median']:9.3f} {spread:>13} {told['cpu']['median']:7.2f} {peak:>8} {others:>7}"


def _promise(goal):
    value = "?" if goal["value"] is None else f"{goal['value']:.2f}" if abs(goal["value"]) < 100 else f"{goal['value']:.0f}"
    if goal["most"] is None:
        return f"  {goal['text']}: {value}"
    verdict = {True: "kept", False: "MISSED", None: "not measured"}[goal["kept"]]
    return f"  goal: {goal['text']}: {value}, at most {goal['most']:g}: {verdict}"
