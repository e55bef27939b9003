"""Delimited text: encoding and delimiter are found out and told, never asked for; rows are read one by one."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from chalicelib.errors import BadInput, Problem
from chalicelib.intake.table import HEADING_WITHIN, Line, Lines, Reading, best_score

Open = Callable[[], BinaryIO]
CHUNK = 1 << 20
DELIMITERS = {",": "逗号", "\t": "制表符", ";": "分号"}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig", "UTF-8 BOM"), (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"), (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"))
UNMARKED = (("utf-8", "UTF-8"), ("gb18030", "GB18030"))


def read_delimited(open_file: Open, names: frozenset[str]) -> tuple[Lines, Reading]:
    """The rows of a delimited text file and how they were read. BadInput if it is no text or in no encoding that is known."""
    codec, encoding = _encoding(open_file)
    delimiter = max(DELIMITERS, key=lambda mark: _likeness(open_file, codec, mark, names))
    return lambda: _lines(open_file, codec, delimiter), Reading("CSV", encoding, DELIMITERS[delimiter])


def _encoding(open_file: Open) -> tuple[str, str]:
    """Codec and name. A mark at the start decides; else the first codec in which the whole file can be read."""
    with open_file() as file:
        start = file.read(4)
    marked = [(codec, name) for mark, codec, name in MARKS if start.startswith(mark)]
    failures = []
    for codec, name in marked or UNMARKED:
        failure = _failure(open_file, codec)
        if failure is None:
            return codec, name
        failures.append(failure)
    row, found = failures[0]
    tried = "、".join(name for _, name in marked or UNMARKED)
    raise BadInput([Problem(f"row {row}", "", found.hex(" "), f"无法按{tried}编码读取，请另存为“CSV UTF-8”后再导入")])


def _failure(open_file: Open, codec: str) -> tuple[int, bytes] | None:
    """Row and bytes of the first thing that the codec cannot read; None if it reads all. BadInput for what is no text."""
    decoder, row = codecs.getincrementaldecoder(codec)(), 1
    with open_file() as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return row + error.object.count(b"\n", 0, error.start), bytes(error.object[error.start : error.start + 4])
            if row == 1 and text.lstrip("\ufeff \t\r\n")[:1] == "<":
                raise BadInput([Problem("row 1", "", text.strip()[:40], "这是网页，不是表格：请在Excel中打开后另存为“Excel工作簿（.xlsx）”")])
            if "\x00" in text:
                raise BadInput([Problem(f"row {row + text.count(chr(10), 0, text.index(chr(0)))}", "", "NUL", "含有空字符，不是文本文件：请在Excel中打开后另存为“CSV UTF-8”")])
            if not chunk:
                return None
            row += text.count("\n")


def _likeness(open_file: Open, codec: str, delimiter: str, names: frozenset[str]) -> tuple[int, int]:
    """How well a delimiter fits: columns of the mapping found in one row, then cells in the longest row."""
    first: list[Line] = []
    with suppress(BadInput):
        first.extend(islice(_lines(open_file, codec, delimiter), HEADING_WITHIN))
    return best_score(first, names), max((len(line.cells) for line in first), default=0)


def _lines(open_file: Open, codec: str, delimiter: str) -> Iterator[Line]:
    """Records with their number; empty ones are passed over but counted. BadInput when quotes do not pair."""
    number = 0
    with io.TextIOWrapper(open_file(), encoding=codec, newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), start=1):
                if cells:
                    yield Line(number, [cell.strip() for cell in cells])
        except csv.Error as error:
            reason = f"无法按CSV读取（引号不成对，或单元格超过{csv.field_size_limit()}字）：请改正引号，或在Excel中另存为“.xlsx”"
            raise BadInput([Problem(f"row {number + 1}", "", "", reason)]) from error
