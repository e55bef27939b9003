"""./dev reset: delete the data of our own local stack."""

from __future__ import annotations

import argparse

HELP = "end the local stack and delete its data (only a MiniStack that dev started itself)"
NOTES = ("stack", "demo", "accounts", "serve", "serve-status", "pump-checkpoint", "saved", "district", "package")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keys", action="store_true", help="also forget plate keys and the phone's CA: printed demo plates stop working")


def run(arguments: argparse.Namespace) -> int:
    """0 when all is gone. Forbidden at a given endpoint, or when the notes are about one: it may hold somebody's data."""
    from chalicelib.errors import Forbidden
    from infra.local import emulator, report
    from infra.local.home import forget, read_note

    given = emulator.given_endpoint()
    if given or read_note("stack").get("own") is False:
        raise Forbidden(f"{given.url if given else read_note('stack').get('url')} was not started by dev: it is never reset")
    report.take_down(own=True)
    emulator.forget_data()
    forget(*NOTES, *(("keys", "lan") if arguments.keys else ()))
    print("the local stack is empty")
    return 0
