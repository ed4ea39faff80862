"""Tables to take away: CSV for spreadsheets and XLSX, in which no text ever runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO

from flask import Response, stream_with_context
from xlsxwriter import Workbook

Cells = Sequence[str | int | None]
FORMATS = ("csv", "xlsx")
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDEST = 48


def harmless(cell: str | int | None) -> str | int:
    """A cell as CSV may hold it: a text that a spreadsheet would run is quoted (OWASP)."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell


def sheet(name: str, form: str | None, head: Sequence[str], rows: Iterable[Cells]) -> Response:
    """The rows as a file called ``name``: XLSX where asked for, else CSV, streamed."""
    if form == "xlsx":
        answer = Response(_workbook(head, rows), mimetype=_XLSX)
    else:
        answer = Response(stream_with_context(_lines(head, rows)), mimetype="text/csv")
        answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    kind = "xlsx" if form == "xlsx" else "csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _lines(head: Sequence[str], rows: Iterable[Cells]) -> Iterator[str]:
    # Excel takes a file for UTF-8 only where it begins with this mark
    yield "\ufeff" + _line(head)
    for row in rows:
        yield _line(row)


def _line(cells: Cells) -> str:
    text = StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def _workbook(head: Sequence[str], rows: Iterable[Cells]) -> bytes:
    held = BytesIO()
    with Workbook(held, _OPTIONS) as book:
        page = book.add_worksheet()
        page.freeze_panes(1, 0)
        page.write_row(0, 0, head, book.add_format({"bold": True}))
        widths = [len(title) for title in head]
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    page.write(number, column, cell)
                    widths[column] = min(max(widths[column], len(str(cell))), _WIDEST)
        for column, width in enumerate(widths):
            page.set_column(column, column, width + 2)
    return held.getvalue()
