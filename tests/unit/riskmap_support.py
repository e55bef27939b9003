"""Builders for map tests: sites and facts with safe defaults, each test naming only what it is about."""

from __future__ import annotations

from datetime import date

from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.model import Inherent, Joined, SectorRisk, SiteRisk, Standing, Statistics
from chalicelib.riskmap.rules import METHODS, load_risk_rules

RULES = load_risk_rules(METHODS / "model-2020.toml")
DAY = date(2020, 6, 30)
HC, SP, FS, OR = "HAZARDOUS_CHEMICALS", "SPECIAL_PREMISES", "FIRE_SAFETY", "OTHER_REGISTERED"


def grade_of(score: int | None) -> str:
    """The colour of a score in tenths, as the enterprise code has it."""
    if score is None:
        return "none"
    return "blue" if score >= 900 else "yellow" if score >= 750 else "orange" if score >= 600 else "red"


def site(number: int, inherent: int | dict[str, int], score: int | None, grade: str = "", *, vetoed: bool = False, **more) -> SiteRisk:
    """A site; a plain number as ``inherent`` is its grade in fire safety. ``score`` in tenths, None = not coded."""
    levels = {FS: inherent} if isinstance(inherent, int) else inherent
    return SiteRisk(
        site_id=f"S{number:04d}",
        name=f"示例{number}",
        township="330110110",
        operating=more.get("operating", True),
        standing=Standing(grade or ("red" if vetoed else grade_of(score)), score, vetoed),
        inherent={code: Inherent(level, ("TEST",)) for code, level in levels.items()},
        joined=more.get("joined", Joined()),
    )


def sector(sites: list[SiteRisk], statistics: Statistics | None = None, code: str = FS) -> SectorRisk:
    """The township's assessment of one sector."""
    given = None if statistics is None else {code: statistics}
    township = assess_township("330110110", sites, DAY, RULES, given)
    return next(entry for entry in township.sectors if entry.code == code)


def facts(**records: list[dict]) -> dict:
    """A fact document; each record is given an id, a day, an instant and a source."""
    filled = {
        kind: [
            {"id": f"{kind}-{number}", "on": "2020-01-01", "at": f"{entry.get('on', '2020-01-01')}T08:00:00.000Z", "by": "district", **entry}
            for number, entry in enumerate(entries)
        ]
        for kind, entries in records.items()
    }
    return {"schema": 1, "site_id": "S1", "enterprise_id": "E1", "version": 1, "records": filled}


def registered(**fields) -> list[dict]:
    return [{"name": "示例企业", "township": "330110110", **fields}]
