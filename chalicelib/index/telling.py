"""What people are told of the index: when it is published, a notice to each township with its own figures and one to the district; when
returns are due; when an objection is decided. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from chalicelib.index.edition import day_words
from chalicelib.index.finish import Issue
from chalicelib.index.present import change_words, month_words
from chalicelib.index.timetable import Status, until_words
from chalicelib.publish.notice import Notice
from chalicelib.publish.release import base_address
from chalicelib.register.district import Swatch
from chalicelib.supervision.model import Event

WORDS = {Status.PROVISIONAL: "公示稿", Status.FINAL: "正式发布", Status.REVISED: "修订"}
MOST = 3
# Whoever replays old months, or brings an old log in, tells nobody.
TOLD = timedelta(days=31)
COLOURS = ("red", "orange", "yellow", "blue", "none")


def notices_of(issue: Issue, revision: int, result: Mapping, palette: Mapping[str, Swatch], address: str = "") -> Iterator[Notice]:
    """One notice per township and one for the district, in its words for colours; the same release is told once for ever (its id)."""
    title = f"{month_words(issue.month)}镇街安全发展指数（{WORDS[issue.status]}）"
    base, name = address + base_address("index", issue.month, revision), f"index-{issue.month}-r{revision}"
    rows = result["townships"]
    words = {code: palette[code].word for code in COLOURS} | {"none": "数据不足"}
    tally = "，".join(f"{words[c]} {n}" for c in COLOURS if (n := sum(row["colour"] == c for row in rows)))
    yield Notice(f"{name}-district", "district", "", title, (f"{len(rows)} 个镇街：{tally}", *_deadline(issue)), f"{base}index.html")
    for row in rows:
        yield Notice(f"{name}-{row['code']}", "township", row["code"], title, _lines(row, issue, words[row["colour"]]), f"{base}townships/{row['code']}.html")


def _lines(row: Mapping, issue: Issue, colour: str) -> tuple[str, ...]:
    change = change_words((row["change"] or {}).get("index"))
    rank = f"第 {row['rank']} 名" if row["rank"] is not None else "不排名"
    head = f"**{row['name']}** {row['index'] or '—'} 分（{colour}），{rank}，较上月{change['word']} {change['text']}"
    titles = {item["code"]: item["title"] for indicator in row["indicators"] for item in indicator["sub_items"]}
    lost = [f"- {titles[entry['code']]} 失 {entry['lost']} 分" for entry in row["lost"][:MOST]]
    return (head, *(["失分最多：", *lost] if lost else []), *_deadline(issue))


def _deadline(issue: Issue) -> tuple[str, ...]:
    if issue.status is Status.PROVISIONAL:
        until = until_words(date.fromisoformat(issue.timetable["objections_until"]))
        return (f"异议请于 {until}前提出；正式结果 {day_words(issue.timetable['final_on'])}发布。",)
    return ()


def opening(month: str, townships: Iterable[str], freeze_at: datetime) -> Iterator[Notice]:
    """When a month is over: its returns are due."""
    lines = (f"截至 {until_words(freeze_at)}，须经第二人复核；逾期未报计 0 分。",)
    for code in townships:
        yield Notice(f"returns-{month}-{code}", "township", code, f"{month_words(month)}镇街月报待填报", lines)


def holidays_missing(year: int) -> Notice:
    """To the district, before the first deadline falls into a year whose working days nobody can count."""
    lines = (f"没有{year}年的放假调休安排，涉及{year}年的截止、公示、异议、申诉期限都算不出来，到期的月份不能发布。", "请管理员更新系统（运维手册“工作日”一节）。")
    return Notice(f"holidays-{year}", "district", "", f"请更新{year}年放假安排", lines)


def verdict(objection: Event, decision: Event, title: str, address: str = "") -> Notice:
    """To the township that objected. Without the reasons: prose may name people, and a messenger is somebody else's computer."""
    month, upheld = str(objection.payload["month"]), decision.payload["outcome"] == "upheld"
    became = "成立，按更正后的计数计入正式指数" if upheld else "不成立，计数不变"
    lines = (f"**{objection.payload['sub_item']} {title}**：异议{became}。", "理由和更正后的计数见工作台“异议”。")
    link = f"{address}/desk/#/objections?month={month}"
    return Notice(f"objection-{decision.event_id}", "township", objection.subject_id, f"{month_words(month)}指数异议已有决定", lines, link)
