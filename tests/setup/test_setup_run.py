"""run.py, without making an environment: .ci/run makes a real one on a bare checkout."""

import ast
import json
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

import run

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "run.py").read_text(encoding="utf-8")


def call(*words, folder=ROOT):
    return subprocess.run([sys.executable, ROOT / "run.py", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path):
    """A folder with the two lists that a set-up is made from."""
    (tmp_path / "requirements.lock").write_text("a==1\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def finished(project):
    """A finished set-up: an environment whose stamp says what it was made from."""
    python = run.venv_python(project / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (project / ".venv" / "pyvenv.cfg").touch()
    (project / ".venv" / run.STAMP.name).write_text(run.wanted_stamp(project), encoding="utf-8")
    return project


def state(project):
    return run.state_of(project / ".venv", run.wanted_stamp(project))


# what it is made of


def test_only_the_standard_library_is_imported():
    nodes = list(ast.walk(ast.parse(SOURCE)))
    names = {alias.name.partition(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {"pathlib", "subprocess"} <= names
    assert names - sys.stdlib_module_names == set()


def test_an_old_python_can_read_it_as_far_as_the_sentence_about_its_age():
    ast.parse(SOURCE, feature_version=(3, 7))


# which Python


def test_python_3_11_is_new_enough_and_3_10_is_not():
    assert run.too_old((3, 11, 0)) is None
    assert run.too_old((3, 10, 99), which=lambda name: None).startswith(
        "orderkit needs Python 3.11 or later; this is Python 3.10.99 ("
    )


def test_a_newer_python_on_the_computer_is_named():
    there = {"python3.12", "python3.11"}
    assert "`python3.12 run.py ...`" in run.too_old((3, 9, 2), which=lambda name: name in there)
    assert "Install a newer one" in run.too_old((3, 9, 2), which=lambda name: None)


def test_the_environments_python_is_where_each_system_keeps_it():
    windows = run.venv_python(PureWindowsPath(r"C:\My Shop\orderkit\.venv"), windows=True)
    assert str(windows) == r"C:\My Shop\orderkit\.venv\Scripts\python.exe"
    assert str(run.venv_python(PurePosixPath("/my shop/.venv"), windows=False)) == "/my shop/.venv/bin/python"


# when the set-up is made again


def test_no_environment_yet(project):
    assert state(project) == "none"


def test_a_finished_set_up_is_used_as_it_is(finished):
    assert state(finished) == "ready"


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_list_is_installed_over_it(finished, name):
    (finished / name).write_text("b==2\n", encoding="utf-8")
    assert state(finished) == "changed"


def test_a_broken_off_install_is_made_anew(finished):
    (finished / ".venv" / run.STAMP.name).write_text(run.UNFINISHED, encoding="utf-8")
    assert state(finished) == "unfinished"


def test_an_environment_without_stamp_is_made_anew(finished):
    (finished / ".venv" / run.STAMP.name).unlink()
    assert state(finished) == "unfinished"


def test_an_environment_whose_python_is_gone_is_made_anew(finished):
    run.venv_python(finished / ".venv").unlink()
    assert state(finished) == "unfinished"


@pytest.mark.parametrize(("key", "value"), [("folder", "/elsewhere"), ("python", [3, 10])])
def test_an_environment_of_another_folder_or_python_is_made_anew(finished, key, value):
    stamp = finished / ".venv" / run.STAMP.name
    stamp.write_text(json.dumps({**json.loads(stamp.read_text(encoding="utf-8")), key: value}), encoding="utf-8")
    assert state(finished) == "unfinished"


def test_a_folder_of_that_name_with_other_things_in_it_is_left_alone(project):
    (project / ".venv").mkdir()
    (project / ".venv" / "letters.txt").touch()
    with pytest.raises(run.SetupFailed, match="not a Python environment"):
        state(project)


def test_the_stamp_is_written_only_after_a_whole_install(project, monkeypatch):
    venv = project / ".venv"
    venv.mkdir()
    monkeypatch.setattr(run, "STAMP", venv / run.STAMP.name)
    monkeypatch.setattr(run, "make_venv", lambda **options: None)

    def fail(python):
        raise run.StepFailed("installing", "line one\n\nno space left on device\n")

    monkeypatch.setattr(run, "install_with_what_works", fail)
    with pytest.raises(
        run.SetupFailed, match=r"stopped at: installing(.|\n)*no space left on device(.|\n)*run the same command again"
    ):
        run.make("none", Path("python"), "whole")
    assert run.STAMP.read_text(encoding="utf-8") == run.UNFINISHED

    monkeypatch.setattr(run, "install_with_what_works", lambda python: None)
    run.make("none", Path("python"), "whole")
    assert run.STAMP.read_text(encoding="utf-8") == "whole"


def test_a_python_without_ensurepip_names_the_debian_package(monkeypatch):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(run.SetupFailed, match="apt install python3-venv"):
        run.make_venv(clear=False, with_pip=True)


# how it installs


def test_uv_itself_comes_from_the_lock_with_its_hashes():
    lock = "uv==1.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via orderkit\nuvicorn==3 \\\n    --hash=sha256:cc\n"
    assert run.lock_entry(lock, "uv") == "uv==1.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert run.lock_entry((ROOT / "requirements.lock").read_text(encoding="utf-8"), "uv").count("--hash=sha256:") > 10


def test_uv_is_given_the_index_and_certificate_of_pips_settings():
    settings = ":env:.cert='/env.pem'\nglobal.cert='/etc/ca.pem'\nuser.index-url='mine'\nglobal.index-url='common'\n"
    found = run.uv_environment({}, settings)
    assert (found["UV_DEFAULT_INDEX"], found["SSL_CERT_FILE"]) == ("mine", "/env.pem")


def test_uvs_own_settings_win_over_pips():
    found = run.uv_environment({"UV_INDEX_URL": "uvs"}, "global.index-url='common'\n")
    assert (found["UV_INDEX_URL"], found.get("UV_DEFAULT_INDEX")) == ("uvs", None)
    assert "UV_DEFAULT_INDEX" not in run.uv_environment({}, "")


def test_a_tool_that_fails_shows_its_last_words(capsys):
    with pytest.raises(run.StepFailed) as failure:
        run.step("trying", [sys.executable, "-c", "print('first'); print('no disk'); raise SystemExit(3)"], None)
    assert failure.value.tail == ["first", "no disk"]
    assert "trying ... " in capsys.readouterr().err


def test_other_package_folders_of_the_user_stay_out():
    assert run.clean_environment({"PYTHONPATH": "x", "PYTHONHOME": "y", "PATH": "z"}) == {"PATH": "z"}


# what it runs

HERE = Path("shop")
OURS = str(HERE / "orderkit.duckdb")


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["--sample"]),
        (["--to", "out"], ["--sample", "--to", "out"]),
        (["exports"], ["exports", "--db", OURS]),
        (["a.txt", "b.csv", "--to", "out"], ["a.txt", "b.csv", "--to", "out", "--db", OURS]),
        (["exports", "--db", "mine.duckdb"], ["exports", "--db", "mine.duckdb"]),
        (["exports", "--db=mine.duckdb"], ["exports", "--db=mine.duckdb"]),
        (["--db", "mine.duckdb"], ["--db", "mine.duckdb"]),
        (["--help"], ["--help"]),
    ],
)
def test_report_shows_the_sample_or_keeps_a_database_where_the_user_stands(given, passed):
    assert run.child_words("report", given, HERE) == ["-P", "-m", "orderkit", "report", *passed]


def test_every_verb_of_orderkit_is_passed_on_and_no_other():
    from orderkit.cli import main

    assert set(run.COMMANDS) - set(run.OWN) == set(main.commands)


@pytest.mark.parametrize("command", ["today", "doctor", "lab", "map", "purge"])
def test_other_commands_pass_on_what_they_were_given(command):
    assert run.child_words(command, ["--json"], HERE) == ["-P", "-m", "orderkit", command, "--json"]


def test_test_gives_its_words_to_pytest():
    """Tests of one file run one after another in one process, so that what they share is made once."""
    words = run.child_words("test", ["-k", "setup"], HERE)
    assert words == ["-m", "pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-k", "setup"]


def test_bench_runs_the_benchmark_where_the_user_stands():
    words = run.child_words("bench", ["--lines", "9", "--only", "plain"], HERE)
    assert words == [str(ROOT / "tests" / "benchmarks"), "--lines", "9", "--only", "plain"]
    assert (Path(words[0]) / "__main__.py").exists()


@pytest.mark.parametrize("code", [0, 3])
def test_the_programs_exit_code_is_passed_on(code, tmp_path):
    words = ["-c", f"import pathlib; pathlib.Path('here').touch(); raise SystemExit({code})"]
    inside = f"import run, sys, pathlib; sys.exit(run.run(pathlib.Path(sys.executable), {words!r}, {str(tmp_path)!r}))"
    ended = subprocess.run([sys.executable, "-c", inside], cwd=ROOT, check=False)
    assert ended.returncode == code
    assert (tmp_path / "here").exists()


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_names_every_command_from_any_folder(words, tmp_path):
    ended = call(*words, folder=tmp_path)
    assert ended.returncode == 0
    assert [name for name in run.COMMANDS if name not in ended.stdout.split()] == []


def test_an_unknown_command_is_a_usage_error_with_the_nearest_name():
    ended = call("reprot")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Did you mean 'report'?" in ended.stderr
