"""Publishing a month: claim a revision, write immutable files, seal and manifest, and last of all the pointer.

A revision is claimed by what went in (inputs digest, rule sets, code version), so that the same inputs come out under the
same keys with the same bytes and other inputs under the next revision. Killed anywhere and repeated gives the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import orjson

from chalicelib.canonical import canonical_json
from chalicelib.errors import NotFound
from chalicelib.publish.changes import log_change
from chalicelib.publish.files import FileStore, add_same
from chalicelib.publish.seal import SEAL, Signer, put_seal

KINDS = ("index", "map")
MANIFEST, CLAIM, FRONT, POINTER = "manifest.json", "inputs.json", "index.html", "current.json"
ARCHIVE = "months.html"
PUBLIC = "public"
# The page that leads to every published month, from the list of months in the pointer.
Archive = Callable[[Sequence[Mapping[str, object]]], bytes]


@dataclass(frozen=True)
class Edition:
    """What is being published and everything that decides its bytes. ``rule_sets`` are their references (id, version, hash).

    ``status`` is what the month is by it (provisional, final, revised; empty where there is only one), ``on`` the day by
    its calendar: no instant of a run.
    """

    kind: str
    month: str
    inputs: str
    rule_sets: tuple[Mapping[str, str], ...]
    code_version: str
    status: str = ""
    on: str = ""

    def identity(self) -> dict[str, object]:
        """The content by which a revision is recognised as this edition's."""
        named = {"status": self.status, "on": self.on} if self.status else {}
        return {"inputs": self.inputs, "rule_sets": [dict(ref) for ref in self.rule_sets], "code_version": self.code_version, **named}


@dataclass(frozen=True, slots=True)
class Claim:
    """A revision taken for an edition, and the one that stood when it was taken: what it is compared with for ever."""

    edition: Edition
    revision: int
    replaces: int | None

    @property
    def base(self) -> str:
        """The absolute address of the public release, as pages link to it."""
        return base_address(self.edition.kind, self.edition.month, self.revision)

    def body(self) -> bytes:
        """The content of the claim's file; ``replaces`` only where there is one."""
        return canonical_json({**self.edition.identity(), **({"replaces": self.replaces} if self.replaces else {})})


@dataclass(frozen=True, slots=True)
class Trees:
    """What is published, as paths below the release with their bytes: for everybody, with ``index.html``, and for each scope of staff."""

    public: Mapping[str, bytes]
    staff: Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Published:
    """Where an edition stands. ``is_current``: the pointer shows this month and revision."""

    kind: str
    month: str
    revision: int
    manifest_sha256: str
    is_current: bool


def base_address(kind: str, month: str, revision: int) -> str:
    """The absolute address of a public release, as pages link to it."""
    return f"/{kind}/{month}/r{revision}/"


def claim_revision(files: FileStore, edition: Edition) -> Claim:
    """The revision of this edition: the one it already claimed, else the next free one, taken atomically."""
    complete = list_revisions(files, edition.kind, edition.month)
    for revision in count(1):
        key = f"{_root(PUBLIC, edition.kind, edition.month, revision)}{CLAIM}"
        claim = Claim(edition, revision, max((other for other in complete if other < revision), default=None))
        if files.add(key, claim.body()):
            return claim
        standing = orjson.loads(files.find(key) or b"{}")
        replaces = standing.pop("replaces", None)
        if standing == edition.identity():
            return Claim(edition, revision, replaces)
    raise AssertionError("unreachable")


def publish(
    files: FileStore,
    claim: Claim,
    trees: Trees,
    archive: Archive | None = None,
    signer: Signer | None = None,
) -> Published:
    """Write a claimed revision: staff trees, public tree, manifests, then the pointer if no later month stands.

    ``archive`` draws the page of all months, which lies beside the pointer; ``signer`` vouches for the public tree (without one
    it is a trial that nobody vouches for). Conflict if a key is there with other bytes.
    """
    edition, revision = claim.edition, claim.revision
    for scope in sorted(trees.staff):
        _write_tree(files, f"staff/{scope}", claim, trees.staff[scope])
    manifest = _write_tree(files, PUBLIC, claim, {**trees.public, CLAIM: claim.body()}, signer)
    for scope in sorted(trees.staff):
        _point(files, f"staff/{scope}", edition.kind)
    log_change(files, {"kind": edition.kind, "month": edition.month, "revision": revision, "path": claim.base, "status": edition.status, "on": edition.on})
    current = _point(files, PUBLIC, edition.kind, archive)
    shown = (current["month"], current["revision"]) == (edition.month, revision)
    return Published(edition.kind, edition.month, revision, sha256(manifest), shown)


def _write_tree(files: FileStore, tree: str, claim: Claim, content: Mapping[str, bytes], signer: Signer | None = None) -> bytes:
    edition, revision = claim.edition, claim.revision
    root = _root(tree, edition.kind, edition.month, revision)
    for path in sorted(content):
        add_same(files, root + path, content[path])
    manifest = canonical_json(
        {
            "schema": 1,
            "kind": edition.kind,
            "month": edition.month,
            "revision": revision,
            **edition.identity(),
            "files": {path: {"sha256": sha256(content[path]), "size": len(content[path])} for path in content},
        }
    )
    if signer is not None:
        put_seal(files, root, manifest, signer)
    add_same(files, root + MANIFEST, manifest)
    return manifest


def _point(files: FileStore, tree: str, kind: str, archive: Archive | None = None) -> dict:
    """Copy the front page of the newest complete release, then name it. Worked out from what stands, so the order of runs is free."""
    months = list_releases(files, kind, tree)
    month, revision = max(months.items())
    root = _root(tree, kind, month, revision)
    manifest = files.find(root + MANIFEST) or b""
    current = {
        "schema": 1,
        "kind": kind,
        "month": month,
        "revision": revision,
        "path": f"/{kind}/{month}/r{revision}/",
        "manifest_sha256": sha256(manifest),
        "months": [_month_entry(files, tree, kind, each, months[each]) for each in sorted(months)],
    }
    front = files.find(root + FRONT)
    if front is not None:
        files.put(f"{tree}/{kind}/{FRONT}", front)
    if archive is not None:
        files.put(f"{tree}/{kind}/{ARCHIVE}", archive(current["months"]))
    files.put(f"{tree}/{kind}/{POINTER}", canonical_json(current))
    return current


def _month_entry(files: FileStore, tree: str, kind: str, month: str, revision: int) -> dict[str, object]:
    """A month in the pointer; in the public one with what it is."""
    entry: dict[str, object] = {"month": month, "revision": revision}
    if tree == PUBLIC:
        claim = orjson.loads(files.find(f"{_root(tree, kind, month, revision)}{CLAIM}") or b"{}")
        entry |= {name: claim[name] for name in ("status", "on") if name in claim}
    return entry


def list_releases(files: FileStore, kind: str, tree: str = PUBLIC) -> dict[str, int]:
    """Month → newest complete revision (its manifest is there)."""
    found: dict[str, int] = {}
    for month, revision in _complete(files, kind, tree, f"{tree}/{kind}/"):
        found[month] = max(revision, found.get(month, 0))
    return found


def list_revisions(files: FileStore, kind: str, month: str, tree: str = PUBLIC) -> list[int]:
    """The complete revisions of a month, oldest first."""
    return sorted(revision for _, revision in _complete(files, kind, tree, f"{tree}/{kind}/{month}/"))


def list_trees(files: FileStore, kind: str, month: str) -> list[str]:
    """The public tree and every scope of the staff tree that has a complete release of the month."""
    scopes = sorted({key.split("/")[1] for key in files.list_keys("staff/")})
    return [tree for tree in (PUBLIC, *(f"staff/{scope}" for scope in scopes)) if list_revisions(files, kind, month, tree)]


def _complete(files: FileStore, kind: str, tree: str, prefix: str) -> Iterator[tuple[str, int]]:
    for key in files.list_keys(prefix):
        parts = key.split("/")
        if parts[-1] == MANIFEST and parts[-2].startswith("r") and len(parts) == len(tree.split("/")) + 4:
            yield parts[-3], int(parts[-2][1:])


def read_release(files: FileStore, kind: str, month: str, revision: int, path: str) -> bytes | None:
    """A public file of one revision, None if there is none."""
    return files.find(_root(PUBLIC, kind, month, revision) + path)


def find_file(files: FileStore, kind: str, month: str, path: str, tree: str = PUBLIC) -> bytes | None:
    """A file of the newest complete release of a month, None if there is no release or no such file."""
    revision = list_releases(files, kind, tree).get(month)
    return None if revision is None else files.find(_root(tree, kind, month, revision) + path)


def verify(files: FileStore, kind: str, month: str, revision: int | None = None, tree: str = PUBLIC) -> list[str]:
    """Recompute every hash of a release; one line per fault, none = sound. NotFound without a complete release."""
    revision = revision or list_releases(files, kind, tree).get(month)
    manifest = files.find(_root(tree, kind, month, revision) + MANIFEST) if revision else None
    if manifest is None or revision is None:
        raise NotFound("no complete release", kind=kind, month=month)
    root, faults = _root(tree, kind, month, revision), []
    entries = orjson.loads(manifest)["files"]
    for path, entry in entries.items():
        body = files.find(root + path)
        if body is None:
            faults.append(f"{path}: missing")
        elif sha256(body) != entry["sha256"] or len(body) != entry["size"]:
            faults.append(f"{path}: changed")
    standing = {key.removeprefix(root) for key in files.list_keys(root)} - {MANIFEST, *SEAL}
    faults += [f"{path}: not in the manifest" for path in sorted(standing - set(entries))]
    return faults


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _root(tree: str, kind: str, month: str, revision: int) -> str:
    return f"{tree}/{kind}/{month}/r{revision}/"
