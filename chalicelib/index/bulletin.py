"""The monthly bulletin 月报: the published index as one print of A4: map, leaderboard, what moved, what is weak, the rules. A face.

It holds what the public pages hold, no time stamp, and the digests by which anyone finds the release it belongs to. The manifest lists
this file by its hash, so its own hash cannot stand here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, TENTHS, parse_scaled, text_of
from chalicelib.index.firm import PARTS, leaderboard_view, movement_view, signed_points
from chalicelib.index.focus import district_document
from chalicelib.index.focus_view import factor_words, supervision_rules
from chalicelib.index.maps import index_cells, index_sheet, key_view
from chalicelib.index.paper import BRAND, EDGE, LOSS, SOFT, WIDE, Column, Paper, Pen
from chalicelib.index.papermap import draw_map
from chalicelib.index.present import change_words, frame, month_words
from chalicelib.index.structure import IndexRules
from chalicelib.register.district import District

TITLE = "镇街安全发展指数月报"
MOVED, MOVED_ITEMS, WEAK_ITEMS = 8, 3, 12
MAP_WIDTH, SUMMARY = 116.0, 105.0  # of the leaderboard's columns before the indicators
RAISED, FALLEN = "#0B5A2B", LOSS


@dataclass(frozen=True)
class Issue:
    """What is printed: the public result, whose it is, its rules, the edition's words (``edition_view``), digests by name."""

    result: Mapping
    district: District
    rules: IndexRules
    edition: Mapping | None
    digests: Mapping[str, str]


def bulletin(issue: Issue) -> bytes:
    """The PDF."""
    words = month_words(issue.result["month"])
    paper = Paper(f"{issue.district.name} {words}{TITLE}", f"{issue.district.name} · {words}{TITLE} · {issue.district.notice}")
    _title(paper, issue, words)
    _map(paper, issue)
    _leaderboard(paper, issue)
    _moved(paper, issue)
    document = district_document(issue.result, issue.rules)
    _weak(paper, document)
    _supervised(paper, issue, document)
    _firm(paper, issue)
    _rules(paper, issue)
    return paper.finish()


def _title(paper: Paper, issue: Issue, words: str) -> None:
    """The title block: what, whose, which month, which edition."""
    paper.box((0, 0), (WIDE, 34), BRAND)
    paper.words(EDGE, 16, TITLE, Pen(22, "#FFFFFF", bold=True))
    paper.words(EDGE, 25.5, f"{issue.district.name} · {words}", Pen(12, "#FFFFFF"))
    if issue.edition:
        paper.words(WIDE - EDGE, 16, issue.edition["word"], Pen(15, "#FFFFFF", "right", bold=True))
        paper.words(WIDE - EDGE, 25.5, f"第 {issue.edition['revision']} 版", Pen(10, "#FFFFFF", "right"))
    paper.y = 38
    compared = issue.result["compared_with"]
    said = [issue.edition["note"] + "。"] if issue.edition else []
    said += [f"与{month_words(compared)}比较。" if compared else "没有上月可比。"]
    if issue.edition and issue.edition["replaces"]:
        said.append(f"本版取代第 {issue.edition['replaces']} 版，旧版保留。")
    paper.paragraph("".join(said), 9, SOFT)
    paper.y += 2


def _map(paper: Paper, issue: Issue) -> None:
    """The index map, its key and the counts at its right."""
    top, palette = paper.y, issue.district.palette
    height = draw_map(paper, index_sheet(issue.result, issue.district), index_cells(issue.result, issue.district, ""), palette, (EDGE, MAP_WIDTH))
    key, left, y = key_view(issue.result, issue.rules, ""), EDGE + MAP_WIDTH + 9, top + 6
    paper.words(left, y, "指数图", Pen(12.5, BRAND, bold=True))
    y += 8
    for colour, span, count in key["scale"]:  # type: ignore[attr-defined]
        paper.badge(left, y - 1.2, palette[colour], palette[colour].word if colour != "none" else "数据不足", 9)
        paper.words(left + 22, y, span if colour != "none" else "", Pen(9, SOFT))
        paper.words(WIDE - EDGE, y, f"{count} 个", Pen(10, align="right", bold=True))
        paper.rule(y + 2.6, left)
        y += 8
    if moves := key["moves"]:
        said = f"较上月：上升 {moves['up']}，持平 {moves['same']}，下降 {moves['down']}"  # type: ignore[index]
        paper.words(left, y + 1, said, Pen(9))
        y += 7
    if key["watched"]:
        paper.words(left, y + 1, f"红、橙 {key['watched']} 个镇街，最长连续 {key['longest']} 个月", Pen(9))
    paper.y = max(top + height, y + 4) + 1


def _leaderboard(paper: Paper, issue: Issue) -> None:
    indicators = [Column(indicator.title, (WIDE - 2 * EDGE - SUMMARY) / len(issue.rules.indicators), "right") for indicator in issue.rules.indicators]
    columns = [
        Column("名次", 9, "centre"), Column("镇街", 23), Column("指数", 11, "right"), Column("颜色", 17, "centre"), Column("较上月", 13, "right"),
        Column("名次", 9, "right"), Column("原始分 × K", 23, "right"), *indicators,
    ]  # fmt: skip
    paper.heading("排行榜", "按公布指数排名，同分同名次；右侧为各项指标得分", 40)
    paper.table(columns, (_row(paper, row, issue.district) for row in issue.result["townships"]), 8, 5.5)
    if issue.result.get("without_sites"):
        paper.paragraph(f"没有在册企业、不参加排名：{'、'.join(entry['name'] for entry in issue.result['without_sites'])}。", 8, SOFT)


def _row(paper: Paper, row: Mapping, district: District) -> list[object]:
    change, swatch = row["change"] or {}, district.palette[row["colour"]]
    rank = change.get("rank")

    def badge(left: float, middle: float, width: float) -> None:
        paper.badge(left + 1, middle, swatch, swatch.word if row["sufficient"] else "不足", 7.5)

    return [
        "—" if row["rank"] is None else row["rank"], row["name"] + ("*" if row["overrides"] else ""), row["index"] or "—", badge,
        _changed(paper, change.get("index")), "" if not rank else f"{'↑' if rank > 0 else '↓'}{abs(rank)}",
        "" if row["raw"] is None else f"{row['raw']} × {row['coefficient']}", *("—" if e["points"] is None else e["points"] for e in row["indicators"]),
    ]  # fmt: skip


def _changed(paper: Paper, text: str | None) -> object:
    """A signed change with its mark, green or red beside the mark."""
    words = change_words(text)
    ink = {"up": RAISED, "down": FALLEN}.get(words["kind"], SOFT)

    def draw(left: float, middle: float, width: float) -> None:
        paper.words(left + width, middle + 1, f"{words['mark']} {words['text']}".strip(), Pen(8, ink, "right"))

    return draw


def _moved(paper: Paper, issue: Issue) -> None:
    """Who moved most, split into its causes, with the sub-items behind it."""
    items = {item.code: item for item in issue.rules.sub_items}
    changed = [row for row in issue.result["townships"] if row["change"] and parse_scaled(row["change"]["index"], TENTHS)]
    most = sorted(changed, key=lambda row: -abs(parse_scaled(row["change"]["index"], TENTHS)))[:MOVED]
    overridden = [row for row in issue.result["townships"] if row["overrides"]]
    if overridden:
        paper.heading("颜色受限", "标 * 的镇街；指数数值和名次不变")
        for row in overridden:
            paper.paragraph(f"{row['name']}：{'；'.join(override['title'] for override in row['overrides'])}。", 9)
    if not most:
        return
    paper.heading("变化最大的镇街及原因", "各项之和正好等于总变化（沙普利值，逐分可复算）", 40)
    columns = [Column("镇街", 27), Column("指数", 16, "right"), *(Column(title, 15, "right") for title in ("自身", "他镇", "系数", "方法")), Column("得失最多的小项（系数之前）", 77)]
    paper.table(columns, (_cause(paper, row, items) for row in most), 8, 5.6)


def _cause(paper: Paper, row: Mapping, items: Mapping) -> list[object]:
    parts = {part["kind"]: signed_points(part["index"]) for part in row["change"]["parts"]}
    moved = movement_view(row, items)["moved"][:MOVED_ITEMS]  # type: ignore[index]
    said = "，".join(f"{entry['title']} {entry['points']}" for entry in moved)
    return [row["name"], _changed(paper, row["change"]["index"]), *(parts.get(kind, "") for kind in PARTS), said]


def _weak(paper: Paper, document: Mapping) -> None:
    """The weak indicators, then the sub-items that cost most."""
    paper.heading("七项指标，从弱到强", f"{document['townships']} 个镇街共失 {document['lost']} 分（系数之前）", 40)
    most = max((parse_scaled(entry["lost"], HUNDREDTHS) for entry in document["indicators"]), default=0) or 1
    columns = [Column("指标", 24), Column("", 34), Column("共失分", 17, "right"), Column("每镇街", 22, "right"), Column("得分率", 17, "right"), Column("失分最多", 66)]
    paper.table(columns, (_weak_row(paper, entry, most, entry["title"], f"{entry['rate']}%" if entry["rate"] else "不适用") for entry in document["indicators"]), 8)
    losing = [entry for entry in document["sub_items"] if entry["losing"]][:WEAK_ITEMS]
    if losing:
        paper.heading("失分最多的小项", "", 40)
        most = parse_scaled(losing[0]["lost"], HUNDREDTHS)
        columns = [Column("小项", 52), Column("", 20), Column("共失分", 15, "right"), Column("每镇街", 20, "right"), Column("失分镇街", 15, "right"), Column("失分最多", 58)]
        rows = (_weak_row(paper, entry, most, f"{entry['code']} {entry['title']}", f"{entry['losing']}/{entry['applicable']}") for entry in losing)
        paper.table(columns, rows, 8)


def _weak_row(paper: Paper, entry: Mapping, most: int, title: str, beside: str) -> list[object]:
    worst = "、".join(f"{loss['name']} −{loss['lost']}" for loss in entry["worst"])
    mean = f"{entry['mean']} / {entry['full']}" if entry["mean"] else "—"
    return [title, paper.bar(parse_scaled(entry["lost"], HUNDREDTHS) / most, LOSS), entry["lost"], mean, beside, worst]


def _supervised(paper: Paper, issue: Issue, document: Mapping) -> None:
    """The townships in red, orange or without a colour: how long, what follows, on what."""
    watched = [entry for entry in document["supervision"] if entry["colour"] in ("red", "orange", "none")]
    paper.heading("差异化监管", "按颜色和连续月数", 30)
    if not watched:
        paper.paragraph("本月没有红色、橙色或数据不足的镇街。")
        return
    columns = [Column("镇街", 25), Column("颜色", 20, "centre"), Column("连续", 15, "right"), Column("检查计划", 17, "right"), Column("监管措施", 45), Column("最弱指标", 58)]
    paper.table(columns, (_supervised_row(paper, entry, issue.district) for entry in watched), 8, 5.4)


def _supervised_row(paper: Paper, entry: Mapping, district: District) -> list[object]:
    swatch = district.palette[entry["colour"]]

    def badge(left: float, middle: float, width: float) -> None:
        paper.badge(left + 1, middle, swatch, swatch.word if entry["colour"] != "none" else "不足", 7.5)

    weak = "、".join(f"{each['title']} −{each['lost']}" for each in entry["indicators"])
    measures = "、".join(measure["title"] for measure in entry["measures"])
    return [entry["name"], badge, f"{entry['months']} 个月", factor_words(Fraction(entry["plan"])) or "×1", measures, weak]


def _firm(paper: Paper, issue: Issue) -> None:
    """How firm the places are: intervals, groups, chances."""
    view = leaderboard_view(issue.result)
    runs, rows = view["runs"], [(group["number"], row) for group in view["groups"] for row in group["rows"]]
    if not rows:
        return
    paper.heading("名次有多稳", f"权重浮动 ±{runs['spread']}%、{runs['methods']} 种算法，重排 {runs['runs']} 次（失败 {runs['failed']} 次），{runs['inside']}% 区间；同组难分先后", 40)
    widths = (("名次", 14), ("镇街", 34), ("分组", 20), ("只变权重", 28), ("也换算法", 28), (f"进前 {runs['top']} 名", 28), ("颜色为红", 28))
    columns = [Column(title, width, "left" if title == "镇街" else "right") for title, width in widths]
    keys = ("weights_only", "interval", "top", "red")
    paper.table(columns, ([row["rank"], row["name"], f"第 {number} 组", *(row[key] for key in keys)] for number, row in rows), 8, 4.7)


def _rules(paper: Paper, issue: Issue) -> None:
    """The method in a few sentences, what the index does not say, and by what it is verified."""
    paper.heading("怎样评定", "示范标准，不是任何政府部门的规定", 60)
    for line in _sentences(issue):
        paper.paragraph("· " + line, 8.5)
    paper.heading("凭什么核对", "", 34)
    for title, digest in issue.digests.items():
        paper.need(5)
        paper.words(EDGE, paper.y + 3.2, title, Pen(8))
        paper.words(EDGE + 42, paper.y + 3.2, digest, Pen(7.5, SOFT))
        paper.y += 4.8
    paper.paragraph("本文件的摘要在同一发布的 manifest.json 中，该清单列出每个文件的 SHA-256，并由本区发布密钥签名（manifest.sig）；相同事实、规则和程序版本重算，逐字节相同。", 8, SOFT)


def _sentences(issue: Issue) -> Iterator[str]:
    k, counts = frame(issue.rules)["k"], frame(issue.rules)["counts"]
    edges = "，".join(f"≥{text_of(edge, TENTHS)} 为{issue.district.palette[colour].word}" for colour, edge in issue.rules.thresholds)
    yield f"{counts['indicators']} 项指标、{counts['items']} 个小项得分之和为原始分；指数 = min(100，原始分 × K)，保留一位小数。K 按上年末赋码的在业企业数分档，{k['lowest']}–{k['highest']}。"
    yield f"{edges}，其余为{issue.district.palette['red'].word}。" + "".join(f"{rule.title}。" for rule in issue.rules.overrides)
    measures = "；".join(_measure(rule, issue.district) for rule in supervision_rules(issue.rules) if set(rule["colours"]) <= {"red", "orange"})
    yield f"差异化监管：{measures}。"
    yield "指数评价镇街履职和辖区整体状况，不是对任何一家企业的评价，也不保证不发生事故。未报计 0 分；不适用按比例折算；无数据为系统故障，不怪镇街。"
    late = issue.result.get("late_facts", 0)
    if late:
        yield f"截止后补录 {late} 条事实，未计入本期；经批准修订时发布新版本。"


def _measure(rule: Mapping, district: District) -> str:
    colours = "或".join(district.palette[colour].word for colour in rule["colours"])
    lasting = f"连续 {rule['months']} 个月起" if rule["months"] > 1 else ""
    return f"{colours}{lasting}{rule['title']}" + (f"（检查计划 {rule['plan']}）" if rule["plan"] else "")
