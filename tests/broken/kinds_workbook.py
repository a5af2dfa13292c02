"""Workbooks: exports opened in a spreadsheet and saved as .xlsx."""

import datetime as dt

from . import clean, workbook
from .case import kind
from .workbook import Formula, Wrong, book, sheet

BAD, ORDERS = 3, "amazon_all_orders"
NUMBERS = {"quantity": int, "item-price": float, "item-tax": float, "shipping-price": float, "order-item-id": int}


def typed(export):
    """The rows as a spreadsheet holds them: numbers as numbers, truth values as such, all else as text."""
    rows = []
    for row in export.rows:
        cells = [NUMBERS[h](row[h]) if h in NUMBERS and row[h] else row[h] for h in export.headers]
        rows.append([cell == "true" if cell in ("true", "false") else cell for cell in cells])
    return [export.headers, *rows]


def _case(export, data, **more):
    return export.case(data, name="orders.xlsx", **more)


@kind("container")
def xlsx_round_trip(rng):
    """Opened in a spreadsheet and saved: numbers are numbers, order ids and moments stay text."""
    export = clean.orders(rng)
    return _case(export, book({"all-orders": sheet(typed(export))}))


@kind("container")
def xlsx_all_text(rng):
    """All cells are text."""
    export = clean.orders(rng)
    return _case(export, book({"Sheet1": sheet([export.headers, *export.cells()])}))


@kind("container")
def xlsx_bad_cell(rng):
    """An error cell in the quantity: the row's number must be named."""
    export = clean.orders(rng)
    rows = typed(export)
    rows[BAD + 1][export.headers.index("quantity")] = Wrong("#REF!")
    return _case(export, book({"Sheet1": sheet(rows)}), bad=[BAD])


@kind("container")
def xlsx_title_rows(rng):
    """A title and a blank row above the header, blank rows below it."""
    export = clean.orders(rng)
    rows = typed(export)
    return _case(export, book({"Sheet1": sheet([["All orders"], [], rows[0], [], *rows[1:]])}), at=range(5, 17))


@kind("container")
def xlsx_starts_in_column_c(rng):
    """The table begins in column C."""
    export = clean.orders(rng)
    return _case(export, book({"Sheet1": sheet([["", "", *row] for row in typed(export)])}))


@kind("container")
def xlsx_totals_row(rng):
    """A row of totals by formula at the end."""
    export = clean.orders(rng)
    at = export.headers.index("item-price")
    total = [""] * at + [Formula("SUM(O2:O13)", 812.4)]
    return _case(export, book({"Sheet1": sheet([*typed(export), total])}), junk=frozenset([14]))


@kind("container")
def xlsx_formula_prices(rng):
    """Prices are formulas with their last value."""
    export = clean.orders(rng)
    rows, at = typed(export), export.headers.index("item-price")
    for row in rows[1:]:
        if row[at] != "":
            row[at] = Formula("A1*1", row[at])
    return _case(export, book({"Sheet1": sheet(rows)}))


@kind("container")
def xlsx_formula_never_worked_out(rng):
    """A price is a formula that no program has worked out."""
    export = clean.orders(rng)
    rows = typed(export)
    rows[BAD + 1][export.headers.index("item-price")] = Formula("P5*2")
    return _case(export, book({"Sheet1": sheet(rows)}), bad=[BAD])


@kind("container")
def xlsx_float_noise(rng):
    """Prices worked out by a spreadsheet: 17.989999999999998 is 17.99."""
    export = clean.orders(rng)
    rows, at = typed(export), export.headers.index("item-price")
    for row in rows[1:]:
        if row[at] != "":
            row[at] = float(f"{row[at]:.2f}") + 3.6e-15 * 4
    return _case(export, book({"Sheet1": sheet(rows)}), maybe=range(12))


@kind("type")
def xlsx_dates_typed(rng):
    """Moments became real dates of the spreadsheet: the offset is gone."""
    export = clean.orders(rng)
    rows = typed(export)
    for row in rows[1:]:
        for header in ("purchase-date", "last-updated-date"):
            at = export.headers.index(header)
            row[at] = dt.datetime.fromisoformat(row[at])
    return _case(export, book({"Sheet1": sheet(rows)}), maybe=range(12), right="either")


@kind("type", "amazon_mfn_returns")
def xlsx_return_days_typed(rng):
    """Days of the returns report as real dates."""
    export = clean.returns(rng)
    rows = [export.headers]
    for cells in export.cells():
        for header in ("Order date", "Return request date"):
            at = export.headers.index(header)
            cells[at] = dt.datetime.strptime(cells[at], "%d-%b-%Y").replace(tzinfo=dt.UTC)
        rows.append([cell if cell != " " else "" for cell in cells])
    return export.case(book({"Sheet1": sheet(rows)}), name="returns.xlsx")


@kind("type", "amazon_mfn_returns")
def xlsx_days_since_1904(rng):
    """A workbook that counts days from 1904."""
    export = clean.returns(rng)
    rows = [export.headers]
    for cells in export.cells():
        at = export.headers.index("Return request date")
        cells[at] = dt.datetime.strptime(cells[at], "%d-%b-%Y").replace(tzinfo=dt.UTC)
        rows.append([cell if cell != " " else "" for cell in cells])
    text = sheet(rows, epoch=dt.datetime(1904, 1, 1, tzinfo=dt.UTC))
    return export.case(book({"Sheet1": text}, properties='<workbookPr date1904="1"/>'), name="returns.xlsx")


@kind("type")
def xlsx_item_ids_rounded(rng):
    """Item ids of 17 digits as numbers: a spreadsheet keeps 15."""
    export = clean.orders(rng)
    rows, at = typed(export), export.headers.index("order-item-id")
    for row in rows[1:]:
        row[at] = row[at] // 10 * 10_000 + 1234
        row[at] = row[at] // 1000 * 1000
    return _case(export, book({"Sheet1": sheet(rows)}), bad=range(12), right="either")


@kind("type")
def xlsx_item_ids_exponent(rng):
    """Item ids as numbers written with an exponent, though in full: 2.1234567890123E13."""
    export = clean.orders(rng)
    rows, at = typed(export), export.headers.index("order-item-id")
    text = sheet(rows)
    for row in rows[1:]:
        text = text.replace(f"<v>{row[at]}</v>", f"<v>{row[at]:.13E}</v>")
    return _case(export, book({"Sheet1": text}))


@kind("type")
def xlsx_skus_numeric(rng):
    """SKUs of digits became numbers; one with a leading zero stayed text."""
    export = clean.orders(rng)
    rows, at = typed(export), export.headers.index("sku")
    for index in range(12):
        sku = "00123" if index == 5 else str(700_100 + index)
        export.truth[index]["sku"] = sku
        rows[index + 1][at] = sku if index == 5 else int(sku)
    return _case(export, book({"Sheet1": sheet(rows)}))


@kind("container")
def xlsx_two_sheets(rng):
    """Two months on two sheets."""
    export = clean.orders(rng)
    rows = typed(export)
    case = _case(export, book({"Sep": sheet(rows[:7]), "Oct": sheet([rows[0], *rows[7:]])}))
    case.records = [
        clean.Record(r.line if n < 6 else r.line - 6, r.row, r.was, "Sep" if n < 6 else "Oct") for n, r in enumerate(case.records)
    ]
    return case


@kind("container")
def xlsx_notes_sheet(rng):
    """A second sheet with notes; it is no export."""
    export = clean.orders(rng)
    data = book({"all-orders": sheet(typed(export)), "notes": sheet([["to do"], ["call Fast, Inc."]])})
    return _case(export, data, strangers=("notes",))


@kind("container")
def xlsx_hidden_sheet(rng):
    """The export stands on a hidden sheet beside an empty one."""
    export = clean.orders(rng)
    return _case(export, book({"Sheet1": sheet([]), "data": sheet(typed(export))}, hidden=["data"]))


@kind("container")
def xlsx_without_rows(rng):
    """An empty workbook."""
    export = clean.orders(rng)
    return _case(export, book({"Sheet1": sheet([])}), lost=range(12), right="refused")


@kind("container")
def xlsx_cut(rng):
    """The workbook was cut off."""
    export = clean.orders(rng)
    data = book({"Sheet1": sheet(typed(export))})
    return _case(export, data[: len(data) * 2 // 3], right="refused")


@kind("container")
def xlsx_named_csv(rng):
    """A workbook with the name of a text file."""
    export = clean.orders(rng)
    return export.case(book({"Sheet1": sheet(typed(export))}), name="orders.csv")


@kind("container")
def csv_named_xlsx(rng):
    """A text file with the name of a workbook."""
    export = clean.orders(rng)
    return _case(export, export.text())


@kind("container")
def xls_old(rng):
    """A workbook of the old binary kind."""
    return _case(clean.orders(rng), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), lost=range(12), right="refused")


@kind("container")
def xlsx_damaged_sheet(rng):
    """The sheet's XML ends in the middle."""
    export = clean.orders(rng)
    text = sheet(typed(export))
    return _case(export, book({"Sheet1": text[: len(text) // 2]}), right="refused")


@kind("container")
def xlsx_last_row_of_all(rng):
    """Somebody touched the last row that a sheet can have."""
    export = clean.orders(rng)
    text = sheet(typed(export)).replace("</sheetData>", '<row r="1048576"><c r="A1048576" t="str"><v> </v></c></row></sheetData>')
    return _case(export, book({"Sheet1": text}))


@kind("injection")
def xlsx_external_entity(rng):
    """The sheet's XML asks for a file of the computer."""
    export = clean.orders(rng)
    text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet(typed(export)).replace(
        "Shipped", "&e;", 1
    )
    return _case(export, book({"Sheet1": text}), right="refused")


@kind("injection")
def xlsx_entities_that_grow(rng):
    """Entities made of entities: a few lines that grow to gigabytes."""
    export = clean.orders(rng)
    entities = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f"<?xml version='1.0'?><!DOCTYPE x [{entities}]>" + sheet(typed(export)).replace("Shipped", "&a9;", 1)
    return _case(export, book({"Sheet1": text}), right="refused")


@kind("injection")
def xlsx_shared_text_bomb(rng):
    """A million cells on one row point to nothing much."""
    export = clean.orders(rng)
    text = f'<worksheet xmlns="{workbook.MAIN}"><sheetData><row r="1">' + '<c t="str"><v>x</v></c>' * 1_000_000
    return _case(export, book({"Sheet1": text + "</row></sheetData></worksheet>"}), lost=range(12), right="refused")


@kind("container", "amazon_order_report")
def xlsx_report_with_people(rng):
    """The order report as a workbook: names and streets must not stay anywhere."""
    export = clean.report(rng)
    return export.case(book({"Sheet1": sheet([export.headers, *export.cells()])}), name="report.xlsx")


@kind("container")
def xlsx_rich_text(rng):
    """A title of several runs in different fonts, with a reading aid."""
    export = clean.orders(rng)
    text = sheet([export.headers, *export.cells()])
    run = "<is><r><t>Tea</t></r><r><rPr><b/></rPr><t> pot</t></r><rPh sb='0' eb='1'><t>READ</t></rPh></is>"
    title = export.rows[BAD]["product-name"]
    start = text.index("<is>", text.index(f'r="{workbook.letters(export.headers.index("product-name"))}{BAD + 2}"'))
    end = text.index("</is>", start) + 5
    export.truth[BAD]["product_name"] = "Tea pot" if title else ""
    return _case(export, book({"Sheet1": text[:start] + run + text[end:]}))
