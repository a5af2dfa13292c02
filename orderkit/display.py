"""How pieces of HTML look where no page of ours styles them: in JupyterLab, light and dark.

The weekly page has a style sheet of its own and leaves this one out (`for_pages`). Colours are JupyterLab's own variables, so
that they follow its theme; elsewhere they fall back to those of the text around them.
"""

import re

# MathJax takes what stands between two dollar signs for a formula: these classes tell its versions to leave money alone.
AS_IT_STANDS = "mathjax_ignore tex2jax_ignore"
PAGES_LEAVE_IT_OUT = {"orderkit_progress": True}  # metadata of an output that only tells how far the work is

# The last rule is for charts without a ground of their own, as ours are: on dark their words take the colour of the text around.
_RULES = """
.ok-lab{--ok-quiet:var(--jp-ui-font-color2,GrayText);
--ok-rule:var(--jp-border-color2,#8886);--ok-ground:var(--jp-layout-color0,Canvas);
--ok-warm:var(--jp-warn-color0,#b3470b);font-variant-numeric:tabular-nums;max-width:1180px}
.ok-lab .ok-headline{font-size:1.25em;line-height:1.35;font-weight:600;margin:.4em 0 .6em}
.ok-lab .ok-front{font-size:1.5em;line-height:1.3;font-weight:600;margin:.4em 0}
.ok-lab .ok-note,.ok-lab .ok-unknown,.ok-lab .ok-task-about,
.ok-lab .ok-task-left,.ok-lab summary,.ok-lab caption{color:var(--ok-quiet)}
.ok-lab .ok-table{overflow:auto;max-height:70vh;margin:.6em 0}
.ok-lab .ok-table table{margin:0;border-collapse:separate;border-spacing:0}
.ok-lab .ok-table caption{text-align:left;padding-bottom:4px}
.ok-lab .ok-table th,.ok-lab .ok-table td{text-align:left;vertical-align:top;
padding:5px 14px 5px 4px;max-width:26em;white-space:normal}
.ok-lab .ok-table thead th{position:sticky;top:0;
background:var(--ok-ground);border-bottom:1px solid var(--ok-rule);vertical-align:bottom}
.ok-lab .ok-table .ok-right{text-align:right}
.ok-lab .ok-table td.ok-right,.ok-lab .ok-table td.ok-short{white-space:nowrap}
.ok-lab .ok-table td.ok-long{min-width:12em}
.ok-lab ol.ok-tasks.ok-tasks{list-style:none;padding:0;margin:.6em 0;border-top:1px solid var(--ok-rule)}
.ok-lab ol.ok-tasks>li{display:grid;grid-template-columns:9.5em 1fr auto;gap:2px 18px;padding:8px 0;margin:0;
border-bottom:1px solid var(--ok-rule)}
.ok-lab .ok-task-when,.ok-lab .ok-task-money{font-weight:600}
.ok-lab .ok-task-left{display:block;font-weight:400}
.ok-lab .ok-task-note,.ok-lab .ok-task-about{display:block}
.ok-lab .ok-urgent .ok-task-left,.ok-lab .ok-bad{color:var(--ok-warm)}
.ok-lab .ok-task-what strong{display:block}
.ok-lab .ok-task-money{text-align:right;white-space:nowrap}
.ok-lab .ok-badge{border:1px solid currentColor;border-radius:9px;padding:0 7px;font-size:.85em;font-weight:600}
.ok-lab ul.ok-cards.ok-cards{list-style:none;padding:0;margin:.8em 0;
display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:10px}
.ok-lab ul.ok-cards>li{border:1px solid var(--ok-rule);border-radius:8px;padding:10px 14px;margin:0}
.ok-lab .ok-card-label,.ok-lab .ok-card-value,.ok-lab .ok-card-note{display:block}
.ok-lab .ok-card-label,.ok-lab .ok-card-note{color:var(--ok-quiet);font-size:.9em}
.ok-lab .ok-card-value{font-size:1.25em}
.ok-lab details{margin:.4em 0}
.ok-lab summary{cursor:pointer}
.ok-lab h4{margin:1em 0 .3em}
[data-jp-theme-light=false] .js-plotly-plot:has(.main-svg[style*="rgba(0, 0, 0, 0)"]) text:not(.bartext-inside){
fill:var(--jp-content-font-color1)!important}
"""
STYLE = f"<style>{''.join(_RULES.splitlines())}</style>"


def framed(html):
    """A piece of HTML with the style that it needs in JupyterLab; dollar signs in it stay dollar signs."""
    return f'<div class="ok-lab {AS_IT_STANDS}">{STYLE}{html}</div>'


def without_style(html):
    """A piece without its style, such as for its words."""
    return html.replace(STYLE, "")


def in_notebooks_only(html):
    """A piece, with no `section` in it, that pages leave out, such as which function to call next."""
    return f'<section class="ok-notebook">{html}</section>'


def for_pages(html):
    """A piece as the weekly page takes it: it has a style sheet of its own, and its readers call no functions."""
    return re.sub(r'<section class="ok-notebook">.*?</section>', "", without_style(html), flags=re.DOTALL)
