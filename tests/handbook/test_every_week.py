"""docs/every-week.md: what it gives to cron, systemd, launchd and the Task Scheduler can be read by them; its alerts are run."""

import configparser
import datetime as dt
import json
import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orderkit.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "every-week.md").read_text(encoding="utf-8")
RECORDED = (Path(__file__).parent / "recorded_report.json").read_text(encoding="utf-8")
COMMAND = ["run.py", "report", "exports/", "--week", "last", "--json"]
CRON = re.compile(r"([0-5]?\d) ([01]?\d|2[0-3]) (\*|[1-9]|[12]\d|3[01]) (\*|[1-9]|1[0-2]) ([0-7]) (.+)")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def written(path):
    """The block that the page says to write into a path."""
    return re.search(rf"into `{re.escape(path)}`[^\n]*:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]


def test_everywhere_it_is_the_same_command_and_orderkit_takes_it():
    told = re.findall(r"run\.py report exports[/\\] --week last --json", PAGE)
    assert len(told) == 5
    context = main.commands["report"].make_context("report", COMMAND[2:], resilient_parsing=False)
    assert (context.params["week"], context.params["as_json"]) == ("last", True)
    assert [Path(path).name for path in context.params["paths"]] == ["exports"]


def test_the_line_for_cron_is_one_that_cron_reads():
    (line,) = blocks("cron")
    minute, hour, day, month, weekday, command = CRON.fullmatch(line.strip()).groups()
    assert (int(hour), int(minute), day, month, weekday) == (7, 5, "*", "*", "1")
    assert "%" not in command  # cron takes it for a line break
    assert command.startswith('cd "$HOME/orderkit" && python3 run.py report')
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


def unit(name):
    read = configparser.ConfigParser(strict=True, interpolation=None)
    read.optionxform = str
    read.read_string(written(f"~/.config/systemd/user/{name}"))
    return {section: dict(read[section]) for section in read.sections()}


def test_the_units_for_systemd_fit_each_other():
    service, timer = unit("orderkit.service"), unit("orderkit.timer")
    assert service["Service"]["ExecStart"].split() == ["/usr/bin/python3", *COMMAND]
    assert service["Service"]["WorkingDirectory"] == "%h/orderkit"
    assert (service["Service"]["Type"], service["Service"]["SuccessExitStatus"]) == ("oneshot", "1")
    assert timer["Timer"] == {"OnCalendar": "Mon 07:05", "Persistent": "true"}
    assert timer["Install"] == {"WantedBy": "timers.target"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here to read its units")
def test_systemd_reads_its_units(tmp_path):
    for name in ("orderkit.service", "orderkit.timer"):
        (tmp_path / name).write_text(written(f"~/.config/systemd/user/{name}").replace("/usr/bin/python3", sys.executable))
    (tmp_path / "orderkit").mkdir()
    env = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "verify", "--user", str(tmp_path / "orderkit.timer"), str(tmp_path / "orderkit.service")]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert not [line for line in ended.stderr.splitlines() if "orderkit." in line], ended.stderr


def test_launchd_reads_its_list():
    read = plistlib.loads(written("~/Library/LaunchAgents/orderkit.weekly.plist").encode())
    assert read["ProgramArguments"][1:] == COMMAND
    assert read["StartCalendarInterval"] == {"Weekday": 1, "Hour": 7, "Minute": 5}
    assert read["WorkingDirectory"] == str(Path(read["StandardErrorPath"]).parent) == str(Path(read["StandardOutPath"]).parent)


def test_the_task_for_windows_names_the_file_that_is_written():
    lines = written(r"C:\orderkit\weekly.bat").splitlines()
    assert lines[1:3] == [r"cd /d C:\orderkit", lines[2]]
    assert lines[2].startswith("py -3 run.py report")
    assert lines[-1] == "exit /b %ERRORLEVEL%"
    create = next(block for block in blocks("bat") if "schtasks" in block).splitlines()[0]
    options = dict(re.findall(r'/(\w+) ("[^"]+"|\S+)', create.removeprefix("schtasks /Create")))
    assert options == {"TN": '"orderkit weekly"', "TR": r'"C:\orderkit\weekly.bat"', "SC": "WEEKLY", "D": "MON", "ST": "07:05"}
    (shell,) = blocks("powershell")
    defined = set(re.findall(r"^(\$\w+) =", shell, re.MULTILINE))
    assert set(re.findall(r"\$\w+", shell.splitlines()[-1])) == defined == {"$action", "$trigger", "$settings"}
    assert r'"C:\orderkit\weekly.bat"' in shell


def test_monday_is_monday_in_every_calendar():
    assert dt.date(2026, 11, 16).isoweekday() == 1  # cron and launchd count Monday as 1, as ISO does


@pytest.fixture
def home(tmp_path):
    """A home folder whose orderkit prints what was recorded, or another text, and ends with a code."""

    def prepared(code=0, told=RECORDED):
        (tmp_path / "orderkit").mkdir()
        (tmp_path / "told").write_text(told)
        (tmp_path / "orderkit" / "run.py").write_text(
            "import pathlib, sys\n"
            "pathlib.Path('words').write_text(repr(sys.argv))\n"
            "print('words for people', file=sys.stderr)\n"
            f"sys.stdout.write(pathlib.Path({str(tmp_path / 'told')!r}).read_text())\n"
            f"sys.exit({code})\n"
        )
        return tmp_path

    return prepared


def alert(home, name):
    """(what the alert prints, its code) of the script of this name on the page, run in a home folder."""
    (home / name).write_text(written(name))
    bins = home / "bin"
    bins.mkdir()
    (bins / "python3").symlink_to(sys.executable)
    env = {**os.environ, "HOME": str(home), "PATH": f"{bins}{os.pathsep}{os.environ['PATH']}"}
    program = ["sh"] if name.endswith(".sh") else [sys.executable]
    ended = subprocess.run([*program, home / name], env=env, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert (home / "orderkit" / "words").read_text() == repr(COMMAND)
    assert (home / "orderkit" / "orderkit.log").read_text() == "words for people\n"
    return ended.stdout, ended.returncode


def test_the_shell_alert_speaks_of_what_ran_out(home):
    assert alert(home(), "weekly.sh") == (f"Something can no longer be claimed: {RECORDED.strip()}\n", 0)


def test_the_shell_alert_is_silent_where_all_is_well(home):
    quiet = json.dumps({**json.loads(RECORDED), "expired": {}})
    assert alert(home(1, quiet), "weekly.sh") == ("", 1)


@pytest.mark.parametrize("name", ["weekly.sh", "weekly.py"])
def test_an_alert_speaks_of_a_run_that_failed(home, name):
    printed, code = alert(home(4, ""), name)
    assert code == 4
    assert printed.startswith("orderkit ended with code 4: see ")
    assert len(printed.splitlines()) == 1


def test_the_python_alert_tells_what_to_look_at(home):
    told = json.loads(RECORDED)
    printed, code = alert(home(3), "weekly.py")
    assert code == 3
    assert printed.splitlines()[1:] == [
        f"2026-W46: {told['headline']}",
        f"Look today: 842.00 USD can be claimed. {told['page']}",
    ]


def test_the_recorded_json_has_the_keys_that_the_page_names():
    section = PAGE.split("## What it says")[1].split("\n\n| exit code")[0]
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\|(.+?)\|", section, re.MULTILINE)))
    assert named == list(json.loads(RECORDED))
