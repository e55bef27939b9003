"""./dev release verify|list MONTH: look after what was published on the running stack."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.errors import BadInput

if TYPE_CHECKING:
    from chalicelib.publish.files import FileStore

HELP = "verify MONTH: recompute every hash of every revision, public and staff; list MONTH: its revisions"
ACTIONS = ("verify", "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("month", help="a published month, YYYY-MM")


def run(args: argparse.Namespace) -> int:
    """0 sound (one JSON line per tree and revision), 1 a hash does not match or a file is missing or slipped in, 2 no such month."""
    from chalicelib import clock
    from chalicelib.publish.files import bucket_files
    from infra.local.stack import current

    try:
        clock.parse_month(args.month)
    except ValueError as error:
        raise BadInput(f"{args.month}: a month YYYY-MM is required") from error
    files = bucket_files(current().settings().files_bucket)
    lines = list(LINES[args.action](files, args.month))
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    if not lines:
        raise BadInput(f"{args.month} is not published")
    return 1 if any(line.get("faults") for line in lines) else 0


def verified(files: FileStore, month: str) -> Iterator[dict[str, object]]:
    """Every tree of every revision with its faults."""
    from chalicelib.publish.release import KINDS, list_revisions, list_trees, verify

    for kind in KINDS:
        for tree in list_trees(files, kind, month):
            for revision in list_revisions(files, kind, month, tree):
                yield {"kind": kind, "month": month, "revision": revision, "tree": tree, "faults": verify(files, kind, month, revision, tree)}


def listed(files: FileStore, month: str) -> Iterator[dict[str, object]]:
    """The revisions of a month: what they are and which one they replace."""
    import orjson

    from chalicelib.publish.release import CLAIM, KINDS, list_revisions, read_release

    for kind in KINDS:
        for revision in list_revisions(files, kind, month):
            claim = orjson.loads(read_release(files, kind, month, revision, CLAIM) or b"{}")
            named = {name: claim.get(name) for name in ("status", "on", "replaces", "inputs", "code_version")}
            yield {"kind": kind, "month": month, "revision": revision, **named}


LINES = {"verify": verified, "list": listed}
