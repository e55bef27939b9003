"""./dev backup [PLACE]: everything of the running stack into a bucket or a folder, with hashes; cut off, it goes on where it was."""

from __future__ import annotations

import argparse
import sys

from chalicelib import clock
from chalicelib.config import settings

HELP = "back up the whole stack to s3://bucket/prefix or a folder; run again to finish one that was cut off"
NEEDS_STACK = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("place", nargs="?", help="s3://bucket/prefix or a folder (default: backups/<day> in the stack's own bucket)")


def run(args: argparse.Namespace) -> int:
    """0 when the backup is complete."""
    from infra.backup.drill import source_of
    from infra.backup.take import take
    from infra.backup.vault import vault_at

    source = source_of(settings())
    place = args.place or f"s3://{source.bucket}/backups/{clock.utc_now().date().isoformat()}"
    manifest = take(source, vault_at(place), clock.utc_now(), lambda line: print(line, file=sys.stderr, flush=True))
    items = sum(table["items"] for table in manifest["tables"].values())
    print(f"{place}: {items:,} items of {len(manifest['tables'])} tables and {len(manifest['files']):,} files as of {manifest['began_at']}")
    return 0
