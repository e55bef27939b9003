"""Cells: text of a table as values. Nothing is guessed or corrected; what cannot be read says why, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from chalicelib import clock, exact
from chalicelib.intake.model import Column
from chalicelib.register.uscc import check_code

WHOLE = re.compile(r"-?[0-9]{1,15}")
DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
FINDING = re.compile(r"([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)=([0-9]{1,6})")
FULL_WIDTH = re.compile(r"[\uff01-\uff5e]")
FLAGS = {"是": True, "否": False, "有": True, "无": False, "true": True, "false": False, "1": True, "0": False, "y": True, "n": False}


class BadCell(ValueError):
    """A cell that cannot be read; the message is the reason in Chinese."""


def read_cell(column: Column, text: str) -> Any:
    """The value of a cell; None if it is blank. BadCell with the reason otherwise."""
    if not text or text in column.skip:
        if column.required:
            raise BadCell("必填，不能为空")
        return None
    if column.values is not None:
        return translate(column.values, text)
    if column.read not in ("text", "uscc", "list") and FULL_WIDTH.search(text):
        raise BadCell("含全角字符，请改为半角")
    return READ[column.read](column, text)


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
    if not WHOLE.fullmatch(text):
        raise BadCell("应为整数")
    return int(text)


def _number(column: Column, text: str) -> float:
    if not DECIMAL.fullmatch(text):
        raise BadCell("应为数字")
    return float(text)


def _fen(column: Column, text: str) -> int:
    """An amount of money in yuan, as fen."""
    if not DECIMAL.fullmatch(text):
        raise BadCell("应为金额（元）")
    try:
        return exact.parse_scaled(text, 100)
    except ValueError as error:
        raise BadCell("金额最多两位小数") from error


def _date(column: Column, text: str) -> str:
    for pattern in column.formats:
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    raise BadCell("不是有效日期，格式应为" + "或".join(_shape(pattern) for pattern in column.formats))


def _instant(column: Column, text: str) -> str:
    """An instant; a time without an offset is Shanghai time."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCell("不是有效时间，格式应为年-月-日 时:分:秒") from error
    return clock.instant_text(instant if instant.tzinfo else instant.replace(tzinfo=clock.SHANGHAI))


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
    except ValueError as error:
        raise BadCell("应为日期") from error


READ: dict[str, Callable[[Column, str], Any]] = {
    "text": lambda column, text: text,
    "uscc": _uscc,
    "integer": _integer,
    "number": _number,
    "fen": _fen,
    "date": _date,
    "instant": _instant,
    "flag": _flag,
    "list": _list,
    "findings": _findings,
}
