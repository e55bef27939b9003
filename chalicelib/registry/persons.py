"""Persons of a site: who is responsible, who looks after safety, how they are reached. Outside the log, so that they can be erased. Pure.

The log knows a person by an opaque reference at most. Here, by site and office, stand the reference, a name and a phone; erasing takes all of it
away and leaves the log, every hash and every grade as they were. Nothing here is a fact that a grade could look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.errors import BadInput, Problem

OFFICES = {"head": "主要负责人", "safety_officer": "安全管理员", "safety_deputy": "安全管理员（二）", "emergency": "应急联系人"}
PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}[0-9]")
MOST_CHARACTERS = 50
BODY_KEYS = {"name", "phone"}


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds an office. ``reference`` is all that another record may name; ``since`` the day of the entry; ``by`` whose entry it is."""

    office: str
    reference: str
    name: str
    phone: str
    since: str
    by: str

    def shown(self) -> dict[str, str]:
        """The person as a record of the read matrix's group ``persons``: the enterprise's own, whoever entered it."""
        return {
            "id": self.reference,
            "type": self.office,
            "kind": OFFICES[self.office],
            "name": self.name,
            "phone": self.phone,
            "on": self.since,
            "by": self.by,
            "owner": "self",
        }


def read_person(office: str, body: Mapping[str, object]) -> tuple[str, str]:
    """Name and phone of a request. BadInput naming every fault, never repeating a name or phone."""
    found = [Problem("$", key, "", "没有这个字段") for key in sorted(set(body) - BODY_KEYS)]
    if office not in OFFICES:
        found.append(Problem("path", "office", office[:20], f"只能是 {'、'.join(OFFICES)} 之一"))
    name, phone = body.get("name"), body.get("phone")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MOST_CHARACTERS:
        found.append(Problem("$", "name", "", f"必填，不超过 {MOST_CHARACTERS} 个字"))
    if not isinstance(phone, str) or not PHONE.fullmatch(phone.strip()):
        found.append(Problem("$", "phone", "", "必填：电话号码，只含数字、空格、- 和开头的 +"))
    if found:
        raise BadInput(found)
    return str(name).strip(), str(phone).strip()
