"""From a notebook to a file: right names, a failing cell, nothing left behind, the same page twice."""

from datetime import date
from pathlib import Path

import nbformat
import pytest

from orderkit.errors import BadValue, UnknownName
from orderkit.reports import ReportFailed, build
from orderkit.reports.build import parameter_names, read_notebook

NOTEBOOK = Path(__file__).parent / "small_report.py"


def test_a_wrong_parameter_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(UnknownName, match=r"No parameter is called 'weak' in notebook small_report. Did you mean 'week'\?"):
        build(NOTEBOOK, to=tmp_path, parameters={"weak": "2026-W46"}, name="small")
    assert list(tmp_path.iterdir()) == []


def test_parameters_are_those_that_the_tagged_cell_sets():
    assert parameter_names(read_notebook(NOTEBOOK)) == ["week", "fail"]


@pytest.mark.parametrize("name", ["", "../up", "a/b"])
def test_a_name_with_folders_is_refused(tmp_path, name):
    with pytest.raises(BadValue, match="without folders"):
        build(NOTEBOOK, to=tmp_path, parameters={}, name=name)


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(BadValue, match=r"There is no notebook .*nowhere\.py"):
        build(tmp_path / "nowhere.py", to=tmp_path, parameters={}, name="small")


@pytest.mark.slow
def test_a_failing_cell_keeps_the_notebook_and_the_older_page(tmp_path):
    older = tmp_path / "small.html"
    older.write_text("last week's page", encoding="utf-8")
    with pytest.raises(ReportFailed) as caught:
        build(NOTEBOOK, to=tmp_path, parameters={"fail": True}, name="small")
    kept = tmp_path / "small.failed.ipynb"
    assert str(caught.value) == (
        "small_report stopped at 'Refunds at risk on late deliveries': AssertionError: the test asked for it. "
        f"The notebook, as far as it got, is kept in {kept}"
    )
    assert any(cell.get("outputs") for cell in nbformat.read(kept, as_version=4).cells)
    assert older.read_text(encoding="utf-8") == "last week's page"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.failed.ipynb", "small.html"]


@pytest.mark.slow
def test_a_second_build_gives_the_same_bytes_and_clears_an_old_failure(page_path, tmp_path):
    (tmp_path / "small.failed.ipynb").write_text("{}", encoding="utf-8")
    again = build(NOTEBOOK, to=tmp_path, parameters={"week": "2026-W46"}, name="small", sample=True)
    assert again.read_bytes() == page_path.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["small.html"]


@pytest.mark.slow
def test_values_arrive_in_the_notebook_and_a_file_of_the_user_is_no_module(tmp_path, monkeypatch):
    notebook = tmp_path / "shown.py"
    code = [
        "# %% tags=['parameters']",
        "day, folder = None, None",
        "# %%",
        "import random",
        "print(day, folder, random.choice([7]))",
    ]
    notebook.write_text("\n".join(code).replace("day, folder = None, None", "day = None\nfolder = None"), encoding="utf-8")
    (tmp_path / "random.py").write_text("raise SystemExit('a file of the user ran')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    path = build(notebook, to="out", parameters={"day": date(2026, 11, 15), "folder": Path("exports")}, name="shown")
    page = path.read_text(encoding="utf-8")
    assert '<pre class="ok-text">2026-11-15 exports 7</pre>' in page
    assert "SAMPLE" not in page
    assert "ok-plotly" not in page.split("<body>")[0]  # a page without charts carries no chart library


@pytest.mark.slow
def test_a_python_that_ends_is_an_error_in_words(tmp_path):
    notebook = tmp_path / "ends.py"
    notebook.write_text("# %% [markdown]\n# ## Too much\n# %%\nimport os\nos._exit(3)\n", encoding="utf-8")
    with pytest.raises(ReportFailed, match="ends stopped at 'Too much': its Python process ended"):
        build(notebook, to=tmp_path, parameters={}, name="ends")
