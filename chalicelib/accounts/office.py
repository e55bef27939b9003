"""What is done with accounts: a code is issued, an account made with it, an account ended. Each act leaves a line in the audit log.

Who may is the table ``[accounts]`` of ``access/policy.toml``. No line, log or answer holds a code, a password or a sign-in name, but for
the one answer that prints a fresh code and the list that an official or the enterprise itself asks for.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from chalicelib import clock, ids
from chalicelib.access.append import REASONS
from chalicelib.access.audit import AuditLog, audit_line
from chalicelib.access.identity import PUBLIC, Identity
from chalicelib.access.policy import Proposal, SubjectFacts, account_rights, may_append
from chalicelib.accounts import model
from chalicelib.accounts.model import Account, ActivationRefused, Activation, TooManyTries
from chalicelib.code import token
from chalicelib.code.plate import plate_number, read_number, spaced
from chalicelib.code.site import site_subject
from chalicelib.config import Settings
from chalicelib.errors import BadInput, Conflict, Forbidden, NotFound, SafetyCodeError
from chalicelib.supervision.plates import plate_on
from chalicelib.supervision.site import site_on

PLATE_TOKEN = re.compile(r"[0-9A-HJKMNP-TV-Z]{29}")
PAGE = "/desk/activate.html"
# Stands for the enterprise of a plate that leads nowhere: its code is looked up all the same, so that a refusal takes as long.
NOBODY = "-"


class Facts(Protocol):
    """Stored facts, as :class:`chalicelib.grading.store.FactsStore`."""

    def find(self, site_id: str) -> dict[str, object] | None: ...


@dataclass(frozen=True, slots=True)
class AccountOffice:
    """Stores and pool of one request; ``now`` is the real instant: a code runs out by the clock on the wall, not by a demo's day."""

    table: object
    pool: object
    facts: Facts
    audit: AuditLog
    settings: Settings
    now: datetime

    # ── Officials and the enterprise itself ──────────────────────────────────────────────────────────────────────
    def state(self, identity: Identity, site_id: str) -> dict[str, object]:
        """The accounts of the enterprise behind a site, and how its newest code stands. NotFound, Forbidden."""
        site = self._judged(identity, "see", site_id)
        code = self.table.find_code(site.enterprise_id)
        known = {"state": code.standing(self.now), "issued_at": code.issued_at, "expires_at": code.expires_at, "tries": code.tries} if code else None
        accounts = [{**asdict(one), "own": one.account == identity.subject} for one in self.table.list_accounts(site.enterprise_id)]
        may = {right: may_append(identity, Proposal(right, reaches), site).allowed for right, reaches in account_rights().items()}
        return {"site_id": site_id, "enterprise_id": site.enterprise_id, "code": known, "accounts": accounts, "may": may}

    def issue(self, identity: Identity, site_id: str) -> dict[str, object]:
        """A fresh one-time code, in clear in this one answer; the one before is void. Conflict if another official was faster."""
        site = self._judged(identity, "issue", site_id)
        before = self.table.find_code(site.enterprise_id)
        fresh = model.issue(secrets.token_bytes(3 * model.CODE_BYTES), identity.subject, self.now)
        self._note(identity, "account", site.enterprise_id, f"code issued {fresh.kept.serial}")
        if not self.table.put_code(site.enterprise_id, fresh.kept, before):
            raise Conflict("another code was issued at the same moment")
        facts = self.facts.find(site_id) or {}
        today = self.settings.day().isoformat()
        register = site_on(facts, today) or {}
        issue = plate_on(facts, today).issue or 1
        return {
            "site_id": site_id, "name": register.get("name"), "plate": spaced(plate_number(site_id, issue)), "code": model.spaced(fresh.clear),
            "expires_at": fresh.kept.expires_at, "page": self.settings.public_base_url + PAGE,
        }  # fmt: skip

    def end(self, identity: Identity, site_id: str, account: str) -> dict[str, object]:
        """End an account: its tokens are refused from here on, then it is signed out and gone from the pool. Again, it is no change."""
        site = self._judged(identity, "end", site_id)
        standing = self.table.find_account(site.enterprise_id, account)
        if standing is None:
            raise NotFound("no such account of this enterprise")
        self._note(identity, "account", site.enterprise_id, f"account ended {account}")
        self.table.end(site.enterprise_id, account, self.now)
        if standing.name:
            self.pool.remove(standing.name, site.enterprise_id)
            self.table.forget_name(site.enterprise_id, account)
        return {"account": account, "state": "ended"}

    def _judged(self, identity: Identity, right: str, site_id: str) -> SubjectFacts:
        facts = self.facts.find(site_id)
        if facts is None:
            raise NotFound("no such site")
        site = site_subject(facts, self.settings.day().isoformat())
        decision = may_append(identity, Proposal(f"account_{right}", account_rights()[right]), site)
        if not decision.allowed:
            self._note(identity, "refuse", site.enterprise_id, f"account {right} {decision.reason}")
            said = {} if decision.reason == "role" else {"sentence": REASONS[decision.reason]}
            raise Forbidden("accounts of this enterprise are not yours", reason=decision.reason, **said)
        if not site.enterprise_id:
            raise NotFound("the site belongs to no enterprise")
        return site

    # ── The activation page ──────────────────────────────────────────────────────────────────────────────────────
    def activate(self, body: Mapping[str, object], visitor: str) -> dict[str, object]:
        """Make the first user of an enterprise with its code. The same code and name again finish what was broken off.

        BadInput for the form alone, and for a name that is taken once the code is right; ActivationRefused for everything
        else; TooManyTries. Every try is written down, with its outcome and without its secrets.
        """
        asked = model.activation_of(body)
        if not self.table.count(self._counter(visitor), model.TRIES_A_DAY, self.now):
            raise TooManyTries("enough for today")
        enterprise = self._enterprise_of(asked.plate)
        try:
            made = self._made(asked, enterprise)
        except SafetyCodeError as error:
            self._note(PUBLIC, "activate", enterprise, error.code)
            raise
        self._note(PUBLIC, "activate", enterprise, f"done {made.account}")
        return {"name": made.name, "sign_in": self.settings.public_base_url + "/desk/"}

    def _made(self, asked: Activation, enterprise: str) -> Account:
        code = self.table.find_code(enterprise)
        right = code is not None and self.table.count_try(enterprise, code.serial) and code.standing(self.now) == "open" and code.matches(asked.code)
        if not right:
            raise ActivationRefused("plate and code do not go together")
        if code.claim != asked.name and self.pool.find(asked.name):
            raise model.name_taken()
        if not self.table.claim(enterprise, code.serial, asked.name, self.now):
            raise ActivationRefused("somebody else is using this code")
        if code.claim and code.claim != asked.name:
            self.pool.remove(code.claim, enterprise)
        user = self.pool.make(asked.name, asked.password, enterprise)
        if user is None:
            raise model.name_taken()
        account = Account(user.subject, asked.name, "active", clock.instant_text(self.now))
        if not self.table.finish(enterprise, code.serial, account):
            raise ActivationRefused("the code was used meanwhile")
        return account

    def _enterprise_of(self, plate: str) -> str:
        """The enterprise that a plate's number or address leads to; nobody's for a plate that is not genuine. BadInput if it is mistyped."""
        seen = PLATE_TOKEN.search(plate.upper())
        try:
            site_id = token.verify(seen.group(), token.parse_keys(self.settings.plate_keys))[0] if seen else read_number(plate)[0]
        except BadInput:
            raise
        except SafetyCodeError:
            return NOBODY
        facts = self.facts.find(site_id)
        return str((facts or {}).get("enterprise_id") or NOBODY)

    def _counter(self, visitor: str) -> str:
        """The day's counter of a source: its name holds no address and cannot be joined across days."""
        day = clock.day_of(self.now).isoformat()
        ring = token.parse_keys(self.settings.plate_keys)
        source = hmac.digest(ring.keys[ring.signer], f"safety-code activation|{visitor}|{day}".encode(), hashlib.sha256)
        return f"count#{day}#{ids.base32(source, ids.SITE_ID_LENGTH)}"

    def _note(self, identity: Identity, action: str, enterprise: str, what: str) -> None:
        self.audit.write(audit_line(identity, action, ids.subject_of("enterprise", enterprise), what, self.now))
