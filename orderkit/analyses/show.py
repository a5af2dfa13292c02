"""How results look: money, days, rates, and small pieces of escaped HTML for notebooks and pages.

Everything that comes from data is escaped here (jinja2 autoescape); a value that is not known says so and is never a zero.
The `ok-` classes are styled by the page's template; without it the pieces are ordinary HTML.
"""

import math
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real

import jinja2
import pandas as pd
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from orderkit.errors import BadValue

NOT_KNOWN = "not known"
LOCALE = "en_US"
TONES = (None, "good", "bad")


class Piece(Markup):
    """Escaped HTML that a notebook shows as HTML and a terminal as its words."""

    def _repr_html_(self):
        return str(self)

    def __repr__(self):
        return self.striptags()


def is_missing(value):
    """True for None, NaN, NaT and pandas' NA."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def money(amount, currency, locale=LOCALE):
    """An amount in words: "$1,234.50", "₹1,997.00", "¥1,235"; "not known" without an amount."""
    if is_missing(amount):
        return NOT_KNOWN
    if is_missing(currency):
        return f"{number(amount, digits=2, locale=locale)} (currency not known)"
    return format_currency(_exact(amount), currency, locale=locale)


def sums(amounts, locale=LOCALE):
    """Sums of several currencies side by side, never added: {"EUR": 310, "USD": 842} gives "€310.00 and $842.00"."""
    texts = [money(amount, currency, locale) for currency, amount in amounts.items()]
    if len(texts) > 1:
        return f"{', '.join(texts[:-1])} and {texts[-1]}"
    return texts[0] if texts else "nothing"


def number(value, digits=None, locale=LOCALE):
    """A number with thousands separators: whole as it is, others with `digits` decimals (2 unless told)."""
    if is_missing(value):
        return NOT_KNOWN
    if digits is None:
        digits = 0 if isinstance(value, Integral) or float(value).is_integer() else 2
    return format_decimal(_exact(value), format="#,##0" + ("." + "0" * digits if digits else ""), locale=locale)


def percent(k, n, locale=LOCALE):
    """A rate with its denominator: "3.5% (12 of 340)". Not all is never 100 %, and not none is never 0 %."""
    if is_missing(k) or is_missing(n):
        return NOT_KNOWN
    if not n:
        return "none to count"
    share = k / n
    if 0 < share < 0.0005:
        text = "under " + format_percent(0.0005, "0.##%", locale=locale)
    elif 0.9995 <= share < 1:
        text = "over " + format_percent(0.9995, "0.##%", locale=locale)
    else:
        text = format_percent(share, "0.#%", locale=locale)
    return f"{text} ({number(k, locale=locale)} of {number(n, locale=locale)})"


def day(value, locale=LOCALE):
    """A day: "Sun 15 Nov 2026". A moment is shown by its own day: convert it to the marketplace's zone first."""
    if is_missing(value):
        return NOT_KNOWN
    return format_date(date.fromisoformat(value[:10]) if isinstance(value, str) else value, "EEE d MMM y", locale=locale)


def table(frame, *, caption=None, money=None, right=(), columns=None, titles=None, locale=LOCALE):
    """A frame as an HTML table.

    `money` maps a column to its currency: the name of the column that has it, or a code such as "USD". `columns` chooses and
    orders what is shown, `titles` renames headers. Numbers stand right, as do the columns in `right`.
    """
    money, titles = money or {}, titles or {}
    shown = list(frame.columns if columns is None else columns)
    rights = [name in money or name in right or _is_numeric(frame[name]) for name in shown]
    rows = []
    for record in frame.to_dict(orient="records"):
        currencies = {name: record.get(source, source) for name, source in money.items()}
        rows.append([_text(name, record[name], currencies, locale) for name in shown])
    headers = [titles.get(name) or _as_title(name) for name in shown]
    return _render("table", caption=caption, headers=headers, rights=rights, rows=rows)


def fold(title, sentences):
    """A closed fold, such as "How we know"; nothing at all when there are no sentences."""
    sentences = list(sentences)
    return _render("fold", title=title, sentences=sentences) if sentences else Piece()


def details(title, *parts):
    """A closed fold around other pieces of HTML from here, such as the rest of a long list."""
    return _render("details", title=title, part=Markup("").join(parts))


def cards(items):
    """Figures side by side. Each item has `value` and `label`, and may have `note` and `tone` ("good" or "bad")."""
    return _render("cards", items=[_with_tone(item) for item in items])


def tasks(items):
    """What to do, in order.

    Each item has `what`, and may have `note`, `deadline` (a date), `left` ("3 days left"), `new`, `money` (text), `link` (https
    only) and `urgent`.
    """
    return _render("tasks", items=[_task(item) for item in items])


def note(text):
    """A quiet line beneath a heading, such as up to when the data reaches."""
    return _render("note", text=text)


def badge(text, tone=None):
    """A short label; colour only repeats what the word says."""
    return _render("badge", item=_with_tone({"text": text, "tone": tone}))


def section(headline, *parts):
    """A finding and what supports it. Parts are HTML from here; plain text becomes a paragraph."""
    return _render("section", headline=headline, parts=[(part, hasattr(part, "__html__")) for part in parts])


def _exact(value):
    """A float as the decimal that it prints as: 0.1 is 0.1."""
    if isinstance(value, Decimal | Integral):
        return value
    return Decimal(repr(float(value)))


def _as_title(name):
    words = str(name).replace("_", " ")
    return words[:1].upper() + words[1:]


def _text(name, value, currencies, locale):
    """One cell as text. A column of money stays money where the currency is not known."""
    return money(value, currencies[name], locale) if name in currencies else _cell(value, locale)


def _cell(value, locale):
    if is_missing(value) or hasattr(value, "__html__"):
        return NOT_KNOWN if is_missing(value) else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and (value.hour or value.minute):
        return f"{day(value, locale)} {value:%H:%M}"
    if isinstance(value, date):
        return day(value, locale)
    if isinstance(value, Real | Decimal):
        return str(value) if math.isinf(value) else number(value, locale=locale)
    return str(value)


def _is_numeric(column):
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column)


def _with_tone(item):
    tone = item.get("tone")
    if tone not in TONES:
        raise BadValue(f"A tone is one of {TONES}, not {tone!r}.")
    return {**item, "css": f" ok-{tone}" if tone else ""}


def _task(item):
    link, deadline = str(item.get("link") or ""), item.get("deadline")
    return {
        **item,
        "link": link if link.startswith("https://") else None,
        "deadline": None if is_missing(deadline) else day(deadline),
    }


def _render(name, **values):
    return Piece(_ENVIRONMENT.get_template(name).render(NOT_KNOWN=NOT_KNOWN, **values))


_PIECES = {
    "details": """<details class="ok-fold"><summary>{{ title }}</summary>{{ part }}</details>""",
    "note": """<p class="ok-note">{{ text }}</p>""",
    "table": """<div class="ok-table"{% if caption %} role="region" aria-label="{{ caption }}" tabindex="0"{% endif %}><table>
{% if caption %}<caption>{{ caption }}</caption>
{% endif %}<thead><tr>
{%- for header in headers %}<th scope="col"{% if rights[loop.index0] %} class="ok-right"{% endif %}>{{ header }}</th>{% endfor -%}
</tr></thead>
<tbody>
{% for row in rows %}<tr>
{%- for cell in row %}<td{% if rights[loop.index0] %} class="ok-right"{% elif cell|length <= 12 %} class="ok-short"{%
    elif cell|length > 40 %} class="ok-long"{% endif %}>
{%- if cell == NOT_KNOWN %}<span class="ok-unknown">{{ cell }}</span>{% else %}{{ cell }}{% endif %}</td>{% endfor -%}
</tr>
{% endfor %}</tbody></table></div>""",
    "fold": """<details class="ok-fold"><summary>{{ title }}</summary><ul>
{% for sentence in sentences %}<li>{{ sentence }}</li>
{% endfor %}</ul></details>""",
    "cards": """<ul class="ok-cards">
{% for item in items %}<li><span class="ok-card-label">{{ item.label }}</span>
<strong class="ok-card-value">{{ item.value }}</strong>
{%- if item.note %} <span class="ok-card-note{{ item.css }}">{{ item.note }}</span>{% endif %}</li>
{% endfor %}</ul>""",
    "tasks": """<ol class="ok-tasks">
{% for item in items %}<li{% if item.urgent %} class="ok-urgent"{% endif %}>
<div class="ok-task-when">{{ item.deadline or "no deadline" }}
{%- if item.left %} <span class="ok-task-left">{{ item.left }}</span>{% endif %}
{%- if item.new %} <span class="ok-badge">new</span>{% endif %}</div>
<div class="ok-task-what"><strong>
{%- if item.link %}<a href="{{ item.link }}" rel="noopener noreferrer">{{ item.what }}</a>{% else %}{{ item.what }}{% endif -%}
</strong>{% if item.note %} <span class="ok-task-note">{{ item.note }}</span>{% endif %}</div>
<div class="ok-task-money">{{ item.money or "" }}</div></li>
{% endfor %}</ol>""",
    "badge": """<span class="ok-badge{{ item.css }}">{{ item.text }}</span>""",
    "section": """<section class="ok-section"><h3 class="ok-headline">{{ headline }}</h3>
{% for part, is_html in parts %}{% if is_html %}{{ part }}{% else %}<p>{{ part }}</p>{% endif %}
{% endfor %}</section>""",
}
_ENVIRONMENT = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader(_PIECES))
