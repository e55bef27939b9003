"""./dev grade: judge one facts document on a day, and say why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from chalicelib import labels
from chalicelib.errors import BadInput
from chalicelib.grading.bare import unsaid
from chalicelib.grading import rules as rule_sets
from chalicelib.grading.factsform import problems_of
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.register.district import load_district
from infra.arguments import day, district_id
from infra.documents import check_schema, read_object

HELP = "judge a facts document: grade, score and reasons (exit 1 when red)"
SCHEMA = Path(rule_sets.__file__).with_name("facts.schema.json")
STATUS = {"not_applicable": "不适用", "missing": "未评定", "nothing_due": "无到期事项", "not_done": "未报"}
LEDGER = {
    "item": "项目失分",
    "extra": "追加扣分",
    "rescale": "空项折算",
    "bonus_cut": "加分封顶",
    "clamp": "上下限",
    "rounding": "四舍五入",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("facts", type=Path, help="facts document (chalicelib/grading/facts.schema.json)")
    parser.add_argument("--on", type=day, required=True, metavar="DATE", help="the day to judge on")
    parser.add_argument("--rules", type=Path, default=rule_sets.MODEL_2020, metavar="FILE", help="rule set (default: the model standard)")
    parser.add_argument("--district", type=district_id, default="demo", metavar="ID", help="whose palette names the colours (default: demo)")
    parser.add_argument("--json", action="store_true", help="print the whole result document")


def run(args: argparse.Namespace) -> int:
    """0 judged, 1 judged red, 2 bad input with every problem named."""
    rules = rule_sets.load_rule_set(args.rules)
    judgement = grade(read_facts(args.facts, rules), rules, args.on)
    document = judgement.to_document()
    print(json.dumps(document, ensure_ascii=False, indent=1) if args.json else "\n".join(told(document, load_district(args.district).grade_words)))
    return 1 if judgement.grade is Grade.RED else 0


def read_facts(path: Path, rules: rule_sets.RuleSet) -> dict[str, object]:
    """A facts document, held to its schema and to the rule set's items. BadInput names everything that is wrong."""
    facts = read_object(path)
    check_schema(facts, SCHEMA, "facts")
    problems = problems_of(facts, rules)
    if problems:
        raise BadInput(problems)
    return unsaid(facts)


def told(document: dict[str, object], words: Mapping[str, str]) -> list[str]:
    """The result for a person to read, in a district's words for its grades."""
    grade_code = document["grade"]
    rule_set = document["rule_set"]
    lines = [
        f"{words[grade_code]}（{labels.GRADE_MEANING[grade_code]}）",
        f"评定日 {document['on']} · 得分 {document['score'] or '—'} · 按得分 {words[document['score_grade']]}",
        f"{rule_set['title']} {rule_set['version']} {rule_set['hash'][:19]}…",
        "维度 " + " · ".join(f"{labels.AXIS.get(axis, axis)} {value or '—'}" for axis, value in document["axes"].items()),
    ]
    lines += [limit_line("一票否决", entry, words) for entry in document["vetoes"]]
    lines += [limit_line("限级", entry, words) for entry in document["caps"]]
    lines += [limit_line("人工调整", entry, words) for entry in document["overrides"]]
    lines += [f"标注 {entry['text']}" for entry in document["flags"]]
    lines += [line for entry in document["items"] for line in item_lines(entry)]
    lines += [
        f"事件 {entry['code']} {entry['title']} {entry['points']}（{len(entry['occurrences'])} 项，封顶 {entry['cap']}）"
        for entry in document["adjustments"]
    ]
    lines += [f"扣分账 {LEDGER.get(entry['line'], '事件')} {entry['code']} {entry['points']}" for entry in document["ledger"]]
    if document["missing"]:
        lines.append("未评定项目 " + " ".join(entry["item"] for entry in document["missing"]))
    lines.append(f"下次复核不晚于 {document['review_on'] or '—'}")
    return lines


def limit_line(word: str, entry: dict[str, object], words: Mapping[str, str]) -> str:
    end = f"至 {entry['end']} 解除" if entry["end"] else entry["ends"]
    if word == entry["title"]:
        return f"{word} → {words[entry['grade']]}，{end}：{entry['note']}"
    return f"{word} {entry['code']} {entry['title']} → {words[entry['grade']]}，{end}（依据 {' '.join(entry['evidence']) or '—'}）"


def item_lines(entry: dict[str, object]) -> list[str]:
    """Only what is not simply in order."""
    head = f"项目 {entry['item']} {entry['title']}"
    if entry["status"] == "valued" and entry["value"] == entry["points"]:
        return []
    if entry["value"] is None or entry["status"] in ("nothing_due",):
        return [f"{head}：{STATUS[entry['status']]}"]
    found = "；".join(f"{finding['title']}×{finding['count']}" for finding in entry["findings"])
    ratio = "{}/{}".format(*entry["ratio"]) if entry["ratio"] else ""
    source = labels.SOURCE.get(entry["source"], "")
    return [f"{head}：{entry['value']}/{entry['points']} {STATUS.get(entry['status'], '')}{found}{ratio}（{source} {entry['on'] or ''}）"]
