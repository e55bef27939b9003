"""./dev explain: why a site has its grade, what would change it, and when it changes by itself; the proof of it, and its check."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import clock
from chalicelib.errors import BadInput, Problem
from chalicelib.ids import ALPHABET, SITE_ID_LENGTH
from infra.documents import check_schema, read_object

if TYPE_CHECKING:
    from chalicelib.grading.rules import RuleSet
    from chalicelib.register.district import District

HELP = "why a site has its grade: every point lost, the way back, the calendar; --proof FILE, --verify FILE"
SITE = re.compile(f"[{ALPHABET}]{{{SITE_ID_LENGTH}}}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", nargs="?", help="site id")
    parser.add_argument("--on", metavar="DATE", help="the day to judge on (default: today, or the demo's day)")
    parser.add_argument("--known-at", metavar="TIME", help="only what was recorded by this instant, such as 2020-06-15T08:00:00+08:00")
    parser.add_argument("--json", action="store_true", help="print the result document, the ways back and the calendar as JSON")
    parser.add_argument("--proof", type=Path, metavar="FILE", help="write the proof: facts, rule-set hash, derivation")
    parser.add_argument("--verify", type=Path, metavar="FILE", help="recompute a proof instead: 0 when it holds, 1 when not")
    parser.add_argument("--table-prefix", help="name of the stack (default: TABLE_PREFIX or safety-code)")


def needs_stack(args: argparse.Namespace) -> bool:
    """Checking a proof needs nothing but the proof."""
    return args.verify is None


def run(args: argparse.Namespace) -> int:
    """0 explained or the proof holds, 1 the proof does not hold, 2 bad input with every problem named."""
    if args.verify is not None:
        return checked(args.verify)
    from chalicelib.config import settings
    from chalicelib.grading.proof import as_known, proof_of
    from chalicelib.grading.enacted import governed_district

    setting = settings()
    on, known_at = asked(args, setting.day())
    district = governed_district(args.table_prefix or setting.table_prefix, setting.district)
    rules = rules_of(district, on)
    facts = as_known(facts_of(args.site, args.table_prefix or setting.table_prefix, district), known_at)
    explanation = explained(facts, rules, on, district.grade_words)
    if args.proof is not None:
        from chalicelib.canonical import canonical_json

        args.proof.write_bytes(canonical_json(proof_of(facts, rules, on, known_at, district)))
        print(f"证明写入 {args.proof}", file=sys.stderr)
    print(json.dumps(explanation, ensure_ascii=False, indent=1) if args.json else "\n".join(told(explanation, district.grade_words)))
    return 0


def asked(args: argparse.Namespace, today: date) -> tuple[date, datetime | None]:
    """The day and the instant asked for. BadInput names all that is wrong, the site id too."""
    problems, on, known_at = [], today, None
    if not SITE.fullmatch(args.site or ""):
        problems.append(Problem("site", "", args.site or "", f"a site id is {SITE_ID_LENGTH} characters of {ALPHABET}"))
    try:
        on = date.fromisoformat(args.on) if args.on else today
    except ValueError:
        problems.append(Problem("--on", "", args.on, "a date is required, such as 2020-06-20"))
    if on > today:
        problems.append(Problem("--on", "", args.on, f"is in the future; today is {today}"))
    try:
        known_at = clock.parse_instant(args.known_at) if args.known_at else None
    except ValueError:
        problems.append(
            Problem("--known-at", "", args.known_at, "an instant with its offset is required, such as 2020-06-15T08:00:00+08:00")
        )
    if problems:
        raise BadInput(problems)
    return on, known_at


def rules_of(district: District, on: date) -> RuleSet:
    from chalicelib.grading.rulebook import rules_on

    rules = rules_on(district, on)
    if rules is None:
        raise BadInput(f"no rule set applies in {district.id} on {on}")
    return rules


def facts_of(site_id: str, table_prefix: str, district: District) -> dict[str, object]:
    """The facts of a site, folded anew from its log. BadInput if there is no such site, Unavailable if it cannot be read now."""
    from chalicelib.errors import Unavailable
    from chalicelib.grading.regrade import Regrader
    from chalicelib.supervision.facts import fold
    from chalicelib.supervision.kin import kin_of
    from chalicelib.supervision.shelf import Shelf

    regrader = Regrader(table_prefix, district)
    shelf = Shelf(regrader.log)
    if regrader.read([site_id], shelf):
        raise Unavailable("the log could not be read now")
    kin = kin_of(site_id, shelf.events)
    if not kin.site:
        raise BadInput([Problem("site", "", site_id, "no such site in the log")])
    return fold(kin.site, kin.enterprise, kin.absorbed)


def explained(facts: Mapping[str, object], rules: RuleSet, on: date, words: Mapping[str, str]) -> dict[str, object]:
    """The result document, every loss with its end, the ways back and what changes by itself."""
    from chalicelib.grading.losses import losses
    from chalicelib.grading.outlook import first_recovery, words_of
    from chalicelib.grading.way_back import calendar, way_back

    found, words = way_back(facts, rules, on), words_of(rules, words)
    result = found.now.to_document()
    return {
        "result": result,
        "losses": list(losses(result, facts, rules, first_recovery(facts, rules, on))),
        "way_back": found.to_document(words)["ways"],
        "calendar": [change.to_document(words) for change in calendar(facts, rules, on)],
    }


def told(explanation: Mapping[str, object], words: Mapping[str, str]) -> list[str]:
    """The explanation for a person to read, in a district's words for its grades."""
    from infra.commands.grade import told as judged

    result = explanation["result"]
    lines = [line for line in judged(result, words) if not line.startswith(("项目", "事件"))]
    lines += ["", "失分"] + [
        f"  {loss['code']} {loss['title']} {loss['clause']} -{loss['points']}（{loss['of']}）{loss['source']} 证据 {' '.join(loss['evidence']) or '—'}"
        f" · 恢复：{loss['ends']} · 规则来源：{loss['basis']}"
        for loss in explanation["losses"]
    ]
    lines += ["", "怎样变好"]
    for way in explanation["way_back"]:
        lines.append(f"  {way['text']}{'' if way['minimal'] or not way['on'] else '（未证明为最少）'}")
        lines += [f"    · 不晚于 {act['on']} {act['title']}" for act in way["acts"]]
        lines += [f"    · 等待 {' '.join(filter(None, (wait['code'], wait['title']))) or '期限'} 至 {wait['end'] or way['on']}" for wait in way["waits"]]
        lines += [f"    · {duty}" for duty in way["duties"]]
    lines += ["", "如果什么都不发生"] + [f"  {change['text']}" for change in explanation["calendar"]]
    return lines


def checked(path: Path) -> int:
    """Recompute a proof from its file. BadInput if it cannot be read as one."""
    from chalicelib.grading.proof import check_form, verify
    from infra.commands.grade import SCHEMA

    proof = read_object(path)
    check_form(proof)
    check_schema(proof["facts"], SCHEMA, "facts")
    wrong = verify(proof, known_rule_sets())
    print(
        "\n".join(wrong)
        if wrong
        else f"证明成立：{proof['site_id']} {proof['on']} {word_of(proof)} {proof['hash']}"
    )
    return 1 if wrong else 0


def word_of(proof: Mapping[str, object]) -> str:
    """The grade in the word that came with the proof, and its own code beside it: the word is nothing that is worked out."""
    grade = proof["derivation"]["grade"]
    word = (proof.get("palette") or {}).get(grade, {}).get("word", "")
    return f"{word}（{grade}）" if word else str(grade)


def known_rule_sets() -> Iterator[RuleSet]:
    from chalicelib.grading.rules import RULESETS, load_rule_set

    return (load_rule_set(path) for path in sorted(RULESETS.glob("*.toml")))
