"""The audit log: who did or saw what, on which site, when. Append-only; no names, no phones, no tokens.

A line's key starts with its instant, so a day reads in order; a random tail keeps two lines of one instant apart.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib import clock, ids
from chalicelib.access.identity import Identity

ACTIONS = ("append", "refuse", "read", "reveal", "plate", "release", "scan", "paper", "import", "export", "shadow", "person", "erase", "account", "activate", "contact", "prepare", "cosign", "decline", "retract")
TAIL_BYTES = 5


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act. ``what`` is a kind of event, field groups or a path, never content; ``subject`` as in the log (``S:…``)."""

    day: str
    line: str
    actor: str
    role: str
    organisation: str
    action: str
    subject: str
    what: str


class AuditLog(Protocol):
    """Where audit lines go: it can only grow."""

    def write(self, line: AuditLine) -> None: ...


def audit_line(identity: Identity, action: str, subject: str, what: str, now: datetime) -> AuditLine:
    """The line for an act at this instant. ValueError for an action that is not one of :data:`ACTIONS`."""
    if action not in ACTIONS:
        raise ValueError(f"unknown audit action {action!r}")
    tail = ids.base32(secrets.token_bytes(TAIL_BYTES), 8)
    return AuditLine(
        day=clock.day_of(now).isoformat(),
        line=f"{clock.instant_text(now)}#{tail}",
        actor=identity.subject,
        role=identity.role,
        organisation=identity.organisation,
        action=action,
        subject=subject,
        what=what[:200],
    )
