"""A one-time code and what is entered with it. Pure: chance and time come in from outside.

A code has 80 random bits and is kept as a salted hash; it is good once, for one enterprise, for 14 days and a number of
tries. Whatever is wrong with plate or code is one and the same refusal, so that nobody learns which enterprise has a code open.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import ids
from chalicelib.clock import instant_text
from chalicelib.errors import BadInput, Problem, SafetyCodeError

CODE_LENGTH = 16
CODE_BYTES = SALT_BYTES = 10
SERIAL_LENGTH = 8
DAYS_GOOD = 14
# With 80 bits no number of tries comes near; this one leaves room for slips of the finger and for a passer-by's mischief.
MOST_TRIES = 20
TRIES_A_DAY = 30
LEASE_SECONDS = 120
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{3,63}")
# The pool's own policy (infra/template/identity_cognito.yml), so that a weak password is told before anything is used up.
LEAST_PASSWORD, MOST_PASSWORD = 12, 128
PASSWORD_NEEDS = {"一个小写字母": re.compile(r"[a-z]"), "一个大写字母": re.compile(r"[A-Z]"), "一个数字": re.compile(r"[0-9]")}
FIELDS = frozenset({"plate", "code", "name", "password"})


class ActivationRefused(SafetyCodeError):
    """Plate and code do not open an account. The same words whatever the reason."""

    status = 403
    code = "activation-refused"


class TooManyTries(SafetyCodeError):
    """This visitor has tried often enough today."""

    status = 429
    code = "too-many-tries"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is kept: never the code itself. ``claim`` is the sign-in name that is being made with it, if any."""

    serial: str
    salt: str
    digest: str
    expires_at: str
    state: str = "open"
    tries: int = 0
    claim: str = ""
    issued_at: str = ""
    issued_by: str = ""

    def matches(self, code: str) -> bool:
        """Whether this is the code; takes as long when it is not."""
        return hmac.compare_digest(self.digest, digest_of(self.salt, code))

    def standing(self, now: datetime) -> str:
        """``open``, ``used``, ``expired`` or ``exhausted`` at this instant."""
        if self.state != "open":
            return self.state
        if self.expires_at <= instant_text(now):
            return "expired"
        return "exhausted" if self.tries >= MOST_TRIES else "open"


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code, in clear for the one answer that prints it, and as it is kept."""

    clear: str
    kept: Code


@dataclass(frozen=True, slots=True)
class Activation:
    """What an activation page sends."""

    plate: str
    code: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Account:
    """One account of an enterprise. ``name`` is empty once it has ended: what is no longer needed is not kept."""

    account: str
    name: str
    state: str
    since: str
    ended_at: str = ""


def issue(chance: bytes, officer: str, now: datetime) -> Issued:
    """A new code from random bytes (:data:`CODE_BYTES` for the code, as many for the salt, the rest for its serial)."""
    clear = ids.base32(chance[:CODE_BYTES], CODE_LENGTH)
    salt = chance[CODE_BYTES : CODE_BYTES + SALT_BYTES].hex()
    kept = Code(
        serial=ids.base32(chance[CODE_BYTES + SALT_BYTES :], SERIAL_LENGTH),
        salt=salt,
        digest=digest_of(salt, clear),
        expires_at=instant_text(now + timedelta(days=DAYS_GOOD)),
        issued_at=instant_text(now),
        issued_by=officer,
    )
    return Issued(clear, kept)


def digest_of(salt: str, code: str) -> str:
    return hashlib.sha256(f"activation|{salt}|{code}".encode()).hexdigest()


def spaced(code: str) -> str:
    """``XXXX-XXXX-XXXX-XXXX``, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str:
    """The code in what somebody typed; letters that look like figures are read as those."""
    return re.sub(r"[\s-]", "", text.upper()).translate(ids.LOOKALIKES)


def activation_of(body: Mapping[str, object]) -> Activation:
    """The form of a request. BadInput naming every fault of its form, never repeating a code or a password."""
    texts = {name: value if isinstance(value := body.get(name), str) else "" for name in FIELDS}
    found = [Problem("form", key[:40], "", "没有这个字段") for key in sorted(set(body) - FIELDS)]
    name, password = texts["name"].strip().lower(), texts["password"]
    if not texts["plate"].strip() or len(texts["plate"]) > 200:
        found.append(Problem("form", "plate", "", "必填：码牌上的编号"))
    if len(read_code(texts["code"])) != CODE_LENGTH:
        found.append(Problem("form", "code", "", f"激活码是 {CODE_LENGTH} 位字母和数字"))
    if not NAME.fullmatch(name):
        found.append(Problem("form", "name", name[:40], "4–64 位小写字母、数字和 . _ @ + -，可以用邮箱，不要用手机号或身份证号"))
    elif re.fullmatch(r"1[3-9][0-9]{9}|[0-9]{17}[0-9x]", name):
        found.append(Problem("form", "name", "", "请不要用手机号或身份证号作登录名"))
    found += [Problem("form", "password", "", fault) for fault in password_faults(password, name)]
    if found:
        raise BadInput(found)
    return Activation(texts["plate"].strip(), read_code(texts["code"]), name, password)


def password_faults(password: str, name: str) -> list[str]:
    """What the pool would refuse, and what anybody would guess."""
    faults = []
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        faults.append(f"密码须 {LEAST_PASSWORD}–{MOST_PASSWORD} 位")
    faults += [f"密码至少要有{what}" for what, pattern in PASSWORD_NEEDS.items() if not pattern.search(password)]
    if password != password.strip():
        faults.append("密码首尾不能是空格")
    if name and len(name) >= 4 and name in password.lower():
        faults.append("密码不能包含登录名")
    return faults


def name_taken() -> BadInput:
    """Told only to who holds the right code."""
    return BadInput([Problem("form", "name", "", "此登录名已被使用，请换一个")])
