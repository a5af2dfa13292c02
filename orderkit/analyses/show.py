"""How results look: money, days, rates, and small pieces of escaped HTML for notebooks and pages.

Everything that comes from data is escaped here (jinja2 autoescape); a value that is not known says so and is never a zero.
The `ok-` classes are styled by the page's template, and in JupyterLab by `orderkit.display`.
"""

import math
import re
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real

import jinja2
import pandas as pd
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from orderkit import display, languages
from orderkit.analyses import naming
from orderkit.errors import BadValue
from orderkit.languages import phrase
from orderkit.printable import for_terminals

NOT_KNOWN = "not known"  # in `frame`s and in the code; shown in the language in use
TONES = (None, "good", "bad")
LONG_HEADING = 120  # characters
FEW_ROWS, MANY_COLUMNS = 3, 10  # a table of so few rows and so many columns is turned: it would be wider than a page
SHARE, DIGIT = re.compile(r"[-+]?[\d.,]+\s?%"), re.compile(r"\d")
FIRST_CLAUSE = re.compile("[^;\uff1b]{20,}(; |\uff1b)")
FIRST_SENTENCE = re.compile("((?:(?![.] ).){20,}[.]) (?=[^a-z])|((?:(?!\u3002).){8,}\u3002)(?=.)")


class Piece(Markup):
    """Escaped HTML that a notebook shows as HTML and a terminal as its words."""

    def _repr_html_(self):
        return str(self) if display.STYLE in self else display.framed(str(self))

    @for_terminals
    def __repr__(self):
        return Markup(display.without_style(str(self))).striptags()


def is_missing(value):
    """True for None, NaN, NaT and pandas' NA."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def money(amount, currency, locale=None):
    """An amount in words: "$1,234.50", "₹1,997.00", "¥1,235"; "not known" without an amount."""
    if is_missing(amount):
        return phrase(NOT_KNOWN)
    if is_missing(currency):
        return phrase("{amount} (currency not known)", amount=number(amount, digits=2, locale=locale))
    return format_currency(_exact(amount), currency, locale=locale or languages.locale())


def sums(amounts, locale=None):
    """Sums of several currencies side by side, never added: {"EUR": 310, "USD": 842} gives "€310.00 and $842.00"."""
    return languages.listed(money(amount, currency, locale) for currency, amount in amounts.items()) or phrase("nothing")


def number(value, digits=None, locale=None):
    """A number with thousands separators: whole as it is, others with `digits` decimals (2 unless told)."""
    if is_missing(value):
        return phrase(NOT_KNOWN)
    if digits is None:
        digits = 0 if isinstance(value, Integral) or float(value).is_integer() else 2
    return format_decimal(
        _exact(value), format="#,##0" + ("." + "0" * digits if digits else ""), locale=locale or languages.locale()
    )


def percent(k, n, locale=None):
    """A rate with its denominator: "3.5% (12 of 340)". Not all is never 100 %, and not none is never 0 %."""
    if is_missing(k) or is_missing(n):
        return phrase(NOT_KNOWN)
    if not n:
        return phrase("none to count")
    share, chosen = k / n, locale or languages.locale()
    if 0 < share < 0.0005:
        text = phrase("under {share}", share=format_percent(0.0005, "0.##%", locale=chosen))
    elif 0.9995 <= share < 1:
        text = phrase("over {share}", share=format_percent(0.9995, "0.##%", locale=chosen))
    else:
        text = format_percent(share, "0.#%", locale=chosen)
    return phrase("{share} ({some} of {all})", share=text, some=number(k, locale=locale), all=number(n, locale=locale))


def day(value, locale=None):
    """A day: "Sun 15 Nov 2026". A moment is shown by its own day: convert it to the marketplace's zone first."""
    if is_missing(value):
        return phrase(NOT_KNOWN)
    found = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(found, languages.DAYS[languages.current()], locale=locale or languages.locale())


def table(frame, *, caption=None, money=None, right=(), columns=None, titles=None, locale=None):
    """A frame as an HTML table.

    `money` maps a column to its currency: the name of the column that has it, or a code such as "USD". `columns` chooses and
    orders what is shown, `titles` renames headers. Numbers and shares stand right, as do the columns in `right`. A table of many
    columns and few rows is turned: what were columns stand below each other. On a page to share names have stand-ins (see
    naming).
    """
    frame, money, titles = naming.shown(frame), money or {}, titles or {}
    shown = list(frame.columns if columns is None else columns)
    rights = [name in money or name in right or _is_numeric(frame[name]) or _is_share(frame[name]) for name in shown]
    rows = []
    for record in frame.to_dict(orient="records"):
        currencies = {name: record.get(source, source) for name, source in money.items()}
        rows.append([_text(name, record[name], currencies, locale) for name in shown])
    headers = [phrase(titles.get(name) or _as_title(name)) for name in shown]
    caption = languages.known(caption) if caption else caption
    label = caption or phrase("Table: {columns}", columns=languages.joined(headers, "commas"))
    turned = 0 < len(rows) <= FEW_ROWS and len(shown) >= MANY_COLUMNS
    if turned:
        headers, *rows = zip(headers, *rows, strict=True)
        rights = [False] + [True] * (len(headers) - 1)
    return _render("table", caption=caption, label=label, turned=turned, headers=headers, rights=rights, rows=rows)


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

    Each item has `what`, and may have `note` (what to do), `about` (which order, and why), `deadline` (a date), `left` ("3 days
    left"), `new`, `money` (text), `link` (https only) and `urgent`.
    """
    return _render("tasks", items=[_task(item) for item in items])


def note(text):
    """A quiet line beneath a heading, such as up to when the data reaches."""
    return _render("note", text=text)


def front(text):
    """The first line of a page, larger than all else."""
    return _render("front", text=text)


def badge(text, tone=None):
    """A short label; colour only repeats what the word says."""
    return _render("badge", item=_with_tone({"text": text, "tone": tone}))


def section(headline, *parts):
    """A finding and what supports it: its first sentence is the heading, the rest stands below (see `heading`).

    Parts are HTML from here; plain text becomes a paragraph.
    """
    first, more = heading(headline)
    shown, style = [(part, hasattr(part, "__html__")) for part in parts], Markup(display.STYLE)
    return _render("section", headline=first, more=more, parts=shown, display=display, style=style)


def heading(headline):
    """A headline in two: its first sentence, or of a long one the first clause, and what follows.

    >>> heading("Of 2,973 parcels 21 were lost: 1 in 140. 11 were damaged.")
    ('Of 2,973 parcels 21 were lost: 1 in 140.', '11 were damaged.')
    """
    found = FIRST_SENTENCE.match(headline)
    first, more = (headline[: found.end()].rstrip(), headline[found.end() :]) if found else (headline, "")
    clause = FIRST_CLAUSE.match(first) if len(first) > LONG_HEADING else None
    if clause is None:
        return first, more
    rest = first[clause.end() :]
    said = languages.joined([rest[:1].upper() + rest[1:], more], "sentences")
    return languages.ended(clause.group().rstrip("; \uff1b")), said


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
        return phrase(NOT_KNOWN) if is_missing(value) else value
    if isinstance(value, bool):
        return phrase("yes") if value else phrase("no")
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


def _is_share(column):
    """Whether texts are shares such as "5.5%", or say in words that there is none."""
    texts = [value for value in column if isinstance(value, str)]
    shares = [bool(SHARE.fullmatch(text)) for text in texts]
    return any(shares) and all(is_share or not DIGIT.search(text) for text, is_share in zip(texts, shares, strict=True))


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
    return Piece(_ENVIRONMENT.get_template(name).render(NOT_KNOWN=phrase(NOT_KNOWN), phrase=phrase, **values))


_PIECES = {
    "details": """<details class="ok-fold"><summary>{{ title }}</summary>{{ part }}</details>""",
    "note": """<p class="ok-note">{{ text }}</p>""",
    "front": """<p class="ok-front">{{ text }}</p>""",
    "table": """<div class="ok-table{{ " ok-turned" if turned }}" role="group" aria-label="{{ label }}" tabindex="0"><table>
{% if caption %}<caption>{{ caption }}</caption>
{% endif %}<thead><tr>
{%- for header in headers %}<th scope="col"{% if rights[loop.index0] %} class="ok-right"{% endif %}>{{ header }}</th>{% endfor -%}
</tr></thead>
<tbody>
{% for row in rows %}<tr>
{%- for cell in row %}{% if turned and loop.first %}<th scope="row">{{ cell }}</th>{% else -%}
<td{% if rights[loop.index0] %} class="ok-right"{% elif cell|length <= 12 %} class="ok-short"{%
    elif cell|length > 40 %} class="ok-long"{% elif cell|length > 14 %} class="ok-middle"{% endif %}>
{%- if cell == NOT_KNOWN %}<span class="ok-unknown">{{ cell }}</span>{% else %}{{ cell }}{% endif %}</td>{% endif %}{% endfor -%}
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
<div class="ok-task-when">{{ item.deadline or phrase("no deadline") }}
{%- if item.left %} <span class="ok-task-left">{{ item.left }}</span>{% endif %}
{%- if item.new %} <span class="ok-badge">{{ phrase("new") }}</span>{% endif %}</div>
<div class="ok-task-what"><strong>
{%- if item.link %}<a href="{{ item.link }}" rel="noopener noreferrer">{{ item.what }}</a>{% else %}{{ item.what }}{% endif -%}
</strong>{% if item.note %} <span class="ok-task-note">{{ item.note }}</span>{% endif %}
{%- if item.about %} <span class="ok-task-about">{{ item.about }}</span>{% endif %}</div>
<div class="ok-task-money">{{ item.money or "" }}</div></li>
{% endfor %}</ol>""",
    "badge": """<span class="ok-badge{{ item.css }}">{{ item.text }}</span>""",
    "section": """<section class="ok-section ok-lab {{ display.AS_IT_STANDS }}">{{ style }}
<h3 class="ok-headline">{{ headline }}</h3>
{% if more %}<p class="ok-lead">{{ more }}</p>
{% endif %}{% for part, is_html in parts %}{% if is_html %}{{ part }}{% else %}<p>{{ part }}</p>{% endif %}
{% endfor %}</section>""",
}
_ENVIRONMENT = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader(_PIECES))
