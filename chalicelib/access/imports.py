"""Who may bring in a whole table, and which of its rows: the import matrix of ``policy.toml``. Pure.

A file is no way around the write matrix: what somebody must decide himself and in one case (an override, an appeal, the
check of another's return) does not come in by a table at all, and every other rule of a kind is asked for each row.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.access.append import ALLOWED, Decision, Proposal, refusal_of_rules
from chalicelib.access.identity import ROLES, Identity, SubjectFacts
from chalicelib.access.policy import MATRIX
from chalicelib.errors import BadRuleSet, Problem
from chalicelib.labels import SOURCE

DECIDED_IN_PERSON = frozenset({"override", "appeal_decided", "monthly_return_confirmed", "inspection_joined", "import_signed"})
REACHES = ("any", "area")
# Nobody appends the register's own kinds: they come in by an import.
BY_IMPORT = "import"
WRITERS = frozenset({*ROLES, "system", "public", BY_IMPORT})


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A role's row of the matrix."""

    reach: str
    passes_on: frozenset[str]
    sources: frozenset[str]


@lru_cache(maxsize=1)
def read_imports() -> Mapping[str, ImportRow]:
    """The matrix by role. BadRuleSet naming every cell that is missing or unknown."""
    return parse_imports(MATRIX.read_text(encoding="utf-8"))


def parse_imports(text: str) -> Mapping[str, ImportRow]:
    """The ``imports`` of a policy file."""
    found = tomllib.loads(text)["imports"]
    problems = [problem for role, row in found.items() for problem in _faults(role, row)]
    if problems:
        raise BadRuleSet(problems)
    return {role: ImportRow(row["reach"], frozenset(row["passes_on"]), frozenset(row["sources"])) for role, row in found.items()}


def _faults(role: str, row: Mapping[str, object]) -> list[Problem]:
    checks = (
        ("role", role in ROLES, "not a role"),
        ("reach", row.get("reach") in REACHES, "not a reach"),
        ("passes_on", set(row.get("passes_on", ())) <= WRITERS, "not a role"),  # type: ignore[call-overload]
        ("sources", set(row.get("sources", ())) <= set(SOURCE), "not a source"),  # type: ignore[call-overload]
        ("", set(row) == {"reach", "passes_on", "sources"}, "reach, passes_on and sources are required"),
    )
    return [Problem(f"imports.{role}", column, str(row.get(column, "")), reason) for column, good, reason in checks if not good]


def may_send(identity: Identity) -> Decision:
    """Whether this role brings in tables at all."""
    return ALLOWED if identity.role in read_imports() else Decision(False, "role")


def may_import(identity: Identity, proposal: Proposal, source: str, subject: SubjectFacts) -> Decision:
    """Whether this row may come in by a table of this identity."""
    row = read_imports().get(identity.role)
    if row is None or not row.passes_on & (proposal.append.keys() or {BY_IMPORT}):
        return Decision(False, "role")
    if proposal.kind in DECIDED_IN_PERSON:
        return Decision(False, "in-person")
    if source not in row.sources:
        return Decision(False, "source")
    if row.reach == "area" and identity.organisation not in subject.townships:
        return Decision(False, "outside-area")
    reason = refusal_of_rules(identity, proposal, subject)
    return Decision(not reason, reason)
