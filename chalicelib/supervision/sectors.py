"""Sector flags of a site: what stands in the register, who said so, and whether an officer has confirmed it. Pure.

A flag is *told* (by an import, a system, the enterprise) until a township, district officer or expert enters it or confirms it as it stands
(``sector_confirmed``); set anew by somebody else it is told again. What the enterprise declares by itself is pending until an officer
answers by either act: it changes nothing alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

from chalicelib.supervision.site import standing
from chalicelib.supervision.vocabulary import load_vocabulary

OFFICERS = ("township", "district", "expert")

Facts = Mapping[str, object]
_stamp = itemgetter("on", "at", "id")


def flag_names() -> tuple[str, ...]:
    """The flags, in the order of the vocabulary."""
    return tuple(load_vocabulary().types["sector_flags"]["items"]["enum"])  # type: ignore[index]


def sector_flags(facts: Facts, on: str, known_at: str | None = None) -> list[dict[str, object]]:
    """Every flag that stands or is declared on a day: ``flag value by on confirmed_on declared`` (what the enterprise asks for, else None)."""
    told = sorted((r for kind in ("site_registered", "site_changed") for r in standing(facts, kind, on, known_at)), key=_stamp)
    confirmed = list(standing(facts, "sector_confirmed", on, known_at))
    declared = list(standing(facts, "sector_declared", on, known_at))
    found = [_flag(name, told, confirmed, declared) for name in flag_names()]
    return [flag for flag in found if flag is not None]


def _flag(name: str, told: list, confirmed: list, declared: list) -> dict[str, object] | None:
    setting = max((record for record in told if name in record), key=_stamp, default=None)
    asking = max((record for record in declared if name in record), key=_stamp, default=None)
    if setting is None and asking is None:
        return None
    seen = [record for record in confirmed if name in record["flags"] and (setting is None or _stamp(record) > _stamp(setting))]
    if setting is not None and setting["by"] in OFFICERS:
        seen.append(setting)
    answer = max(seen, key=_stamp, default=None)
    pending = asking is not None and (answer is None or _stamp(asking) > _stamp(answer))
    return {
        "flag": name,
        "value": None if setting is None else setting[name],
        "by": None if setting is None else setting["by"],
        "on": None if setting is None else setting["on"],
        "confirmed_on": None if answer is None else answer["on"],
        "declared": {"value": asking[name], "on": asking["on"], "id": asking["id"]} if pending else None,  # type: ignore[index]
    }
