"""./dev score: judge a month of townships from a document, and say why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from chalicelib import clock
from chalicelib.errors import BadInput, Problem
from chalicelib.index import rules as methods
from chalicelib.register.district import Swatch, load_district
from infra.arguments import district_id
from infra.documents import check_schema, read_object

RESULT_SCHEMA = Path(methods.__file__).with_name("result.schema.json")
PARTS = {"rules": "方法", "own": "自身数据", "others": "其他镇街", "coefficient": "系数"}
HELP = "judge a month's townships: index, colour, rank, lost points (exit 1 when one is red)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="input document (chalicelib/index/input.schema.json)")
    parser.add_argument("--rules", type=Path, default=methods.MODEL_2020, metavar="FILE", help="index method (default: the model standard)")
    parser.add_argument("--previous", type=Path, metavar="FILE", help="last month's result, for the change")
    parser.add_argument("--district", type=district_id, default="demo", metavar="ID", help="whose palette names the colours (default: demo)")
    parser.add_argument("--json", action="store_true", help="print the whole result document")


def run(args: argparse.Namespace) -> int:
    """0 judged, 1 a township is red, 2 bad input with every problem named; nothing is written in any case."""
    from chalicelib.index.document import read_input
    from chalicelib.index.result import result_document
    from chalicelib.index.score import score

    rules = methods.load_rules(args.rules)
    month, townships = read_input(read_object(args.file), rules)
    if month > clock.month_of(clock.day_of(clock.now())):
        raise BadInput([Problem("month", "", month, "this month has not begun")])
    previous = read_object(args.previous) if args.previous else None
    if previous is not None:
        check_schema(previous, RESULT_SCHEMA, "previous")
    document = result_document(month, score(month, townships, rules), rules, previous)
    print(json.dumps(document, ensure_ascii=False, indent=1) if args.json else "\n".join(told(document, load_district(args.district).palette)))
    return 1 if any(row["colour"] == "red" for row in document["townships"]) else 0


def told(document: dict, palette: Mapping[str, Swatch]) -> list[str]:
    """The result for a person to read, in a district's words for its colours."""
    rule_set = document["rule_set"]
    lines = [f"{document['month']} · {rule_set['title']} {rule_set['version']} {rule_set['hash'][:19]}…"]
    for row in document["townships"]:
        lines += township_lines(row, palette)
    return lines


def township_lines(row: dict, palette: Mapping[str, Swatch]) -> list[str]:
    place = f"第 {row['rank']} 名" if row["rank"] is not None else "数据不足，不排名"
    word = palette[row["colour"]].word if row["colour"] != "none" else "不定颜色"
    change = f" · 较上月 {row['change']['index']}" if row["change"] else ""
    head = f"{place} {row['name']}（{row['code']}） {row['index'] or '—'} {word}"
    lines = [f"{head} = {row['raw'] or '—'} × {row['coefficient']}（{row['sites']} 家）{change}"]
    lines.append("  " + " · ".join(f"{entry['title']} {entry['points'] or '不适用'}/{entry['weight']}" for entry in row["indicators"]))
    lines += [f"  颜色受限：{override['title']}" for override in row["overrides"]]
    titles = {item["code"]: item for indicator in row["indicators"] for item in indicator["sub_items"]}
    lines += firm_lines(row)
    lines += [
        f"  失分 {entry['code']} {titles[entry['code']]['title']} −{entry['lost']}{counted(titles[entry['code']])}" for entry in row["lost"]
    ]
    return lines


def firm_lines(row: dict) -> list[str]:
    """How firm the place is, why it moved, where the cheapest points are."""
    lines = []
    if (honest := row["honest_rank"]) is not None:
        low, high = honest["weights_only"]
        lines.append(f"  名次区间 {low}–{high}（第 {honest['group']} 组） · 不计 K 第 {row['without_coefficient']['rank']} 名")
    if row["change"] is not None:
        lines.append("  变化 " + " · ".join(f"{PARTS[part['kind']]} {part['index']}" for part in row["change"]["parts"]))
    if (plan := row["win_back_plan"]) is not None:
        steps = "、".join(f"{step['code']} {step['case_count']} 件" for step in plan["steps"])
        lines.append(f"  最省力 {plan['case_count']} 件追回 {plan['points']} 分：{steps}")
    return lines


def counted(item: dict) -> str:
    """The two counts, or why there are none."""
    if "carried_from" in item:
        return f"（沿用 {item['carried_from']}）"
    if item["state"] == "not_reported":
        return "（未报）"
    counts = [str(item[key]) for key in ("numerator", "denominator") if item.get(key) is not None]
    return f"（{'/'.join(counts)}）"
