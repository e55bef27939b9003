"""./dev import FILE --mapping FILE: bring a table of facts into the log."""  # noqa: N999 (the command is called so)

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chalicelib import clock
from chalicelib.config import settings

HELP = "import a CSV file (UTF-8) into the event log by a mapping file; all of it or nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the table")
    parser.add_argument("--mapping", required=True, help="a mapping file, or the name of one of the district's")
    parser.add_argument("--district", help="whose townships (default: the setting DISTRICT)")
    parser.add_argument("--check", action="store_true", help="judge the file only, write nothing, ask no log")


def needs_stack(args: argparse.Namespace) -> bool:
    """The log and the key of ids are the running stack's; judging a file alone needs neither."""
    return not args.check


def run(args: argparse.Namespace) -> int:
    """0 when imported or in order, 1 on conflict with the log, 2 when the file or mapping is refused."""
    from chalicelib.register.district import load_district

    given = settings()
    district = load_district(args.district or given.district)
    mapping = mapping_path(args.mapping, district.folder)
    return check(args.file, mapping, district, given) if args.check else bring_in(args.file, mapping, district, given)


def mapping_path(name: str, folder: Path) -> Path:
    """The file itself, else the district's own mapping of that name."""
    own = folder / "mappings" / f"{name}.toml"
    return own if own.is_file() and not Path(name).is_file() else Path(name)


def check(path: Path, mapping: Path, district, given) -> int:
    from chalicelib.intake.mapping import load_mapping
    from chalicelib.intake.plan import plan_events
    from chalicelib.intake.read import read_csv
    from chalicelib.intake.rows import Context
    from chalicelib.intake.run import IMPORTER

    # Which key makes the opaque ids does not matter to a verdict.
    plan = plan_events(read_csv(path), load_mapping(mapping), Context(b"check", district, IMPORTER, given.day()))
    print(f"{path.name}: {plan.row_count} rows, {len(plan.events)} events, in order")
    return 0


def bring_in(path: Path, mapping: Path, district, given) -> int:
    from chalicelib.errors import BadInput, Problem
    from chalicelib.intake.run import import_file
    from chalicelib.intake.store import ImportLog
    from chalicelib.supervision.store import EventLog

    if not given.id_key:
        raise BadInput([Problem("", "ID_KEY", "", "没有设置编号密钥，无法生成场所编号")])
    done = import_file(
        path,
        mapping,
        ImportLog(EventLog(given.table_prefix)),
        district=district,
        id_key=bytes.fromhex(given.id_key),
        today=given.day(),
        now=clock.utc_now(),
        progress=show,
    )
    print(f"{done.file}: {done.rows} rows, {done.new} new events, {done.same} already there")
    for kind, count in done.kinds.items():
        print(f"  {kind}\t{count}")
    return 0


def show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
