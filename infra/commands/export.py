"""./dev export DATASET: the register, cards or events of the running stack as a file, as a role may see them."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from chalicelib import clock
from chalicelib.config import settings

HELP = "write the register, cards or events as CSV, XLSX or Parquet, as a role sees them"
DATASETS, FORMATS, ROLES = ("register", "cards", "events"), ("csv", "xlsx", "parquet"), ("district", "township", "admin")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", choices=DATASETS)
    parser.add_argument("--format", choices=FORMATS, default="csv", help="which file")
    parser.add_argument("--out", type=Path, help="the file (default: DATASET.FORMAT here)")
    parser.add_argument("--as", dest="role", choices=ROLES, default="district", help="whose eyes: the read matrix decides rows and columns")
    parser.add_argument("--organisation", default="", help="with --as township: its code")


def needs_stack(args: argparse.Namespace) -> bool:
    return True


def run(args: argparse.Namespace) -> int:
    """0 when the file is written; an audit line tells who took what."""
    from chalicelib.access.identity import Identity
    from chalicelib.access.store import AuditTable
    from chalicelib.errors import BadInput, Problem
    from chalicelib.export.job import order_of, write_export
    from chalicelib.export.office import StackSources
    from chalicelib.register.district import load_district

    given = settings()
    district = load_district(given.district)
    names = {township.code: township.name for township in district.townships_on(given.day())}
    if args.role == "township" and args.organisation not in names:
        known = "、".join(f"{code} {name}" for code, name in names.items())
        raise BadInput([Problem("", "--organisation", args.organisation, f"请填镇街编号，可用：{known}")])
    identity = Identity(f"cli-{getpass.getuser()}"[:64], args.role, args.organisation)
    order = order_of(args.dataset, args.format, identity, district, given.day())
    out = args.out or Path(f"{args.dataset}.{args.format}")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    rows = write_export(order, StackSources(given.table_prefix), AuditTable(given.table_prefix), part, clock.utc_now())
    part.replace(out)
    print(f"{out}: {rows} rows")
    return 0
