"""./dev score: judge a month of townships from a document, and say why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chalicelib import labels
from chalicelib.index import rules as methods
from infra.documents import read_object

HELP = "judge a month's townships: index, colour, rank, lost points (exit 1 when one is red)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="input document (chalicelib/index/input.schema.json)")
    parser.add_argument("--rules", type=Path, default=methods.MODEL_2020, metavar="FILE", help="index method (default: the model standard)")
    parser.add_argument("--previous", type=Path, metavar="FILE", help="last month's result, for the change")
    parser.add_argument("--json", action="store_true", help="print the whole result document")


def run(args: argparse.Namespace) -> int:
    """0 judged, 1 a township is red, 2 bad input with every problem named."""
    from chalicelib.index.document import read_input
    from chalicelib.index.result import result_document
    from chalicelib.index.score import score

    rules = methods.load_rules(args.rules)
    month, townships = read_input(read_object(args.file), rules)
    previous = read_object(args.previous) if args.previous else None
    document = result_document(month, score(month, townships, rules), rules, previous)
    print(json.dumps(document, ensure_ascii=False, indent=1) if args.json else "\n".join(told(document)))
    return 1 if any(row["colour"] == "red" for row in document["townships"]) else 0


def told(document: dict) -> list[str]:
    """The result for a person to read."""
    rule_set = document["rule_set"]
    lines = [f"{document['month']} · {rule_set['title']} {rule_set['version']} {rule_set['hash'][:19]}…"]
    for row in document["townships"]:
        lines += township_lines(row)
    return lines


def township_lines(row: dict) -> list[str]:
    place = f"第 {row['rank']} 名" if row["rank"] is not None else "数据不足，不排名"
    word = labels.GRADE[row["colour"]].removesuffix("码")
    change = f" · 较上月 {row['change']['index']}" if row["change"] else ""
    head = f"{place} {row['name']}（{row['code']}） {row['index'] or '—'} {word}"
    lines = [f"{head} = {row['raw'] or '—'} × {row['coefficient']}（{row['sites']} 家）{change}"]
    lines.append("  " + " · ".join(f"{entry['title']} {entry['points'] or '不适用'}/{entry['weight']}" for entry in row["indicators"]))
    lines += [f"  颜色受限：{override['title']}" for override in row["overrides"]]
    titles = {item["code"]: item for indicator in row["indicators"] for item in indicator["sub_items"]}
    lines += [
        f"  失分 {entry['code']} {titles[entry['code']]['title']} −{entry['lost']}{counted(titles[entry['code']])}" for entry in row["lost"]
    ]
    return lines


def counted(item: dict) -> str:
    """The two counts, or why there are none."""
    if "carried_from" in item:
        return f"（沿用 {item['carried_from']}）"
    if item["state"] == "not_reported":
        return "（未报）"
    counts = [str(item[key]) for key in ("numerator", "denominator") if item.get(key) is not None]
    return f"（{'/'.join(counts)}）"
