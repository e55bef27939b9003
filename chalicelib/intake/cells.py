"""Cells: text of a table as values. Nothing is guessed; what cannot be read says why, in Chinese.

Two things are read over, and told: full-width letters and digits in codes, numbers and dates (never in names), and the
serial numbers by which Excel keeps dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from chalicelib import clock, exact
from chalicelib.intake.model import Column
from chalicelib.intake.table import half_width
from chalicelib.register.uscc import check_code
from chalicelib.text import UNSEEN

WHOLE = re.compile(r"-?[0-9]{1,15}")
DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
FINDING = re.compile(r"([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)=([0-9]{1,6})")
# 1954 to 2119: no year, month or number of a day looks like it.
SERIAL = re.compile(r"([2-7][0-9]{4})(\.[0-9]+)?")
EXCEL_EPOCH = datetime(1899, 12, 30)
# Excel shows a small number in a cell that is formatted as a date as a day of 1900.
FIRST_YEAR = 1901
TOO_EARLY = "年份早于1901年，不像真实日期：可能是序号、天数被Excel显示成了1900年的日期，请核对原表后改填，如2020-06-12"
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A day as people and spreadsheet programs write it, the year first; a time of day may follow.
DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)([ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?")
# A month likewise; Excel turns 2020-05 into a day and shows it as May-20.
MONTH = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|年([0-9]{1,2})月)")
EXCEL_MONTH = re.compile(r"([A-Z][a-z]{2})-([0-9]{2})")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VERBATIM = ("text", "list")
WIDTH_NOTE, SERIAL_NOTE = "全角字符按半角读", "Excel序列号按日期读"
# GB 11714 inside a code that is valid by GB 32100: never an error, some real codes break it.
INNER_NOTE = "主体标识码（第9至17位）内部校验不符，不影响导入，请核对"
FLAGS = {"是": True, "否": False, "有": True, "无": False, "true": True, "false": False, "1": True, "0": False, "y": True, "n": False}


class BadCell(ValueError):
    """A cell that cannot be read; the message is the reason in Chinese."""


def read_cell(column: Column, text: str) -> Any:
    """The value of a cell, its text plain; None if it is blank. BadCell with the reason otherwise."""
    if not text.isprintable():
        text = UNSEEN.sub("", text)
    if column.read not in VERBATIM:
        text = half_width(text).strip()
    if not text or text in column.skip:
        if column.required:
            raise BadCell("必填，不能为空")
        return None
    if column.values is not None:
        return translate(column.values, text)
    return READ[column.read](column, text)


def note_on(column: Column, text: str) -> str:
    """What was read over in a cell that could be read; empty when nothing was."""
    if column.read == "uscc" and text and check_code(half_width(text)).warning:
        return INNER_NOTE
    if column.read in VERBATIM:
        return ""
    if column.read in ("date", "instant") and SERIAL.fullmatch(half_width(text).strip()):
        return SERIAL_NOTE
    return WIDTH_NOTE if half_width(text) != text else ""


def translate(values: Any, text: Any) -> Any:
    """The value that a word stands for. BadCell naming the words that are known."""
    key = str(text)
    if key not in values:
        raise BadCell("不在对照表中，可用：" + "、".join(list(values)[:12]))
    return values[key]


def _uscc(column: Column, text: str) -> str:
    verdict = check_code(text)
    if not verdict.valid:
        raise BadCell(verdict.reason)
    return verdict.text


def _integer(column: Column, text: str) -> int:
    if column.times == 1 and WHOLE.fullmatch(text):
        return int(text)
    if column.times == 1 or not DECIMAL.fullmatch(text):
        raise BadCell("应为整数")
    value = Decimal(text) * column.times
    if value != int(value):
        raise BadCell(f"换算后（×{column.times}）应为整数")
    return int(value)


def _number(column: Column, text: str) -> float:
    if not DECIMAL.fullmatch(text):
        raise BadCell("应为数字")
    return float(text) if column.times == 1 else float(Decimal(text) * column.times)


def _fen(column: Column, text: str) -> int:
    """An amount of money in yuan (or ``times`` as much), as fen."""
    if not DECIMAL.fullmatch(text):
        raise BadCell("应为金额（元）" if column.times == 1 else "应为金额")
    try:
        return exact.parse_scaled(text if column.times == 1 else format((Decimal(text) * column.times).normalize(), "f"), 100)
    except ValueError as error:
        raise BadCell("金额最多两位小数" if column.times == 1 else "金额换算后不是整分") from error


def _date(column: Column, text: str) -> str:
    """A day: in a format of the column, as ISO text (a time of day is cut), or as Excel's serial number."""
    day = _day(column, text)
    if day.year < FIRST_YEAR:
        raise BadCell(TOO_EARLY)
    return day.isoformat()


def _day(column: Column, text: str) -> date:
    for pattern in column.formats:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    try:
        if ISO_DAY.fullmatch(text):  # nearly all of them, and the shortest way
            return date.fromisoformat(text)
        return _written(text).date() if DAY.fullmatch(text) else _serial(text).date()
    except ValueError as error:
        raise BadCell("不是有效日期，格式应为" + "或".join(_shape(pattern) for pattern in column.formats)) from error


def _written(text: str) -> datetime:
    """The day, and the time of day if one stands there, of a text that :data:`DAY` knows. ValueError if there is no such day or time."""
    found = DAY.fullmatch(text)
    year, month, day = found[1], found[3] or found[5], found[4] or found[6]  # type: ignore[index]
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{(found[8] or '00:00'):0>5}")  # type: ignore[index]


def _month(column: Column, text: str) -> str:
    """A month; the first of it stands for it too, because spreadsheet programs keep a month as that day."""
    month, shown = MONTH.fullmatch(text), EXCEL_MONTH.fullmatch(text)
    try:
        if month:
            first = date(int(month[1]), int(month[2] or month[3]), 1)
        elif shown:
            first = date(2000 + int(shown[2]), MONTHS.index(shown[1]) + 1, 1)
        else:
            first = _day(column, text)
        if first.day != 1:
            raise ValueError(text)
    except ValueError as error:
        raise BadCell("不是有效月份，格式应为2020-06") from error
    return first.isoformat()[:7]


def _serial(text: str) -> datetime:
    """The instant, without zone, of an Excel serial number. ValueError if the text is none."""
    if not SERIAL.fullmatch(text):
        raise ValueError("no serial number")
    seconds = round(float(text) * 86400)
    return EXCEL_EPOCH + timedelta(seconds=seconds)


def _instant(column: Column, text: str) -> str:
    """An instant; a time without an offset is Shanghai time."""
    try:
        instant = _serial(text) if SERIAL.fullmatch(text) else _written(text) if DAY.fullmatch(text) else datetime.fromisoformat(text)
        at = clock.instant_text(instant if instant.tzinfo else instant.replace(tzinfo=clock.SHANGHAI))
    except (ValueError, OverflowError) as error:
        raise BadCell("不是有效时间，格式应为年-月-日 时:分:秒") from error
    if instant.year < FIRST_YEAR:
        raise BadCell(TOO_EARLY)
    return at


def _flag(column: Column, text: str) -> bool:
    if text.lower() not in FLAGS:
        raise BadCell("应为是或否")
    return FLAGS[text.lower()]


def _list(column: Column, text: str) -> list[str]:
    return [part.strip() for part in text.split(column.separator) if part.strip()]


def _findings(column: Column, text: str) -> dict[str, dict[str, int]]:
    """``B03.unlicensed=1;E05.defect=2``: findings by item and clause."""
    items: dict[str, dict[str, int]] = {}
    for part in _list(column, text):
        match = FINDING.fullmatch(part)
        if match is None:
            raise BadCell(f"“{part[:40]}”应写作 项目.条款=数量")
        item, clause, count = match.groups()
        if clause in items.setdefault(item, {}):
            raise BadCell(f"“{item}.{clause}”出现两次")
        items[item][clause] = int(count)
    return items


def _shape(pattern: str) -> str:
    return pattern.replace("%Y", "2020").replace("%m", "06").replace("%d", "12").replace("%H", "08").replace("%M", "30").replace("%S", "00")


def plus_days(text: Any, days: int) -> str:
    """A date text moved by whole days. BadCell if the value is no date."""
    try:
        return clock.add_days(date.fromisoformat(str(text)), days).isoformat()
    except (ValueError, OverflowError) as error:
        raise BadCell("应为日期") from error


READ: dict[str, Callable[[Column, str], Any]] = {
    "text": lambda column, text: text,
    "code": lambda column, text: text,
    "uscc": _uscc,
    "integer": _integer,
    "number": _number,
    "fen": _fen,
    "date": _date,
    "instant": _instant,
    "month": _month,
    "flag": _flag,
    "list": _list,
    "findings": _findings,
}
