"""The one error tree: what can go wrong, with its HTTP status and a stable kebab-case code.

Domain code raises these; the HTTP face turns them into ``application/problem+json`` and the command
line into an exit code. The sentence shown to a person is in :mod:`chalicelib.labels`.
"""

from __future__ import annotations

from dataclasses import dataclass


class SafetyCodeError(Exception):
    """Root of all expected errors. ``code`` is stable and public, ``fields`` are safe to show."""

    status = 500
    code = "internal-error"

    def __init__(self, detail: str = "", **fields: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where it is, what was found, why that is not accepted.

    ``place`` is a row number in a file ("row 12"; told as 第12行) or a path in a document ("items.B03.unlicensed").
    """

    place: str
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        row = self.place.removeprefix("row ")
        place = f"第{row}行" if row.isdigit() else self.place
        return " · ".join(part for part in (place, self.column, repr(self.value) if self.value else "", self.reason) if part)


class BadInput(SafetyCodeError):
    """The caller's input is wrong; every problem is named at once and nothing was stored."""

    status = 400
    code = "bad-input"

    def __init__(self, problems: list[Problem] | str, **fields: object) -> None:
        if isinstance(problems, str):
            problems = [Problem("", "", "", problems)]
        super().__init__("; ".join(str(problem) for problem in problems[:20]), **fields)
        self.problems = tuple(problems)


class BadRuleSet(BadInput):
    """A rule set, district folder or mapping does not hold together."""

    code = "bad-rule-set"


class Unauthenticated(SafetyCodeError):
    status = 401
    code = "sign-in-required"


class Forbidden(SafetyCodeError):
    status = 403
    code = "not-allowed"


class NotFound(SafetyCodeError):
    status = 404
    code = "not-found"


class MethodNotAllowed(SafetyCodeError):
    """The address is there, this is not done to it."""

    status = 405
    code = "method-not-allowed"


class UnsupportedMediaType(SafetyCodeError):
    """A body of another kind than this address takes."""

    status = 415
    code = "unsupported-media-type"


class BadToken(NotFound):
    """A plate token that is mistyped or forged; refused before anything is read."""

    code = "plate-not-genuine"


class PlateWithdrawn(SafetyCodeError):
    """A genuine plate whose issue was replaced or revoked."""

    status = 410
    code = "plate-withdrawn"


class Conflict(SafetyCodeError):
    """The same identity with other content, or somebody else was faster."""

    status = 409
    code = "conflict"


class Unavailable(SafetyCodeError):
    """A transient fault of something outside; trying again is right."""

    status = 503
    code = "try-again"
