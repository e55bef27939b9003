"""./dev colours FILE: what colours a register would get on a day and why, straight from the file, without a stack and without storing it."""

from __future__ import annotations

import argparse
import importlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from infra.arguments import day, district_id

HELP = "the colours of a whole register on a day, and why, from its file alone; nothing is stored"
MOST_REASONS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the register, CSV or XLSX")
    parser.add_argument("--district", type=district_id, required=True, help="whose mapping, townships and rule sets")
    parser.add_argument("--mapping", required=True, help="a mapping file, or the name of one of the district's")
    parser.add_argument("--on", type=day, required=True, metavar="DATE", help="the day to judge on")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """0 told, 2 when the file, the mapping or the district is refused."""
    from chalicelib.errors import BadInput
    from chalicelib.grading.rulebook import rules_on
    from chalicelib.register.district import load_district

    district = load_district(args.district)
    rules = rules_on(district, args.on)
    if rules is None:
        raise BadInput(f"no rule set applies in {district.id} on {args.on}")
    mapping = importlib.import_module("infra.commands.import").mapping_path(args.mapping, district)
    figures = counted(judgements(args.file, mapping, district, args.on, rules), rules, args.on)
    words = {code: swatch.word for code, swatch in district.palette.items()}
    print(json.dumps(figures, ensure_ascii=False, indent=1) if args.json else "\n".join(told(figures, words)))
    return 0


def judgements(path: Path, mapping: Path, district, on: date, rules) -> Iterator[object]:
    """The judgement of every site of the file."""
    from chalicelib.grading.judge import grade

    for facts in facts_of(path, mapping, district, on):
        yield grade(facts, rules, on)


def facts_of(path: Path, mapping_file: Path, district, on: date) -> Iterator[Mapping[str, object]]:
    """The facts of every site as an import of the file would leave them. BadInput names every row that is wrong."""
    from chalicelib.intake.mapping import load_mapping
    from chalicelib.intake.plan import plan_events
    from chalicelib.intake.read import read_file
    from chalicelib.intake.rows import Context
    from chalicelib.intake.run import IMPORTER
    from chalicelib.supervision.facts import fold

    mapping = load_mapping(mapping_file)
    # Which key makes the opaque ids does not matter to a colour.
    plan = plan_events(read_file(path, mapping.wanted), mapping, Context(b"colours", district, IMPORTER, on))
    by_subject: dict[str, list] = {}
    for event in plan.events:
        by_subject.setdefault(event.subject, []).append(event)
    for subject, events in by_subject.items():
        if subject.startswith("S:"):
            owner = next((event.payload["enterprise_id"] for event in events if event.kind == "site_registered"), None)
            yield fold(events, by_subject.get(f"E:{owner}", ()))


def counted(found: Iterator[object], rules, on: date) -> dict[str, object]:
    """Sites by colour, by what decided it, and the spread of scores in tenths."""
    colours, reasons, scores = Counter(), Counter(), []
    for judgement in found:
        colours[judgement.grade.code] += 1
        for cause in (*judgement.vetoes, *judgement.caps):
            reasons[f"{cause.code} {cause.title}"] += 1
        if judgement.score is not None:
            scores.append(judgement.score)
    scores.sort()
    spread = {f"p{share}": scores[min(len(scores) * share // 100, len(scores) - 1)] / 10 for share in (1, 5, 10, 25, 50)} if scores else {}
    sites = sum(colours.values())
    return {
        "rule_set": rules.identity(),
        "on": on.isoformat(),
        "sites": sites,
        "colours": {code: {"sites": count, "percent": round(100 * count / sites, 2)} for code, count in sorted(colours.items())},
        "held_by": dict(reasons.most_common(MOST_REASONS)),
        "full_marks": sum(score == 1000 for score in scores),
        "scores": spread,
    }


def told(figures: Mapping[str, object], words: Mapping[str, str]) -> list[str]:
    """The figures for a person to read."""
    lines = [f"{figures['rule_set']['title']} {figures['rule_set']['version']} · {figures['on']} · {figures['sites']} 个场所"]
    lines += [f"  {words[code]} {entry['sites']}（{entry['percent']}%）" for code, entry in figures["colours"].items()]
    lines.append(f"  满分 {figures['full_marks']} · 得分分位 " + " ".join(f"{name} {value}" for name, value in figures["scores"].items()))
    return lines + [f"  {reason}：{count}" for reason, count in figures["held_by"].items()]
