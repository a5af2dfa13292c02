"""How results of loading read: a few lines of text per file, and a table as HTML."""

import html

from orderkit import display
from orderkit.formats import formats
from orderkit.printable import in_line
from orderkit.store.reasons import reason_words

STATES = {
    "loaded": "loaded",
    "unchanged": "unchanged: loaded before",
    "skipped": "skipped: no export",
    "refused": "refused",
}
HEADS = ("File", "Recognised as", "State", "Lines", "New", "Known before", "Older", "Set aside", "Item prices of the new", "Why")
NUMBERS = range(3, 9)  # columns that stand right


def as_text(results):
    """The lines of all files. File names and headers come from outside: none of them begins a line of its own."""
    return "\n".join(_words(result) for result in results)


def as_html(results):
    """A headline and a table with one row per file."""
    return display.framed(f'<h3 class="ok-headline">{_escaped(headline(results))}</h3>{_table(results)}')


def headline(results):
    """How many files are in, what was not read, and how many lines were set aside, in one sentence."""
    count = {state: sum(result.state == state for result in results) for state in STATES}
    lines, aside = sum(result.loaded for result in results), sum(result.quarantined for result in results)
    parts = [f"{count['loaded']:,} of {len(results):,} files loaded, {lines:,} lines new"]
    parts += [f"{count[state]:,} {state}" for state in ("unchanged", "skipped", "refused") if count[state]]
    parts += [f"{aside:,} lines set aside"] if aside else []
    return "; ".join(parts) + "."


def _table(results):
    heads = "".join(f'<th scope="col"{_side(at)}>{head}</th>' for at, head in enumerate(HEADS))
    rows = "".join(f"<tr>{''.join(f'<td{_side(at)}>{cell}</td>' for at, cell in enumerate(_cells(one)))}</tr>" for one in results)
    return f'<div class="ok-table"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _side(at):
    return ' class="ok-right"' if at in NUMBERS else ""


def _cells(result):
    """The cells of one file, escaped."""
    known = formats().get(result.format)
    was = (known.title if known else result.format) or ""
    counts = (result.lines, result.loaded, result.duplicates, result.superseded, result.quarantined)
    money = ", ".join(f"{currency} {amount:,.2f}" for currency, amount in result.money.items())
    told = [result.file, was, STATES[result.state], *(f"{count:,}" if result.lines else "" for count in counts), money]
    return [*map(_escaped, told), "<br>".join(map(_escaped, _why(result)))]


def _why(result):
    """Sentences: why a file was not read, or where lines were set aside and what else was not read."""
    if result.reason:
        yield result.reason
    for line, column, reason, shape in result.why:
        where = f"line {line}, column {column}" if column else f"line {line}"
        yield f"{where}: {reason_words()[reason]}" + (f" (looks like {shape})" if shape else "")
    if result.why and result.quarantined > len(result.why):
        yield f"and {result.quarantined - len(result.why):,} more lines set aside"
    if result.unknown_columns:
        yield f"columns not known to orderkit, not read: {', '.join(result.unknown_columns)}"


def _escaped(text):
    return html.escape(in_line(str(text)))


def _words(result):
    file = in_line(result.file)
    if result.state in ("skipped", "refused"):
        return f"{file}: {result.state}: {in_line(result.reason)}"
    if result.state == "unchanged":
        return f"{file}: unchanged, loaded before ({result.format}, {result.lines:,} lines)"
    parts = [f"{result.loaded:,} new"]
    parts += [f"{count:,} {word}" for word, count in (
        ("known before", result.duplicates), ("older than what is known", result.superseded - result.removed),
        ("removed by an earlier purge", result.removed), ("set aside", result.quarantined),
    ) if count]  # fmt: skip
    money = "".join(f", {currency} {amount:,.2f}" for currency, amount in result.money.items())
    text = f"{file}: {result.format}, {result.lines:,} lines: {', '.join(parts)}{money}"
    return "\n  ".join([text, *map(in_line, _why(result))])
