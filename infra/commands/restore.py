"""./dev restore PLACE: fill the running, empty stack from a backup; cut off, the same command finishes it."""

from __future__ import annotations

import argparse
import sys

from chalicelib.config import settings

HELP = "restore a backup into the running stack, which must be empty; run again to finish one that was cut off"
NEEDS_STACK = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", help="s3://bucket/prefix or a folder with a complete backup")


def run(args: argparse.Namespace) -> int:
    """0 when everything is in. 1 when the stack is not empty, 2 for a damaged backup or other keys."""
    from infra.backup.drill import source_of
    from infra.backup.restore import restore
    from infra.backup.vault import vault_at

    target = source_of(settings())
    manifest = restore(vault_at(args.place), target, lambda line: print(line, file=sys.stderr, flush=True))
    items = sum(table["items"] for table in manifest["tables"].values())
    print(f"{target.prefix}: {items:,} items and {len(manifest['files']):,} files as of {manifest['began_at']}; ./dev recompute --from-log proves the cards")
    return 0
