"""What an identity may see and do: both matrices behind one door. Pure.

Reading: ``policy.toml`` is the matrix, :func:`visible` applies it. Writing: ``append`` in the vocabulary, :func:`may_append`.

A site document is ``{"site_id": …, <group>: {…} or [ … ]}`` with the groups of the matrix; other keys are refused, so
that a new field cannot reach the public by being forgotten here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.access.append import Decision, Proposal, may_append
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.errors import BadRuleSet, Problem

__all__ = ["Decision", "Proposal", "SubjectFacts", "View", "audience_of", "may_append", "parse_matrix", "read_matrix", "sees_all", "visible"]

MATRIX = Path(__file__).with_name("policy.toml")
MODES = ("show", "axes", "count", "published", "masked", "own", "logged", "hidden")
REVEALABLE = frozenset({"masked"})


@dataclass(frozen=True, slots=True)
class View:
    """The projected document, and the groups whose reading must be written down."""

    document: dict[str, object]
    audited: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def read_matrix() -> Mapping[str, Mapping[str, str]]:
    """Mode by group and audience. BadRuleSet naming every cell that is missing or unknown."""
    return parse_matrix(MATRIX.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def person_rights() -> Mapping[str, Mapping[str, str]]:
    """Who may ``enter`` and ``erase`` persons: reach by role, as in the write matrix."""
    return tomllib.loads(MATRIX.read_text(encoding="utf-8"))["persons"]


@lru_cache(maxsize=1)
def account_rights() -> Mapping[str, Mapping[str, str]]:
    """Who may ``issue`` a code, ``see`` and ``end`` accounts of an enterprise: reach by role, as in the write matrix."""
    return tomllib.loads(MATRIX.read_text(encoding="utf-8"))["accounts"]


def parse_matrix(text: str) -> Mapping[str, Mapping[str, str]]:
    """The matrix in a policy file, complete: every group has a mode for every audience."""
    document = tomllib.loads(text)
    audiences, groups = document["audiences"], document["groups"]
    problems = [
        Problem(f"groups.{group}", audience, str(row.get(audience)), "not a mode")
        for group, row in groups.items()
        for audience in {*audiences, *row}
        if row.get(audience) not in MODES or audience not in audiences
    ]
    if problems:
        raise BadRuleSet(problems)
    return groups


def audience_of(identity: Identity, site: SubjectFacts) -> str:
    """The column of the matrix: the role where it reaches this site, ``public`` everywhere else."""
    reaches = {
        "enterprise": bool(identity.organisation) and identity.organisation == site.enterprise_id,
        "township": identity.organisation in site.townships,
        "district": True,
        "expert": identity.assigned_to(site.subject_id),
        "admin": True,
    }
    return identity.role if reaches.get(identity.role) else "public"


def visible(document: Mapping[str, object], identity: Identity, site: SubjectFacts, reveal: frozenset[str] = frozenset()) -> View:
    """The part of a site document that this identity may see.

    ``reveal`` names masked groups to be shown in clear; what is revealed, and what is only ever shown on the record, is
    named in ``audited``. Groups that are hidden are absent. KeyError for a group that the matrix does not know.
    """
    audience = audience_of(identity, site)
    shown: dict[str, object] = {"site_id": document["site_id"], "audience": audience}
    audited = []
    for group, value in document.items():
        if group == "site_id":
            continue
        mode = read_matrix()[group][audience]
        if group in reveal and mode in REVEALABLE:
            mode = "logged"
        if mode == "logged":
            audited.append(group)
        if mode != "hidden":
            shown[group] = PROJECTIONS[mode](value)
    return View(shown, tuple(audited))


def sees_all(identity: Identity, site: SubjectFacts, groups: Iterable[str]) -> bool:
    """Whether this identity sees these groups of a site entire: then it may also see what was worked out from them."""
    audience = audience_of(identity, site)
    return all(read_matrix()[group][audience] == "show" for group in groups)


def _as_it_is(value: object) -> object:
    return value


def _axes(value: object) -> object:
    return {"axes": value["axes"]}  # type: ignore[index]


def _count(value: object) -> object:
    """How many there are: of a list its length, of an object the length of each of its lists and nothing of the rest."""
    if isinstance(value, Mapping):
        return {key: len(part) for key, part in value.items() if isinstance(part, (list, tuple))}
    return len(value)  # type: ignore[arg-type]


def _published(value: object) -> object:
    """Records whose publication is on record; a decision not published yet is as if it were not there."""
    return [record for record in value if record.get("published_on")]  # type: ignore[attr-defined]


def _own(value: object) -> object:
    """Records the enterprise entered itself; in an object the same for each list, and nothing of the rest."""
    if isinstance(value, Mapping):
        return {key: _own(part) for key, part in value.items() if isinstance(part, (list, tuple))}
    return [record for record in value if record.get("by") == "self" or record.get("owner") == "self"]  # type: ignore[attr-defined]


def _masked(value: object) -> object:
    """Every text inside cut to its first and last character; lengths are not told."""
    if isinstance(value, Mapping):
        return {key: part if key in UNMASKED else _masked(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(part) for part in value]
    if isinstance(value, str):
        return f"{value[0]}***{value[-1]}" if len(value) > 2 else "***"
    return value


# Structure, not persons: a masked entry still says of what kind it is and when it was.
UNMASKED = frozenset({"type", "kind", "on", "valid_from", "valid_to", "by", "owner", "id"})

PROJECTIONS: Mapping[str, Callable[[object], object]] = {
    "show": _as_it_is,
    "logged": _as_it_is,
    "axes": _axes,
    "count": _count,
    "published": _published,
    "own": _own,
    "masked": _masked,
}
