"""Writes workbooks (.xlsx) part by part, so that every detail of one can be made wrong."""

import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="14"/>
</cellXfs></styleSheet>"""


@dataclass(frozen=True)
class Formula:
    """A cell with a formula, and the value that was last worked out for it (None: never)."""

    text: str
    value: object = None


@dataclass(frozen=True)
class Wrong:
    """A cell that shows an error such as #REF!."""

    text: str


def letters(column):
    """The letters of a column, 0 being A."""
    name = ""
    while column >= 0:
        name, column = chr(65 + column % 26) + name, column // 26 - 1
    return name


def _cell(value, name, epoch):
    if value is None or value == "":
        return ""
    if isinstance(value, Formula):
        inner = "" if value.value is None else f"<v>{escape(str(value.value))}</v>"
        kind = ' t="str"' if isinstance(value.value, str) else ""
        return f'<c r="{name}"{kind}><f>{escape(value.text)}</f>{inner}</c>'
    if isinstance(value, Wrong):
        return f'<c r="{name}" t="e"><v>{value.text}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, dt.datetime):
        days = (value - epoch) / dt.timedelta(days=1)
        return f'<c r="{name}" s="1"><v>{days!r}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{name}"><v>{value!r}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows, first=1, epoch=None, more=""):
    """The XML of a sheet; `first` is the number of the first row."""
    epoch = epoch or dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
    body = []
    for number, row in enumerate(rows, first):
        cells = "".join(_cell(value, f"{letters(at)}{number}", epoch) for at, value in enumerate(row))
        if cells:
            body.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(body)}</sheetData>{more}</worksheet>'


def book(sheets, *, properties="", parts=(), hidden=()):
    """A workbook of {name: sheet XML}; `parts` replaces or adds parts by name, `hidden` names sheets that are not shown."""
    listed, links, overrides = "", "", ""
    for at, name in enumerate(sheets, 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"{state}/>'
        links += f'<Relationship Id="rId{at}" Type="{LINKS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        overrides += f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="application/vnd.openxmlformats-'
        overrides += 'officedocument.spreadsheetml.worksheet+xml"/>'
    links += f'<Relationship Id="rIdS" Type="{LINKS}/styles" Target="styles.xml"/>'
    found = (
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
            f'sheet.main+xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{LINKS}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}<sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
            "xl/styles.xml": STYLES,
        }
        | {f"xl/worksheets/sheet{at}.xml": text for at, text in enumerate(sheets.values(), 1)}
        | dict(parts)
    )
    return packed(found)


def packed(parts):
    """A zip of {name: text or bytes}, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()
