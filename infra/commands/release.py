"""./dev release verify|list MONTH: look after what was published on the running stack."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.errors import BadInput

if TYPE_CHECKING:
    from chalicelib.publish.files import FileStore

HELP = "verify MONTH: recompute every hash of every revision, public and staff, and check each seal; list MONTH: its revisions"
ACTIONS = ("verify", "list")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("month", help="a published month, YYYY-MM")


def run(args: argparse.Namespace) -> int:
    """0 sound (one JSON line per tree and revision), 1 a hash or a seal does not match, a file is missing or slipped in, 2 no such month."""
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
    """Every tree of every revision with its faults, and under whose seal the public ones stand."""
    from chalicelib.publish.release import KINDS, PUBLIC, list_revisions, list_trees, verify

    for kind in KINDS:
        for tree in list_trees(files, kind, month):
            for revision in list_revisions(files, kind, month, tree):
                line = {"kind": kind, "month": month, "revision": revision, "tree": tree}
                seal = seal_of(files, f"{PUBLIC}/{kind}/{month}/r{revision}/") if tree == PUBLIC else {"faults": []}
                yield {**line, **seal, "faults": [*verify(files, kind, month, revision, tree), *seal["faults"]]}


def seal_of(files: FileStore, root: str) -> dict[str, Any]:
    """By which key a release is signed, and what is wrong with its seal. A public release without one is at fault."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization

    from chalicelib.publish.release import MANIFEST
    from chalicelib.publish.seal import CHECKSUM, KEY, SEAL, SIGNATURE, checksum, fingerprint

    found = {name: files.find(root + name) for name in (*SEAL, MANIFEST)}
    missing = [f"{name}: missing" for name in SEAL if found[name] is None]
    if missing:
        return {"faults": missing}
    try:
        key = serialization.load_pem_public_key(found[KEY])
        key.verify(found[SIGNATURE], found[CHECKSUM])
    except (ValueError, InvalidSignature):
        return {"faults": [f"{SIGNATURE}: not by {KEY}"]}
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    faults = [] if found[CHECKSUM] == checksum(found[MANIFEST]) else [f"{CHECKSUM}: of another manifest"]
    return {"signed_by": fingerprint(der), "faults": faults}


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
