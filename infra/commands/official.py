"""./dev official ALGORITHM FILE: judge a document by one of the official algorithms, and say why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chalicelib.grading import rules as standards
from infra.documents import read_object

HELP = "judge a document by 19号, GB 18218, accident level, LEC or a risk matrix (exit 1: red, a major source, a larger accident)"
ALGORITHMS = ("chemicals-19", "gb18218", "lec", "matrix", "accident")
UNDECIDED = "待定"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("algorithm", choices=ALGORITHMS)
    parser.add_argument("file", type=Path, help="JSON document; null = unknown (fields: chalicelib/grading/official/documents.py)")
    parser.add_argument("--rules", type=Path, default=standards.MODEL_2020, metavar="FILE", help="rule set whose levels of accident hold")
    parser.add_argument("--json", action="store_true", help="print the whole result document")


def run(args: argparse.Namespace) -> int:
    """0 judged or undecided, 1 judged bad, 2 bad input with every problem named."""
    from chalicelib.grading.official.documents import judge_document

    levels = standards.load_rule_set(args.rules).levels
    result = judge_document(args.algorithm, read_object(args.file, number=str), levels)
    print(json.dumps(result, ensure_ascii=False, indent=1) if args.json else "\n".join(told(result)))
    lightest = levels[-1].code
    return int(result.get("grade") == "red" or result.get("major") is True or result.get("level", lightest) not in (lightest, None, False))


def told(result: dict) -> list[str]:
    """The verdict first, then every reason."""
    verdict = result.get("title") or result.get("grade") or major(result)
    score = f" {result['score'] or UNDECIDED}" if "score" in result else ""
    return [f"{verdict}{score}", *(f"  {reason}" for reason in result["reasons"])]


def major(result: dict) -> str:
    """The verdict of GB 18218, or 待定 where a result has no verdict yet."""
    if "major" not in result or result["major"] is None:
        return UNDECIDED
    if not result["major"]:
        return "不构成重大危险源"
    level = f"{result['level']}级" if result["level"] else f"{UNDECIDED}（不低于{result['at_least']}级）"
    return f"重大危险源 {level}"
