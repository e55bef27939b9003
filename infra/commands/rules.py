"""./dev rules …: check a rule file, draft it, work out its effect on every site, enact it. One drafts, another enacts."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.errors import BadInput, Problem, Unavailable
from infra.arguments import day

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

HELP = "rule sets: check FILE · draft FILE · shadow DRAFT|FILE · enact DRAFT · list; one person drafts, another enacts, 7 days ahead"
ACTIONS = ("check", "draft", "shadow", "enact", "list")
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("what", nargs="?", default="", help="a rule file, or the id of a draft")
    parser.add_argument("--token", default=os.environ.get("SAFETY_CODE_TOKEN", ""), help="who acts: an id token (./dev token ROLE)")
    parser.add_argument("--from", dest="effective_from", metavar="DATE", help="draft, enact: the first day the rules judge")
    parser.add_argument("--report", type=Path, metavar="FILE", help="shadow: write the report here · enact: the report that was looked at")
    parser.add_argument("--on", type=day, metavar="DATE", help="shadow: the day to judge on (default: today)")
    parser.add_argument("--table-prefix", help="name of the stack (default: TABLE_PREFIX or safety-code)")


def needs_stack(args: argparse.Namespace) -> bool:
    """Checking a file needs nothing but the file."""
    return args.action != "check"


def run(args: argparse.Namespace) -> int:
    """0 done, 1 refused by the stack, 2 bad input with every problem named."""
    if args.action != "list" and not args.what:
        raise BadInput([Problem(args.action, "", "", "a rule file or the id of a draft is required")])
    return {"check": check, "draft": draft, "shadow": shadow, "enact": enact, "list": listed}[args.action](args)


def check(args: argparse.Namespace) -> int:
    from chalicelib.grading.rules import load_rule_set

    rules = load_rule_set(Path(args.what))
    print(f"{rules.title} {rules.version} · {len(rules.items)} items · in order\n{rules.hash}")
    return 0


def draft(args: argparse.Namespace) -> int:
    from chalicelib.grading.rules import load_rule_set

    rules, content = load_rule_set(Path(args.what)), Path(args.what).read_text("utf-8")
    payload = {
        "rule_set": rules.id, "version": rules.version, "hash": rules.hash, "content": content,
        "effective_from": args.effective_from or rules.effective_from,
    }  # fmt: skip
    print(send(args, {"kind": "rule_set_drafted", "key": f"draft-{rules.hash[-16:]}", "payload": payload})["event_id"])
    return 0


def shadow(args: argparse.Namespace) -> int:
    """Judge every site with both rule sets; with a draft's id and a token the report is recorded with the draft."""
    from chalicelib.canonical import canonical_json
    from chalicelib.config import settings
    from chalicelib.export.office import StackSources
    from chalicelib.export.shadow import every_site, finding_of
    from chalicelib.grading.enacted import governed_district
    from chalicelib.grading.rulebook import rules_on
    from chalicelib.grading.rules import load_rule_set
    from chalicelib.grading.shadow import shadow_report

    setting = settings()
    prefix = args.table_prefix or setting.table_prefix
    district, on = governed_district(prefix, setting.district), args.on or setting.day()
    now = rules_on(district, on)
    if now is None:
        raise BadInput(f"no rule set applies in {district.id} on {on}")
    is_file = Path(args.what).is_file()
    then = load_rule_set(Path(args.what) if is_file else content_of(prefix, setting.district, args.what))
    report = shadow_report(every_site(StackSources(prefix), district, passed), now, then, on)
    print(file=sys.stderr)
    if args.report:
        args.report.write_bytes(canonical_json(report))
    recorded = ""
    if not is_file and args.token:
        recorded = str(send(args, finding_of(report, args.what))["event_id"])
    print("\n".join([*summary(report), *filter(None, [recorded])]))
    return 0


def enact(args: argparse.Namespace) -> int:
    if args.report is None or not args.effective_from:
        raise BadInput([Problem("enact", "", "", "--report FILE (the shadow report that was looked at) and --from DATE are required")])
    report = json.loads(args.report.read_text("utf-8"))
    payload = {"effective_from": args.effective_from, "report": report.get("hash", "")}
    body = {"kind": "rule_set_enacted", "key": f"enact-{args.what}", "caused_by": args.what, "payload": payload}
    print(send(args, body)["event_id"])
    return 0


def listed(args: argparse.Namespace) -> int:
    from chalicelib.config import settings
    from chalicelib.grading.governance import drafts_of

    setting = settings()
    drafts = drafts_of(district_events(args.table_prefix or setting.table_prefix, setting.district))
    if not drafts:
        print("no drafts: the rule sets of the district's folder are in force")
    for entry in drafts:
        found = entry.to_document()
        state = f"in force from {found['in_force_from']}, enacted by {found['enacted_by']}" if entry.in_force_from else "not enacted"
        print(f"{found['draft']} {found['rule_set']} {found['version']} drafted {found['drafted_on']} by {found['drafted_by']} · "
              f"{len(entry.shadows)} shadow reports · {state}")  # fmt: skip
    return 0


def district_events(prefix: str, district: str) -> tuple[Event, ...]:
    from chalicelib.ids import subject_of
    from chalicelib.supervision.store import EventLog

    return EventLog(prefix).list_events(subject_of("district", district))


def content_of(prefix: str, district: str, draft_id: str) -> bytes:
    from chalicelib.grading.governance import drafts_of

    for entry in drafts_of(district_events(prefix, district)):
        if entry.event.event_id == draft_id:
            return entry.content
    raise BadInput([Problem("draft", "", draft_id[:80], "no such file, and no draft with this id")])


def passed(townships: int) -> None:
    """A dot for each township that is through."""
    print(".", end="", file=sys.stderr, flush=True)


def summary(report: Mapping[str, object]) -> list[str]:
    """The report for a person to read: how many move where, and the first sites with their reasons."""
    rules = report["rules"]
    lines = [f"{rules['now']['version']} → {rules['then']['version']} · {report['on']} · {report['sites']} sites, {len(report['changed'])} change colour"]
    lines += [f"  {move.replace('>', ' → ')}: {count}" for move, count in report["moves"].items()]
    for entry in report["changed"][:SHOWN]:
        why = [f"+{code}" for code in entry["begins"]] + [f"-{code}" for code in entry["ends"]]
        was, would = entry["before"]["score"], entry["after"]["score"]
        score = f" score {was} → {would}" if entry["by_score"] else f" score {was}, other thresholds" if not why else f" score {was}"
        lines.append(f"  {entry['site_id']} {entry['before']['grade']} → {entry['after']['grade']}{score} {' '.join(why)}".rstrip())
    return [*lines, str(report["hash"])]


def send(args: argparse.Namespace, body: Mapping[str, object], opened: Callable = urllib.request.urlopen) -> dict[str, object]:
    """Hand an event in over the API, as the person whose token it is. BadInput or Unavailable with the API's own words."""
    from chalicelib.config import settings

    if not args.token:
        raise BadInput([Problem("--token", "", "", "who acts? an id token is required, such as $(./dev token district)")])
    url = f"{settings().public_base_url}/api/rules/events"
    headers = {"Authorization": args.token, "Content-Type": "application/json"}
    try:
        with opened(urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST"), timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise refusal(json.loads(error.read() or b"{}")) from None
    except OSError as error:
        raise Unavailable(f"{url}: {error}") from None


def refusal(problem: Mapping[str, object]) -> BadInput:
    found = [Problem(str(one["place"]), str(one["column"]), str(one["value"]), str(one["reason"])) for one in problem.get("problems", ())]
    sentence = problem.get("fields", {}).get("sentence") or problem.get("detail", "")
    return BadInput(found or [Problem(str(problem.get("title", "")), "", "", str(sentence))])

