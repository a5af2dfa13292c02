"""What the README shows is run: its notebook example word for word, its commands by name, its picture is there."""

import re
import shutil
from pathlib import Path

from orderkit import places

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_notebook_example_runs_as_written(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert 8 <= len([line for line in code.splitlines() if line.strip()]) <= 12
    shutil.copytree(places.sample(), tmp_path / "exports")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert (tmp_path / "shop.duckdb").exists()
    assert names["past"].data_up_to < names["shop"].data_up_to
    names["past"].close()
    names["shop"].close()


def test_every_command_of_the_readme_exists():
    import run

    commands = set(re.findall(r"python3 run\.py (\w+)", README))
    assert {"report", "test"} <= commands <= set(run.COMMANDS)


def test_every_file_that_the_readme_names_is_there():
    for name in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / name).is_file(), name
