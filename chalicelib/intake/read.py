"""Tables from files: delimited text and Excel workbooks, told apart by their first bytes. Every fault is named by row.

Another format is another function that returns lines; nothing after this module knows what the file was.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from chalicelib.errors import BadInput, Problem
from chalicelib.intake.delimited import Open, read_delimited
from chalicelib.intake.table import ANYTHING, Table, Wanted, find_heading
from chalicelib.intake.workbook import read_workbook

WORKBOOK = b"PK\x03\x04"
REFUSED = {
    b"\xd0\xcf\x11\xe0": "这是旧版Excel工作簿（.xls）或加密的工作簿，请另存为不加密的“Excel工作簿（.xlsx）”或“CSV UTF-8”后再导入",
    b"%PDF": "这是PDF文件，请导入原始表格（.xlsx或.csv）",
}


def read_file(path: Path, wanted: Wanted = ANYTHING) -> Table:
    """The table in a file; a missing file is left to the caller's file system error. Otherwise as :func:`read_table`."""
    return read_table(partial(path.open, "rb"), wanted)


def read_table(open_file: Open, wanted: Wanted = ANYTHING) -> Table:
    """The table in what ``open_file`` opens (again and again). BadInput naming every fault of the file and its heading.

    Faults of single rows come with the rows. Without ``wanted`` the first row is the heading.
    """
    with open_file() as file:
        start = file.read(4)
    for signature, reason in REFUSED.items():
        if start.startswith(signature):
            raise BadInput([Problem("", "", "", reason)])
    is_workbook = start == WORKBOOK
    lines, reading = (read_workbook if is_workbook else read_delimited)(open_file, wanted.names)
    number, columns = find_heading(lines(), wanted)
    table = Table(columns, replace(reading, heading_row=number), lines, wanted.filled, ragged=is_workbook)
    if not any(True for _ in table.rows()):
        raise BadInput([Problem(f"row {number}", "", "", "只有表头，没有数据：请在表头下面填写后再导入")])
    return table
