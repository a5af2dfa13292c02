"""Native charts: drawn by the spreadsheet from cells of the same sheet, in the colours of the page."""

import math

from xlsxwriter.utility import quote_sheetname, xl_range_abs

from orderkit.charts.look import INK
from orderkit.languages import phrase
from orderkit.reports.workbook import drawings
from orderkit.reports.workbook.columns import Column, all_different, header_text, kind_of

WIDTH, HEIGHT, BAR = 860, 330, 26  # pixels; of a chart, and for each lying bar
ROW = 20  # pixels of a row of the usual height
AXIS_FONT = {"size": 9, "color": INK, "bold": False}
RULE = {"color": "#DDE1E7", "width": 0.75}


def place(sheet, drawing):
    """Puts a chart on a sheet below what is there; its numbers must be placed afterwards with `numbers`.

    Gives a function that is told where they came to stand.
    """
    row, height = sheet.row, _height(drawing)
    sheet.skip(height // ROW + 2)

    def draw(placed):
        chart = _chart(sheet.book.file, drawing, placed)
        chart.set_size({"width": WIDTH, "height": height})
        options = {"description": drawing.alt, "x_offset": 4, "y_offset": 4, "object_position": 1}
        sheet.page.insert_chart(row, 0, chart, options)

    return draw


def numbers(sheet, drawing):
    """The table of a chart's numbers, below what is there."""
    frame = drawing.frame
    form = {"0%": "share", "0.0": "number"}.get(drawing.number_format)
    kinds = {name: form or _kind(frame[name]) for name in frame.columns}
    kinds[drawings.CATEGORY] = kind_of(frame[drawings.CATEGORY])
    first = phrase("week") if kinds[drawings.CATEGORY] == "day" else phrase("what")
    columns = [Column(name, first if name == drawings.CATEGORY else name, kind, "") for name, kind in kinds.items()]
    return sheet.table(frame, all_different(columns), title=phrase("Numbers of the chart: {title}", title=drawing.title))


def _kind(series):
    """Counts are whole; what is not is an amount, whose currency the chart's words name."""
    kind = kind_of(series)
    return "money" if kind == "number" else kind


def _height(drawing):
    return max(HEIGHT, 130 + BAR * len(drawing.frame)) if drawing.lying else HEIGHT


def _chart(file, drawing, placed):
    kind = {"type": "bar" if drawing.lying else "column"} | ({"subtype": "stacked"} if drawing.stacked else {})
    chart = file.add_chart(kind)
    for name in drawing.series:
        if name not in drawing.marks:
            chart.add_series(_bars(drawing, placed, name))
    if drawing.marks:
        marks = file.add_chart({"type": "line"})
        for name in drawing.marks:
            marks.add_series(_marks(drawing, placed, name))
        chart.combine(marks)
    _dress(chart, drawing)
    return chart


def _series(placed, name):
    return {"name": placed.head(name), "categories": placed.range(drawings.CATEGORY), "values": placed.range(name)}


def _bars(drawing, placed, name):
    colour = drawing.colours[name]
    several = isinstance(colour, list)
    series = _series(placed, name) | {"fill": {"color": colour[0] if several else colour}, "border": {"none": True}, "gap": 40}
    if several:
        series["points"] = [{"fill": {"color": each}} for each in colour]
    if drawing.stacked:
        series["overlap"] = 100
    if drawing.lying and not drawing.stacked and not drawing.reach:
        series["data_labels"] = {"value": True, "num_format": drawing.number_format, "font": AXIS_FONT}
    if name in drawing.reach:
        below, above = (_reference(placed.range(each)) for each in drawing.reach[name])
        line = {"color": INK, "width": 1}
        series["x_error_bars"] = {"type": "custom", "minus_values": below, "plus_values": above, "line": line}
    return series


def _reference(cells):
    """Cells as a formula of a chart names them: lines of a range take no other form."""
    sheet, *corners = cells
    return f"={quote_sheetname(sheet)}!{xl_range_abs(*corners)}"


def _marks(drawing, placed, name):
    colour = drawing.colours[name]
    marker = {"type": "diamond", "size": 7, "fill": {"color": colour}, "border": {"color": colour}}
    return _series(placed, name) | {"line": {"none": True}, "marker": marker}


def _dress(chart, drawing):
    """Title, axes and legend; the first category stands on top of lying bars."""
    font = {"size": 12, "bold": True, "color": "#1A1F29"}
    chart.set_title({"name": header_text(drawing.title), "name_font": font, "overlay": False})
    across = {"num_font": AXIS_FONT, "line": RULE, "text_axis": True, "name": header_text(drawing.axis), "name_font": AXIS_FONT}
    dates = kind_of(drawing.frame[drawings.CATEGORY]) == "day"
    across |= {"num_format": "d mmm", "num_font": AXIS_FONT | {"rotation": -45}} if dates else {}
    along = {"num_font": AXIS_FONT, "num_format": drawing.number_format, "major_gridlines": {"visible": True, "line": RULE},
             "line": {"none": True}, "name": header_text(drawing.values), "name_font": AXIS_FONT, "min": 0}  # fmt: skip
    if drawing.reach:
        along["max"] = math.ceil(
            max(drawing.frame[name].max() + drawing.frame[up].max() for name, (_, up) in drawing.reach.items())
        )
    if drawing.lying:
        chart.set_y_axis(across | {"reverse": True, "crossing": "max", "name": ""})  # reversed, its end is at the foot
        chart.set_x_axis(along)
    else:
        chart.set_x_axis(across)
        chart.set_y_axis(along)
    chart.set_legend({"none": True} if len(drawing.series) == 1 else {"position": "bottom", "font": AXIS_FONT})
    chart.show_blanks_as("gap")
    chart.set_chartarea({"border": RULE})
