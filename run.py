#!/usr/bin/env python3
"""Set up orderkit beside this file, then run it. Needs Python 3.11 or later and nothing else.

    python3 run.py report              the weekly page of the sample shop, in a throwaway database
    python3 run.py report PATH...      load these exports into orderkit.duckdb in the folder you are in; make the page
    python3 run.py start               the exports in the folder `exports` here: makes the page and opens it (for double clicks)
    python3 run.py today               what expires before next Monday, from orderkit.duckdb in the folder you are in
    python3 run.py lab                 the notebooks, in JupyterLab
    python3 run.py doctor              what is installed, and what is missing
    python3 run.py test [ARGS...]      orderkit's own tests (ARGS go to pytest, run in orderkit's folder)
    python3 run.py bench [OPTIONS]     how long loads and answers take, beside others (`bench --help`)

and every other verb of orderkit, each of which tells more with `python3 run.py VERB --help`:

    load todo done explain ask exposure returns losses health backtest measure sql export formats map policy new purge

Paths come before options; `python3 run.py report --help` lists the options. The first run makes the folder .venv beside
this file from requirements.lock; later runs use it, and make it good again if it is broken or the list has changed.
"""
# The syntax stays what Python 3.6 can read, so that an old Python gets the sentence of `too_old` and no traceback.

import contextlib
import difflib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
OWN = ("test", "bench")  # commands of this file; all others are those of orderkit, which it is handed as they are
COMMANDS = (
    "report", "start", "today", "lab", "doctor", *OWN, "load", "todo", "done", "explain", "ask", "exposure", "returns", "losses",
    "health", "backtest", "measure", "sql", "export", "formats", "map", "policy", "new", "purge",
)  # fmt: skip
SPREAD = ("--dist", "loadfile", "--no-loadscope-reorder")  # what the tests of a file share is made once; the longest not last
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / ".orderkit-lock"
UNFINISHED = "unfinished"
ONLINE = (
    "Is this computer online, and does pip reach a package index from here? Behind a company proxy, set HTTPS_PROXY\n"
    "(or PIP_INDEX_URL for a company index). Then run the same command again."
)


class SetupFailed(Exception):
    """The set-up cannot be made; the text says what happened and what to do."""


class StepFailed(Exception):
    """One tool of the set-up ended with an error; `tail` holds the last lines it wrote."""

    def __init__(self, words, output):
        self.words = words
        self.tail = [line for line in output.splitlines() if line.strip() and not line.startswith("Ignoring ")][-12:]
        super().__init__(f"{words}: {self.tail[-1].strip() if self.tail else 'no output'}")


def say(text):
    """Words go to stderr: stdout belongs to the program that is run."""
    print(text, file=sys.stderr, flush=True)


def too_old(found, which=shutil.which):
    """What to tell the user of a Python older than orderkit needs; None if it is new enough."""
    if tuple(found[:2]) >= NEEDED:
        return None
    needed = ".".join(map(str, NEEDED))
    text = f"orderkit needs Python {needed} or later; this is Python {'.'.join(map(str, found[:3]))} ({sys.executable})."
    newer = next((name for name in NEWER if which(name)), None)
    advice = (
        f"Try `{newer} run.py ...`." if newer else "Install a newer one (python.org, or your system's packages) and use that."
    )
    return f"{text}\n{advice}"


def venv_python(venv, windows=os.name == "nt"):
    """Where an environment keeps its Python: Windows has its own folder names."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def wanted_stamp(root, python=sys.version_info):
    """What a finished set-up was made from. A moved folder counts as changed: scripts and the package's path name it."""
    hashes = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in ("requirements.lock", "pyproject.toml")}
    return json.dumps({**hashes, "python": list(python[:2]), "folder": str(root)}, indent=1)


def state_of(venv, wanted):
    """'none', 'ready', 'changed' (install over it), or 'unfinished' (broken off, moved, or its Python is gone: make it anew)."""
    if not venv.exists():
        return "none"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found, wanted = (json.loads(text) for text in ((venv / STAMP.name).read_text(encoding="utf-8"), wanted))
        if venv_python(venv).exists() and all(found[key] == wanted[key] for key in ("python", "folder")):
            return "ready" if found == wanted else "changed"
    if any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
        raise SetupFailed(f"{venv} is not a Python environment, and run.py needs that name: move it away, then run this again.")
    return "unfinished"


@contextlib.contextmanager
def only_one():
    """Hold a lock while the set-up is made: two runs at once would undo each other's work."""
    with (ROOT / ".venv.lock").open("w") as handle:
        waiting = False
        while not _locked(handle):
            if not waiting:
                say("orderkit: another run is setting up here; waiting for it")
            waiting = True
            time.sleep(0.5)
        yield


def _locked(handle):
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def step(words, command, env):
    """Run one tool of the set-up, keep what it writes for the error, and say how long it took."""
    began, terminal = time.monotonic(), sys.stderr.isatty()
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "errors": "replace"}
    with subprocess.Popen([str(word) for word in command], cwd=str(ROOT), env=env, **options) as tool:
        output = None
        while output is None:
            try:
                output = tool.communicate(timeout=1)[0]
            except subprocess.TimeoutExpired:
                if terminal:
                    print(f"\r  {words} ... {time.monotonic() - began:.0f} s", end="", file=sys.stderr, flush=True)
    outcome = "" if tool.returncode == 0 else ": did not work"
    say(f"{chr(13) if terminal else ''}  {words} ... {time.monotonic() - began:.1f} s{outcome}")
    if tool.returncode:
        raise StepFailed(words, output)


def clean_environment(environ=os.environ):
    """The environment without what would make the .venv's Python look for packages elsewhere."""
    return {key: value for key, value in environ.items() if key not in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")}


def uv_environment(environ, pip_settings):
    """uv does not read pip's settings: hand it the user's own index and certificate, unless uv has settings of its own."""
    sections = ("site", "global", "user", "install", ":env:")  # later ones win, as in pip
    settings = re.findall(r"^(\S+?)\.(index-url|cert)='?(.*?)'?$", pip_settings, re.MULTILINE)
    known = [(section, key, value) for section, key, value in settings if section in sections]
    found = {key: value for section, key, value in sorted(known, key=lambda line: sections.index(line[0]))}
    env = {**environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    if "index-url" in found and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environ):
        env["UV_DEFAULT_INDEX"] = found["index-url"]
    if "cert" in found:
        env.setdefault("SSL_CERT_FILE", found["cert"])
    return env


def pip_settings(python, env):
    """What `pip config list` prints: the user's settings files and PIP_ variables; empty when there is no pip to ask."""
    command = [str(python), "-m", "pip", "config", "list"]
    return subprocess.run(command, env=env, capture_output=True, errors="replace", check=False).stdout


def lock_entry(lock_text, name):
    """The lines of one package in the lock, hashes included."""
    return re.search(rf"^{re.escape(name)}==.*(\n +--hash=.*)+\n", lock_text, re.MULTILINE).group()


def make_venv(clear, with_pip):
    if with_pip and not importlib.util.find_spec("ensurepip"):
        here = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise SetupFailed(
            "This Python cannot make virtual environments: its module ensurepip is missing.\n"
            f"On Debian and Ubuntu: `apt install python3-venv` (or {here}); then run the same command again."
        )
    maker = getattr(sys, "_base_executable", None) or sys.executable  # not a Python that lives in the folder being made
    options = ["--clear"] * clear + ["--without-pip"] * (not with_pip)
    step("making a Python environment", [maker, "-m", "venv", *options, VENV], clean_environment())


def find_uv(python, env):
    """The command that runs uv: the one on PATH, else the locked one put into the environment; None if neither works."""
    if shutil.which("uv"):
        return [shutil.which("uv")]
    only_uv = VENV / "uv.lock.txt"
    only_uv.write_text(lock_entry((ROOT / "requirements.lock").read_text(encoding="utf-8"), "uv"), encoding="utf-8")
    try:
        step("fetching uv, the fast installer", [python, "-m", "pip", "install", "--require-hashes", "-r", only_uv], env)
    except StepFailed:
        return None
    return [python, "-m", "uv"]


def install(installer, words, env):
    """The locked packages, then orderkit itself, which adds nothing: its build tool is in the lock too."""
    lock = ROOT / "requirements.lock"
    step(f"installing the locked packages with {words}", [*installer, "--require-hashes", "-r", lock], env)
    step("installing orderkit itself", [*installer, "--no-deps", "--no-build-isolation", "--editable", ROOT], env)


def install_with_what_works(python):
    env = clean_environment()
    uv = find_uv(python, env)
    if uv:
        uv_env = uv_environment(env, pip_settings(sys.executable, env))
        try:
            return install([*uv, "pip", "install", "--python", python], "uv", uv_env)
        except StepFailed as failure:
            say(f"  uv could not do it ({failure.tail[-1].strip() if failure.tail else 'no output'}); trying with pip")
    if not any(VENV.glob("**/site-packages/pip")):
        step("adding pip", [python, "-m", "ensurepip"], env)
    return install([python, "-m", "pip", "install"], "pip (about a minute)", env)


NEWS = {
    "none": "setting up in .venv beside run.py (first run only; under a minute on a usual connection)",
    "changed": "the list of packages has changed; bringing .venv up to date",
    "unfinished": ".venv is not one that run.py finished here; making it anew",
}


def set_up():
    """Make .venv, or make it good again, and return its Python."""
    python, wanted = venv_python(VENV), wanted_stamp(ROOT)
    if state_of(VENV, wanted) == "ready":
        return python
    with only_one():
        state = state_of(VENV, wanted)  # another run may have made it meanwhile
        if state != "ready":
            began = time.monotonic()
            say(f"orderkit: {NEWS[state]}")
            make(state, python, wanted)
            say(f"orderkit: ready after {time.monotonic() - began:.0f} s\n")
    return python


def make(state, python, wanted):
    """The stamp is written last, so half a set-up never counts as one."""
    try:
        if state != "changed":
            make_venv(clear=state == "unfinished", with_pip=not shutil.which("uv"))
        STAMP.write_text(UNFINISHED, encoding="utf-8")
        install_with_what_works(python)
    except StepFailed as failure:
        tail = "\n".join(f"    {line}" for line in failure.tail)
        raise SetupFailed(f"The set-up stopped at: {failure.words}. The last lines were:\n{tail}\n{ONLINE}") from failure
    STAMP.write_text(wanted, encoding="utf-8")


def report_words(rest, here):
    """`report` with no path shows the sample; with paths it keeps a database where the user stands."""
    named = {word.partition("=")[0] for word in rest if word.startswith("-")}
    if named & {"--help", "-h"}:
        return rest
    if not rest or rest[0].startswith("-"):
        return rest if named & {"--db", "--sample"} else ["--sample", *rest]
    return rest if "--db" in named else [*rest, "--db", str(here / "orderkit.duckdb")]


def child_words(command, rest, here):
    """What the environment's Python is given. -P: a stray csv.py in the user's folder must not stand in for Python's own."""
    if command == "test":
        return ["-m", "pytest", "-n", "auto", *SPREAD, *rest]
    if command == "bench":
        return [str(ROOT / "tests" / "benchmarks"), *rest]
    return ["-P", "-m", "orderkit", command, *(report_words(rest, here) if command == "report" else rest)]


def run(python, words, folder):
    """Run the program with this terminal and pass on how it ended."""
    env = clean_environment()
    env["VIRTUAL_ENV"], env["PATH"] = str(VENV), os.pathsep.join([str(python.parent), env.get("PATH", os.defpath)])
    command = [str(python), *words]
    if os.name != "nt":  # become the program: signals and its exit code then need no passing on
        os.chdir(folder)
        os.execve(command[0], command, env)
    with subprocess.Popen(command, cwd=str(folder), env=env) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C reaches the program too, which ends in its own way
                return child.wait()


def main(arguments):
    problem = too_old(sys.version_info)
    if problem:
        say(problem)
        return 2
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.rstrip())
        return 0
    command, rest = arguments[0], arguments[1:]
    if command not in COMMANDS:
        near = difflib.get_close_matches(command, COMMANDS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        say(f"run.py has no command {command!r}.{hint} It has: {', '.join(COMMANDS)}. `python3 run.py --help` says more.")
        return 2
    here = Path.cwd()
    try:
        return run(set_up(), child_words(command, rest, here), ROOT if command == "test" else here)
    except KeyboardInterrupt:
        say("\norderkit: stopped")
        return 130
    except (SetupFailed, OSError) as failure:
        say(f"orderkit: {failure}")
        return 4


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
