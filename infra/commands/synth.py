"""./dev synth FOLDER: write the tables of the demo district."""

from __future__ import annotations

import argparse
from pathlib import Path

from chalicelib import clock
from chalicelib.config import settings
from infra.arguments import day, district_id

HELP = "write the invented tables of the demo district as CSV files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the files go; made if missing, files of the same name are replaced")
    parser.add_argument("--sites", default="full", help="full (the demo: 8,800), small (3 townships x 30) or a number (default: %(default)s)")
    parser.add_argument("--as-of", type=day, help="the day the tables stand at (default: the end of the last closed month)")
    parser.add_argument("--seed", type=int, help="another district of the same kind")
    parser.add_argument("--district", type=district_id, default="demo", help="whose townships (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """0 when written, 2 when the size is no size."""
    from chalicelib.errors import BadInput, Problem
    from chalicelib.register.district import load_district
    from infra.synthetic.district import DEFAULT_SEED, SIZES, full_size, write

    district = load_district(args.district)
    size = full_size(district) if args.sites == "full" else SIZES.get(args.sites, args.sites)
    if not str(size).isdecimal() or not 30 <= int(size) <= 100_000:
        raise BadInput([Problem("", "--sites", str(args.sites), "应为 full、small 或 30 至 100000 的整数")])
    as_of = args.as_of or clock.last_day(clock.previous_month(clock.month_of(settings().day())))
    seed = DEFAULT_SEED if args.seed is None else args.seed
    summary = write(args.folder, district=district, sites=int(size), as_of=as_of, seed=seed)
    for path, mapping in summary.files:
        print(f"{path}\t{mapping}.toml\t{summary.rows[mapping]}")
    print(f"{summary.sites} sites of {summary.enterprises} enterprises as of {summary.as_of}")
    return 0
