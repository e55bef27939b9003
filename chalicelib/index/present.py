"""What the index pages show, worked out before a template sees it: words, widths, order. Templates only place it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from chalicelib.clock import parse_month
from chalicelib.exact import HUNDREDTHS, half_up, parse_scaled, text_of
from chalicelib.index.formulas import part_due
from chalicelib.index.structure import PLANS, IndexRules, SubItem

Document = Mapping
LEVELS = {"national": "国家级", "provincial": "省级", "municipal": "市级", "district": "区级"}
STATES = {"not_applicable": "不适用", "no_data": "无数据", "not_reported": "未报", "carried": "沿用"}
CONDITIONS = {"overdue": "月末逾期", "concealed": "其中瞒报"}
LEDGER = {
    "sub_item": "失分", "rounding": "取整", "not_applicable": "空项折算", "coefficient": "评估系数 K", "cap": "满分封顶", "own": "自身得分变化",
}  # fmt: skip
TOP_LOST, DISTRICT_LOST, SHOWN_LOST = 3, 10, 12


def month_words(month: str) -> str:
    """``2020-06`` → ``2020年6月``."""
    first = parse_month(month)[0]
    return f"{first.year}年{first.month}月"


def percent(part: str, whole: str) -> str:
    """The width of a bar: ``part / whole`` in percent with one decimal."""
    total = parse_scaled(whole, HUNDREDTHS)
    return text_of(half_up(parse_scaled(part, HUNDREDTHS) * 1000, total), 10) if total else "0.0"


def change_words(text: str | None) -> Mapping[str, str]:
    """A signed difference as a mark, a number and a word for screen readers."""
    if text is None:
        return {"mark": "", "text": "—", "word": "无上月可比", "kind": "none"}
    number = text.lstrip("+-")
    if not number.strip("0."):
        return {"mark": "", "text": "持平", "word": "持平", "kind": "same"}
    rising = not text.startswith("-")
    return {"mark": "▲" if rising else "▼", "text": number, "word": "上升" if rising else "下降", "kind": "up" if rising else "down"}


def leaderboard_view(result: Document, rules: IndexRules, townships_base: str) -> dict:
    """The front page of a month: rows in rank order, colour counts, what the whole district loses most."""
    rows = result["townships"]
    titles = {item.code: item for item in rules.sub_items}
    return {
        "month": result["month"],
        "words": month_words(result["month"]),
        "compared": month_words(result["compared_with"]) if result["compared_with"] else None,
        "indicators": [
            {"code": indicator.code, "title": indicator.title, "weight": plain(indicator.points)} for indicator in rules.indicators
        ],
        "rows": [_leader_row(row, titles, townships_base) for row in rows],
        "lost": district_lost(rows, titles),
        "without_sites": [entry["name"] for entry in result.get("without_sites", ())],
        "late_facts": result.get("late_facts", 0),
        "thresholds": [{"colour": colour, "at": text_of(edge, 10)} for colour, edge in rules.thresholds],
        **frame(rules),
        "rule_set": result["rule_set"],
    }


def _leader_row(row: Document, titles: Mapping[str, SubItem], base: str) -> dict:
    change = row["change"] or {}
    rank_change = change.get("rank")
    return {
        **{
            key: row[key]
            for key in ("code", "name", "rank", "index", "colour", "score_colour", "raw", "coefficient", "sites", "sufficient")
        },
        "href": f"{base}{row['code']}.html",
        "width": row["index"] or "0.0",
        "change": change_words(change.get("index")),
        "rank_change": change_words(None if rank_change is None else f"{rank_change:+d}"),
        "raw_rank": row["without_coefficient"]["rank"],
        "steady": steady(row),
        "override": "；".join(override["title"] for override in row["overrides"]),
        "indicators": [_indicator_cell(entry) for entry in row["indicators"]],
        "lost": [{"title": titles[entry["code"]].title, **entry} for entry in row["lost"][:TOP_LOST]],
    }


def _indicator_cell(entry: Document) -> dict:
    points = entry["points"]
    width = "0.0" if points is None else percent(points, entry["weight"])
    return {"code": entry["code"], "title": entry["title"], "points": points, "weight": entry["weight"].removesuffix(".00"), "width": width}


def steady(row: Document) -> str | None:
    """The interval of places under other weights, when it is more than one place."""
    low, high = row["honest_rank"]["weights_only"] if row["honest_rank"] else (0, 0)
    return f"{low}–{high}" if low != high else None


def district_lost(rows: Sequence[Document], titles: Mapping[str, SubItem]) -> list[dict]:
    """The sub-items that cost the district most: points lost by all townships together, and how many lost any."""
    total: dict[str, int] = {}
    losers: dict[str, int] = {}
    for row in rows:
        for entry in row["lost"]:
            code = entry["code"]
            total[code] = total.get(code, 0) + parse_scaled(entry["lost"], HUNDREDTHS)
            losers[code] = losers.get(code, 0) + 1
    most = sorted(total, key=lambda code: -total[code])[:DISTRICT_LOST]
    largest = max(total.values(), default=1)
    return [
        {
            "code": code, "title": titles[code].title, "lost": text_of(total[code], HUNDREDTHS), "townships": losers[code],
            "mean": text_of(half_up(total[code], len(rows)), HUNDREDTHS), "width": text_of(half_up(total[code] * 1000, largest), 10),
        }
        for code in most
    ]  # fmt: skip


def township_view(row: Document, result: Document, rules: IndexRules, labels: Mapping[str, str] | None) -> dict:
    """A township's page. ``labels`` (case id → site name) only for staff; the public sees counts."""
    items = {item.code: item for item in rules.sub_items}
    documents = {entry["code"]: entry for indicator in row["indicators"] for entry in indicator["sub_items"]}
    titles = {indicator.code: indicator.title for indicator in rules.indicators}
    change = row["change"] or {}
    shown = {code: sub_item_view(documents[code], items[code], result["month"], labels) for code in documents}
    largest = max((parse_scaled(entry["lost"], HUNDREDTHS) for entry in row["lost"]), default=1)
    lost = [
        {**shown[entry["code"]], "place": place, "width": text_of(half_up(parse_scaled(entry["lost"], HUNDREDTHS) * 1000, largest), 10)}
        for place, entry in enumerate(row["lost"], start=1)
    ]
    return {
        **{key: row[key] for key in ("code", "name", "rank", "index", "colour", "score_colour", "raw", "coefficient", "sites")},
        **{key: row[key] for key in ("overrides", "sufficient", "own_data", "applicable")},
        "trail": [{**entry, "words": month_words(entry["month"])} for entry in row.get("trail", ())],
        "month": result["month"],
        "words": month_words(result["month"]),
        "compared": month_words(result["compared_with"]) if result["compared_with"] else None,
        "ranked": sum(other["rank"] is not None for other in result["townships"]),
        "change": change_words(change.get("index")),
        "rank_change": change_words(None if change.get("rank") is None else f"{change['rank']:+d}"),
        "indicators": [
            {**_indicator_cell(entry), "lost": entry["lost"], "applicable": entry["applicable"],
             "change": change_words((change.get("indicators") or {}).get(entry["code"])),
             "items": [shown[item["code"]] for item in entry["sub_items"]]}
            for entry in row["indicators"]
        ],
        "lost_total": text_of(sum(parse_scaled(entry["lost"], HUNDREDTHS) for entry in row["lost_indicators"]), HUNDREDTHS),
        "lost_count": len(lost),
        "lost": lost[:SHOWN_LOST],
        "lost_rest": lost[SHOWN_LOST:],
        "ledger": [_line(line, titles) for line in row["ledger"] if line["kind"] != "sub_item"],
        "thresholds": [{"colour": colour, "at": text_of(edge, 10)} for colour, edge in rules.thresholds],
        **frame(rules),
        "rule_set": result["rule_set"],
        "is_staff": labels is not None,
    }  # fmt: skip


def sub_item_view(entry: Document, item: SubItem, month: str, labels: Mapping[str, str] | None) -> dict:
    """One sub-item in words: how it was counted, its cases, its state when it has no value."""
    state = "carried" if "carried_from" in entry else entry["state"]
    cases = entry.get("cases", ()) if labels is not None else ()
    return {
        **{key: entry[key] for key in ("code", "title", "full", "points", "lost")},
        "rule": item.rule,
        "basis": item.basis,
        "state": STATES.get(state),
        "counted": counted_words(entry, item, month),
        "case_count": entry.get("case_count", 0),
        "case_word": "依据填报" if item.source == "return" else "具体情形",
        "cases": [{"id": case, "name": (labels or {}).get(case, "")} for case in cases],
        "cases_left": entry.get("case_count", 0) - len(cases),
    }


def counted_words(entry: Document, item: SubItem, month: str) -> str:
    """The counts behind the points in one phrase."""
    if "carried_from" in entry:
        return f"系统数据中断，沿用{month_words(entry['carried_from'])}得分率"
    if entry["state"] != "value":
        return {"not_applicable": "没有应计对象", "no_data": "系统数据中断，未计入", "not_reported": "未按期报送或未复核，计 0 分"}[
            entry["state"]
        ]
    if item.formula == "level":
        return LEVELS.get(entry.get("level", ""), "本年尚无")
    words = f"{item.numerator} {_count_words(entry, item, parse_month(month)[0].month)}"
    if "condition" in entry:
        words += f"，{CONDITIONS[item.condition]} {entry['condition']}"
    return words


def _count_words(entry: Document, item: SubItem, month: int) -> str:
    numerator, denominator = entry["numerator"], entry.get("denominator")
    if denominator is None:
        return f"{numerator} {item.unit}".strip()
    if item.mean:
        mean = Fraction(numerator) * 1000 / denominator
        return f"平均 {text_of(half_up(mean.numerator, mean.denominator), 10)}%（{denominator} 家）"
    due = {"plan_year": f" × {month}/12", "plan_quarter": f" × {(month - 1) % 3 + 1}/3"}.get(item.formula, "")
    over = "，超额，按满分计" if item.formula in PLANS and numerator > denominator * part_due(item.formula, month) else ""
    return f"{numerator} / {item.denominator} {denominator} {item.unit}{due}".strip() + over


def frame(rules: IndexRules) -> dict:
    """What the sentences about the method say in numbers."""
    ks = [k for _, k in rules.bands]
    span = {"lowest": text_of(min(ks), HUNDREDTHS), "highest": text_of(max(ks), HUNDREDTHS)}
    return {"k": span, "counts": {"indicators": len(rules.indicators), "items": len(rules.sub_items)}}


def _line(line: Document, titles: Mapping[str, str]) -> dict:
    """A ledger line in words; one that belongs to an indicator names it."""
    of = f"（{titles[line['code']]}）" if line.get("code") in titles else ""
    return {"title": LEDGER[line["kind"]] + of, "points": _trim(line["points"])}


def plain(points: int) -> str:
    return text_of(points, HUNDREDTHS).rstrip("0").rstrip(".")


def _trim(points: str) -> str:
    """Four decimals only where they say something: ``0.8530`` stays ``0.853``, ``1.0000`` becomes ``1.00``."""
    whole, _, rest = points.partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"
