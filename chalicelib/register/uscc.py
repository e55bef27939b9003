"""Unified social credit codes 统一社会信用代码 (GB 32100-2015): checked and explained, never corrected.

The outer check character decides. The subject part (places 9-17) normally obeys GB 11714 as well; if only that inner
check fails the code stays valid and carries a warning. The division part (places 3-8) is the *registering* office, not
the site's township: nothing is ever derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.cn import uscc as standard

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
BLANKS = " \t\r\n\u3000\u00a0"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
INNER_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class CreditCode:
    """The verdict on one code: ``text`` as it is kept; ``reason`` and ``warning`` in Chinese, empty when there is none."""

    text: str
    reason: str = ""
    warning: str = ""

    @property
    def valid(self) -> bool:
        return not self.reason


def check_code(text: str) -> CreditCode:
    """Judge a code. Outer blanks are cut and lower case is raised; every other difference is invalid (O is not 0)."""
    code = text.strip(BLANKS)
    if code.isascii():
        code = code.upper()
    reason = _fault(code)
    if reason:
        return CreditCode(code, reason)
    return CreditCode(code, warning=_inner_fault(code))


def _fault(code: str) -> str:
    if not code:
        return "统一社会信用代码为空"
    if len(code) != LENGTH:
        return f"应为18位，实际{len(code)}位"
    for place, character in enumerate(code, start=1):
        if character not in ALPHABET:
            return f"第{place}位“{character}”不是允许的字符（数字和大写字母，不含I、O、S、V、Z）"
    if not code[2:8].isdigit():
        return "第3至8位（登记机关行政区划码）应为数字"
    expected = standard.calc_check_digit(code[:-1])
    if code[-1] != expected:
        return f"校验码不符：末位应为“{expected}”，实际为“{code[-1]}”"
    return ""


def _inner_fault(code: str) -> str:
    body, check = code[8:16], code[16]
    expected = organisation_check(body)
    return "" if check == expected else f"主体标识码（第9至17位）的校验位应为“{expected}”，实际为“{check}”，请核对"


def organisation_check(body: str) -> str:
    """The check character of an eight-character organisation code (GB 11714: 10 is written X, 11 is written 0)."""
    rest = 11 - sum(INNER_VALUES.index(character) * weight for character, weight in zip(body, INNER_WEIGHTS)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def complete_code(authority: str, division: str, body: str) -> str:
    """The valid code of a two-character authority, a six-digit division and an eight-character body."""
    return close_code(authority + division + body + organisation_check(body))


def close_code(stem: str) -> str:
    """The code of its first seventeen characters, with the outer check character that belongs to them."""
    return stem + standard.calc_check_digit(stem)
