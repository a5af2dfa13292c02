"""The nbconvert exporter that turns an executed notebook into one page: no request, no foreign script, charts included.

Also usable by itself: `jupyter nbconvert --to orderkit notebook.ipynb` (entry point `orderkit`).
"""

from pathlib import Path

from markupsafe import Markup
from nbconvert.exporters import HTMLExporter, TemplateExporter
from traitlets import default

from orderkit.reports import parts, vendor

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
TEMPLATE = Path(__file__).parent / "template"


class PageExporter(HTMLExporter):
    """One offline HTML file from our own template, with one shared plotly bundle."""

    export_from_notebook = "orderkit page"

    @default("template_paths")
    def _template_paths(self, prune=True, root_dirs=None):
        # Only our folder: the stock search would also read templates from the directory the user stands in.
        return [str(TEMPLATE)]

    @default("template_file")
    def _template_file_default(self):
        return "page.html.j2"

    def _create_environment(self):
        environment = super()._create_environment()
        environment.autoescape = True
        return environment

    def from_notebook_node(self, nb, resources=None, **kw):
        """The page's text and nbconvert's resources. `resources['metadata']['name']` is the title of last resort."""
        resources = self._init_resources(resources)
        page = parts.read(nb, resources["metadata"].get("name") or "Report")
        resources["page"], resources["words"] = page, parts.words()
        resources["assets"] = _assets(page.has_figures)
        # HTMLExporter would send the finished page through another HTML parser, which could change a hashed script.
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def _assets(with_charts):
    """Style, script, bundle and the content policy that allows exactly these two scripts."""
    style, script = _template("page.css"), _template("page.js")
    hashes = [vendor.script_hash(script.encode())] + ([vendor.policy_hash()] if with_charts else [])
    allowed = " ".join(f"'{word}'" for word in hashes)
    policy = f"{POLICY}; script-src {allowed}"
    return {
        "style": Markup(style),
        "script": Markup(script),
        "policy": Markup(policy),
        "plotly": vendor.packed() if with_charts else "",
    }


def _template(name):
    return (TEMPLATE / name).read_text(encoding="utf-8")
