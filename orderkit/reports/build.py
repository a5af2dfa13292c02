"""Execute a notebook and write its page: one HTML file, whole or not at all."""

import ast
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from orderkit import languages
from orderkit.errors import BadValue, OrderkitError, UnknownName
from orderkit.reports.whole import whole

KERNEL = "python3"  # only a name, for JupyterLab to open a kept notebook with; what runs is always this interpreter


class ReportFailed(OrderkitError):
    """A cell of a report's notebook failed; names its heading, the error, and the notebook kept as far as it got."""

    exit_code = 4

    def __init__(self, name, heading, error, kept):
        self.name, self.heading, self.error, self.kept = name, heading, error, str(kept)
        at = f" at {heading!r}" if heading else ""
        super().__init__(f"{name} stopped{at}: {error}. The notebook, as far as it got, is kept in {kept}")


def build(notebook_path, *, to, parameters, name, sample=False, kept_in=None):
    """Execute a notebook with `parameters` and write `to`/`name`.html; returns its path.

    The notebook is the `.py` half of a jupytext pair (an `.ipynb` does too). Values may be text, numbers, booleans, None,
    lists and dicts of these, dates (handed over as ISO text) and paths. `sample` marks the page SAMPLE. Nothing of the executed
    notebook stays behind, unless it fails: then it is kept as `name`.failed.ipynb in the folder `kept_in`, by default `to`.

    The page's own words are in the language that the parameter `lang` names, by default the one in use.

    Raises
    ------
    UnknownName
        A parameter that the notebook's `parameters` cell does not set; known before anything runs.
    ReportFailed
        A cell raised an error. No page is written, and an older page of that name is left as it was.
    """
    source, target = Path(notebook_path), _target(to, name)
    notebook = read_notebook(source)
    _check_parameters(notebook, parameters, source.stem)
    if sample:
        notebook.metadata["orderkit"] = {**notebook.metadata.get("orderkit", {}), "sample": True}
    kept = _folder(kept_in or to) / f"{name}.failed.ipynb"
    executed = _execute(notebook, {key: _plain(value) for key, value in parameters.items()}, source.stem, kept)
    with languages.speaking(parameters.get("lang") or languages.current()):
        _write(target, export(executed, name=name).encode())
    kept.unlink(missing_ok=True)
    return target


def read_notebook(path):
    """The notebook of a `.py` (percent) or `.ipynb` file, ready to execute, without outputs."""
    import jupytext

    if not Path(path).is_file():
        raise BadValue(f"There is no notebook {path}.")
    notebook = jupytext.read(path)
    # papermill stops without a language; a .py half written by hand may have no header at all.
    notebook.metadata["kernelspec"] = {"name": KERNEL, "display_name": "Python 3", "language": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def export(notebook, *, name="report"):
    """The page of an executed notebook, as text."""
    from orderkit.reports.exporter import PageExporter

    page, _ = PageExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
    return page


def parameter_names(notebook):
    """Names that the notebook's cell tagged `parameters` sets."""
    cells = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    statements = [statement for source in cells for statement in ast.parse(source).body]
    targets = [target for each in statements if isinstance(each, ast.Assign) for target in each.targets]
    targets += [each.target for each in statements if isinstance(each, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _check_parameters(notebook, parameters, stem):
    known = parameter_names(notebook)
    for key in parameters:
        if key not in known:
            raise UnknownName("parameter", key, known, where=f" in notebook {stem}")


def _plain(value):
    """Values as the notebook's parameter cell can hold them."""
    if isinstance(value, date):
        return value.isoformat()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _execute(notebook, parameters, stem, kept):
    """The executed notebook. A copy that grows with each cell is kept in a private folder, to be saved if it fails."""
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory(prefix="orderkit-") as folder:
        partial = Path(folder) / kept.name
        try:
            return _run(notebook, parameters, partial)
        except (PapermillExecutionError, DeadKernelError) as error:
            _write(kept, partial.read_bytes())
            raise ReportFailed(stem, _heading_at(partial), _in_words(error), kept) from error


def _run(notebook, parameters, partial):
    import papermill

    from orderkit.reports.kernel import OwnKernel

    return papermill.execute_notebook(
        notebook,
        str(partial),
        parameters=parameters,
        kernel_name=KERNEL,
        kernel_manager_class=OwnKernel,
        progress_bar={"desc": "Working out the page"} if sys.stderr.isatty() else False,
        resources={"metadata": {"path": str(Path.cwd())}},
    )


def _heading_at(partial):
    """The heading over the cell at which it stopped: the last one that papermill had begun."""
    import nbformat

    from orderkit.reports import parts

    notebook = nbformat.read(partial, as_version=4)
    states = [cell.metadata.get("papermill", {}).get("status", "pending") for cell in notebook.cells]
    begun = [index for index, state in enumerate(states) if state != "pending"]
    return parts.heading_of(notebook, begun[-1]) if begun else ""


def _in_words(error):
    """The error's kind and its own words."""
    kind = getattr(error, "ename", None)
    if kind is None:
        return "its Python process ended, perhaps out of memory"
    words = str(error.evalue).strip().rstrip(".")
    return f"{kind}: {words}" if words else kind


def _target(to, name):
    if not name or Path(name).name != name:
        raise BadValue(f"A report's name is one file name without folders, not {name!r}.")
    return _folder(to) / f"{name}.html"


def _folder(path):
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(target, content):
    with whole(target) as file:
        file.write_bytes(content)
