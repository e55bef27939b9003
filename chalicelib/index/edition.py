"""What a published month is, in words: 公示稿, 正式 or 修订, its days, and what a revision changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.index.present import counted_words, month_words
from chalicelib.index.structure import IndexRules
from chalicelib.index.timetable import Status, until_words
from chalicelib.register.district import District

STATUS = {Status.PROVISIONAL: "公示稿", Status.FINAL: "正式", Status.REVISED: "修订"}
FIELDS = {"index": "指数", "rank": "名次", "colour": "颜色", "raw": "原始分", "coefficient": "评估系数"}


def day_words(day: str) -> str:
    """``2020-07-03`` → ``7月3日``."""
    on = date.fromisoformat(day)
    return f"{on.month}月{on.day}日"


def edition_view(publication: Mapping | None, revision: int, replaces: int | None) -> dict | None:
    """The strip under a page's title; None for a result that was not published by the calendar."""
    if not publication:
        return None
    status = Status(publication["status"])
    objections = f"{until_words(date.fromisoformat(publication['objections_until']))}前可提出异议，{day_words(publication['final_on'])}发布正式结果"
    notes = {
        Status.PROVISIONAL: objections,
        Status.FINAL: f"{day_words(publication['on'])}发布，异议已处理",
        Status.REVISED: f"按 {day_words(publication['on'])} 前补录和更正的事实重新评定",
    }
    return {"status": status.value, "word": STATUS[status], "note": notes[status], "revision": revision, "replaces": replaces}


def changes_view(changes: Mapping, replaces: int | None, district: District, rules: IndexRules) -> dict:
    """The page of a revision's differences: one line per changed figure, before and after."""
    words = {code: swatch.word for code, swatch in district.palette.items()} | {"none": "数据不足"}
    items = {item.code: item for item in rules.sub_items}

    def counts(code: str, entry: Mapping | None) -> str:
        """``按期整改 3 / 本月到期 5 条，得 1.80 分``, in the words of today's method."""
        if entry is None or code not in items:
            return "—"
        points = f"，得 {entry['points']} 分" if "points" in entry else ""
        return counted_words(entry, items[code], changes["month"]) + points

    return {
        "words": month_words(changes["month"]),
        "replaces": replaces,
        "method_changed": changes["method_changed"],
        "gone": [row["name"] for row in changes["gone"]],
        "rows": [
            {
                "name": row["name"],
                "new": row.get("new", False),
                "head": [(FIELDS[each["field"]], *(_cell(each[side], words) for side in ("before", "after"))) for each in row["head"]],
                "items": [(each["code"], each["title"], *(counts(each["code"], each[side]) for side in ("before", "after"))) for each in row["sub_items"]],
            }
            for row in changes["townships"]
        ],
    }


def _cell(value: object, words: Mapping[str, str]) -> str:
    return "—" if value is None else words.get(str(value), str(value))
