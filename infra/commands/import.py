"""./dev import FILE --mapping FILE: bring a table of facts into the log."""  # noqa: N999 (the command is called so)

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import clock
from chalicelib.config import Settings, settings
from chalicelib.register.district import District
from infra.arguments import district_id

if TYPE_CHECKING:
    from chalicelib.index.acceptance import Published
    from chalicelib.intake.persons import People
    from chalicelib.intake.run import Wish

HELP = "import a CSV or XLSX file into the event log by a mapping file; all of it or nothing"
MOST_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the table")
    parser.add_argument("--mapping", required=True, help="a mapping file, or the name of one of the district's")
    parser.add_argument("--district", type=district_id, help="whose townships (default: the setting DISTRICT)")
    parser.add_argument("--check", action="store_true", help="judge the file only, write nothing, ask no log")
    parser.add_argument("--good-rows", action="store_true", help="import the good rows, write the others to a rejects file")
    parser.add_argument("--rejects", type=Path, help="the rejects file (default: FILE.rejects.csv beside the file)")
    parser.add_argument("--correct", action="store_true", help="facts that stand with other content are withdrawn and told again")
    parser.add_argument("--reason", default="导入更正", help="with --correct: why")
    parser.add_argument("--signer", action="append", default=[], help="with --correct: who signs for it, by id; may be repeated")
    parser.add_argument("--result", type=Path, help="write what was done, with every correction, as JSON")


def needs_stack(args: argparse.Namespace) -> bool:
    """The log and the key of ids are the running stack's; judging a file alone needs neither."""
    return not args.check


def run(args: argparse.Namespace) -> int:
    """0 when imported or in order, 1 on conflict with the log or rows left out, 2 when the file or mapping is refused."""
    from chalicelib.register.district import load_district

    given = settings()
    district = load_district(args.district or given.district)
    mapping = mapping_path(args.mapping, district)
    return (check if args.check else bring_in)(args, mapping, district, given)


def mapping_path(name: str, district: District) -> Path:
    """The file itself, else the district's mapping of that name. BadInput naming those that there are."""
    from chalicelib.errors import BadInput, Problem

    own = district.mapping(name)
    found = next((path for path in (Path(name), own) if path.is_file()), None)
    if found is None:
        known = "、".join(sorted(path.stem for path in own.parent.glob("*.toml")))
        raise BadInput([Problem("", "--mapping", name, f"没有这个映射文件；{district.short}（{district.id}）有：{known}。其他地区用 --district")])
    return found


def check(args: argparse.Namespace, mapping: Path, district, given) -> int:
    from chalicelib.intake.mapping import load_mapping
    from chalicelib.intake.persons import PersonImport
    from chalicelib.intake.plan import plan_events
    from chalicelib.intake.read import read_file
    from chalicelib.intake.rows import Context
    from chalicelib.intake.run import IMPORTER

    loaded = load_mapping(mapping)
    table = read_file(args.file, loaded.wanted)
    # Which key makes the opaque ids does not matter to a verdict.
    context = Context(b"check", district, IMPORTER, given.day())
    if loaded.persons:
        _, rows, notes = PersonImport(table, loaded, context).settle(keep_good=False)
        what = f"{rows} rows of persons"
    else:
        plan = plan_events(table, loaded, context)
        what, notes = f"{plan.row_count} rows, {plan.event_count} events", plan.notes.lines()
    print("\n".join([f"{args.file.name}: {table.reading}", *(f"  {note}" for note in notes), f"{args.file.name}: {what}, in order"]))
    return 0


def bring_in(args: argparse.Namespace, mapping: Path, district, given) -> int:
    from chalicelib.errors import BadInput, Problem
    from chalicelib.grading.enacted import governed_district
    from chalicelib.index.monthly import published
    from chalicelib.index.runs import StackRuns
    from chalicelib.intake.run import import_file
    from chalicelib.intake.store import ImportLog
    from chalicelib.supervision.store import EventLog

    if not given.id_key:
        raise BadInput([Problem("", "ID_KEY", "", "没有设置编号密钥，无法生成场所编号")])
    done = import_file(
        args.file,
        mapping,
        ImportLog(EventLog(given.table_prefix)),
        district=governed_district(given.table_prefix, district.id),
        id_key=bytes.fromhex(given.id_key),
        today=given.day(),
        now=clock.utc_now(),
        progress=show,
        wish=wish_of(args, people_of(given), published(StackRuns(given.table_prefix))),
    )
    tell(done)
    if args.result:
        args.result.write_text(json.dumps(done.to_document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if done.rejected:
        print(f"{done.rejected} rows left out: {rejects_path(args)}")
    return 1 if done.rejected else 0


def people_of(given: Settings) -> People:
    """The stack's person table, every entry with its audit line."""
    from chalicelib.access.audit import audit_line
    from chalicelib.access.identity import Identity
    from chalicelib.access.store import AuditTable
    from chalicelib.intake.persons import People
    from chalicelib.registry.store import PersonTable

    audit, who = AuditTable(given.table_prefix), Identity(f"cli-{getpass.getuser()}"[:64], "admin", "")
    return People(PersonTable(given.table_prefix), lambda subject, what: audit.write(audit_line(who, "person", subject, what, clock.utc_now())))


def wish_of(args: argparse.Namespace, people: People | None, published: Published) -> Wish:
    from chalicelib.intake.correct import Correction
    from chalicelib.intake.run import Wish

    correction = Correction(args.reason, tuple(args.signer)) if args.correct else None
    return Wish(rejects_path(args) if args.good_rows else None, correction, people=people, published=published)


def rejects_path(args: argparse.Namespace) -> Path:
    return args.rejects or args.file.with_name(f"{args.file.stem}.rejects.csv")


def tell(done) -> None:
    """What was done, in lines; the result file holds the same."""
    print(f"{done.file}: {done.reading}")
    for note in done.notes:
        print(f"  {note}")
    print(f"{done.file}: {done.rows} rows, {done.new} new events, {done.same} already there, {done.corrections} corrected")
    for kind, count in done.kinds.items():
        print(f"  {kind}\t{count}")
    for one in done.corrected[:MOST_SHOWN]:
        changed = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in one.changes.items())
        print(f"  {f'第{one.row}行' if one.row else '随同'} · {one.kind} · {one.voided} → {one.event_id} · {changed}".rstrip(" ·"))


def show(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage} {done}{f'/{total}' if total else ''}", end="\n" if done == total else "", file=sys.stderr, flush=True)
