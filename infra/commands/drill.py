"""./dev drill: back the running stack up, restore it into an empty one, and hold every card and every file against each other."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HELP = "prove the backup: restore it into an empty stack beside this one and compare everything, byte by byte"
NEEDS_STACK = True
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, help="keep the backup in this folder")


def run(args: argparse.Namespace) -> int:
    """0 when the restored stack is identical, 1 when anything differs."""
    from infra.backup.drill import drill
    from infra.backup.vault import FolderVault
    from infra.local.stack import current

    with tempfile.TemporaryDirectory() as folder:
        vault = FolderVault(args.keep or Path(folder))
        found = drill(current(), vault, lambda line: print(line, file=sys.stderr, flush=True))
    for difference in found.compared.differences[:SHOWN]:
        print(f"differs: {difference}")
    done = found.compared
    print(f"{done.items:,} items ({done.cards:,} cards) and {done.files:,} files held against each other: {len(done.differences)} differences")
    print(f"{found.rebuilt:,} cards rebuilt from the restored log: {found.rebuilt_differences} differences")
    return 0 if found.identical else 1
