"""./dev up: a running district on this machine, from nothing or from where it was left."""

from __future__ import annotations

import argparse
import sys

from infra.arguments import day, district_id, port

HELP = "start the local stack with the demo district and serve it on http://localhost:8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="3 townships of 30 sites instead of the whole district")
    size.add_argument("--sites", type=int, metavar="N", help="another number of sites")
    parser.add_argument("--district", type=district_id, metavar="ID", help="a district of chalicelib/districts (default: demo); one without invented data waits for ./dev import")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="the day the demo's data end (default: end of the last closed month)")
    parser.add_argument("--months", type=int, choices=range(25), default=2, metavar="N", help="publish the last N closed months, up to 24; 0: codes alone, no map and no index (default: %(default)s)")
    parser.add_argument("--port", type=port, default=8000, help="port of the front door (default: %(default)s)")
    parser.add_argument("--lan", action="store_true", help="also https on this network, for phones")
    parser.add_argument("--stream", choices=("pump", "mapping"), help="who follows the stream (default: pump on our own MiniStack, else mapping)")
    parser.add_argument("--detach", action="store_true", help="leave it running and return")


def run(arguments: argparse.Namespace) -> int:
    """0 once it stands (with --detach) or after Ctrl-C."""
    from infra.local import bring_up, report
    from infra.local.home import read_note
    from infra.local.progress import Progress

    progress = Progress()
    sites = chosen_sites(arguments, read_note("demo").get("sites"))
    wish = bring_up.Wish(sites, arguments.port, arguments.as_of, arguments.lan, arguments.stream, arguments.district, arguments.months)
    deployed = bring_up.bring_up(wish, progress)
    progress("ready")
    print(report.welcome(deployed, coloured=sys.stdout.isatty()), flush=True)
    return 0 if arguments.detach else report.stay(deployed)


def chosen_sites(arguments: argparse.Namespace, kept: object) -> int | None:
    """The size asked for, else the one that is there, else None: the whole district. BadInput for a size that is none."""
    from chalicelib.errors import BadInput
    from infra.synthetic.district import SIZES

    wanted = SIZES["small"] if arguments.small else arguments.sites
    sites = kept if wanted is None and isinstance(kept, int) else wanted
    if sites is not None and not 30 <= sites <= 100_000:
        raise BadInput(f"--sites {sites}: 30 to 100000")
    return sites
