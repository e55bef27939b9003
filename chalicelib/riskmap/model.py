"""Words of the regional safety map 区域安全状况图: what is known of a site, a sector, a township, and why.

Grades 1–4 are *levels* (4 worst); the coupling turns two of them into a value and a stored colour. All arithmetic is exact; a
document (JSON) carries decimals as text. ``I`` is inherent risk 固有风险, ``G`` governance 动态治理, ``R`` what they couple to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

COLOURS = ("blue", "yellow", "orange", "red")
GRADES = ("red", "orange", "yellow", "blue", "none")
GOVERNANCE_OF = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}

ASSESSED = "assessed"  # I, G and R
UNGRADED = "ungraded"  # 未评定: sites there, none coded, so I alone
NO_SITES = "no_sites"  # 无此类


def worse(one: str, other: str) -> str:
    """The worse of two colours."""
    return max(one, other, key=COLOURS.index)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the grading judge said of a site: its colour, its published score in tenths, whether a veto made it red.

    ``axes`` are the published axis values in tenths by axis code; ``evidence_on`` the day an inspector or expert last looked;
    ``coverage_tenths`` the published coverage in tenths of a percent.
    """

    grade: str
    score_tenths: int | None
    vetoed: bool = False
    axes: Mapping[str, int | None] = field(default_factory=dict)
    evidence_on: str | None = None
    coverage_tenths: int | None = None


@dataclass(frozen=True, slots=True)
class Inherent:
    """The inherent grade of a site in one sector and the rules (ids) that gave it."""

    level: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Statistics joined in from other systems, of one site: accidents (event ids), injuries this and last year, video links."""

    deaths: tuple[str, ...] = ()
    grave_accidents: tuple[str, ...] = ()
    injuries: int = 0
    injuries_before: int = 0
    video_due: int = 0
    video_online: int = 0


@dataclass(frozen=True, slots=True)
class SiteRisk:
    """One site as the map sees it. ``operating`` False: in no count (closed, or moved away), but its accidents still belong to its sectors."""

    site_id: str
    name: str
    township: str
    operating: bool
    standing: Standing
    inherent: Mapping[str, Inherent]
    joined: Joined = Joined()


@dataclass(frozen=True, slots=True)
class Cause:
    """The sites and events behind a joined statistic, where they are known."""

    sites: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistics:
    """The joined statistics of one sector of a township. ``None`` counts are unknown and have no effect.

    ``causes`` by the name of the figure (``deaths``, ``grave_accidents``, ``injuries``, ``video``).
    """

    deaths: int = 0
    grave_accidents: int = 0
    injuries: int | None = None
    injuries_before: int | None = None
    video_due: int | None = None
    video_online: int | None = None
    causes: Mapping[str, Cause] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a level or a colour is what it is: a stable code, the words, the counts, the deciding sites or events."""

    code: str
    text: str
    counts: Mapping[str, object]
    sites: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def to_document(self) -> dict[str, object]:
        return {"code": self.code, "text": self.text, "counts": dict(self.counts), "sites": list(self.sites), "events": list(self.events)}


@dataclass(frozen=True, slots=True)
class SectorRisk:
    """One sector of a township. ``value`` is v, ``mean`` m and ``risk_text`` R as published; levels are None where the state has none."""

    code: str
    title: str
    weight: str
    state: str
    sites: int
    coded: int
    grades: Mapping[str, int]
    levels: tuple[int, int, int, int]
    value: str | None = None
    inherent: int | None = None
    mean: str | None = None
    governance: int | None = None
    risk: Fraction | None = None
    risk_text: str | None = None
    matrix_colour: str = "none"
    colour: str = "none"
    inherent_reasons: tuple[Reason, ...] = ()
    governance_reasons: tuple[Reason, ...] = ()
    pull_ups: tuple[Reason, ...] = ()

    def to_document(self) -> dict[str, object]:
        plain = ("code", "title", "weight", "state", "sites", "coded", "value", "inherent", "mean", "governance")
        document: dict[str, object] = {name: getattr(self, name) for name in (*plain, "matrix_colour", "colour")}
        document["risk"] = self.risk_text
        document["grades"] = dict(self.grades)
        document["levels"] = {str(level): count for level, count in enumerate(self.levels, start=1)}
        for name in ("inherent_reasons", "governance_reasons", "pull_ups"):
            document[name] = [reason.to_document() for reason in getattr(self, name)]
        return document


@dataclass(frozen=True, slots=True)
class Layer:
    """One published layer of a township: its value as text, its colour, and what pulled the colour up."""

    value: str | None
    colour: str
    own_colour: str
    pull_ups: tuple[Reason, ...] = ()

    def to_document(self) -> dict[str, object]:
        return {
            "value": self.value,
            "colour": self.colour,
            "own_colour": self.own_colour,
            "pull_ups": [reason.to_document() for reason in self.pull_ups],
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """How old and how complete is what the colours rest on: coded sites by age class, their median age in days, their mean coverage.

    ``state``: ``fresh``, ``aged`` (hatched), ``old`` (doubly hatched), or ``none`` without a coded site.
    """

    state: str
    sites: Mapping[str, int]
    median_days: int | None
    coverage: str | None

    def to_document(self) -> dict[str, object]:
        return {"state": self.state, "sites": dict(self.sites), "median_days": self.median_days, "coverage": self.coverage}


@dataclass(frozen=True, slots=True)
class TownshipRisk:
    """A township on a day: its sectors, the two layers and the combined state 综合安全状况. ``names`` only for staff.

    ``axes`` are the means of the coded sites' published axis values, ``weakest`` the lowest one.
    """

    township: str
    on: str
    rule_set: Mapping[str, str]
    coupling: tuple[tuple[tuple[str, str], ...], ...]
    sites: int
    coded: int
    grades: Mapping[str, int]
    inherent: Layer
    governance: Layer
    combined: Layer
    sectors: tuple[SectorRisk, ...]
    axes: Mapping[str, str | None]
    weakest: str | None
    evidence: Evidence
    names: Mapping[str, str]

    def to_document(self) -> dict[str, object]:
        """The compact JSON document that a month run keeps and :mod:`pages` renders. Names and site ids are for staff only."""
        return {
            "schema": 1,
            "township": self.township,
            "on": self.on,
            "rule_set": dict(self.rule_set),
            "coupling": [[{"risk": risk, "colour": colour} for risk, colour in row] for row in self.coupling],
            "sites": self.sites,
            "coded": self.coded,
            "grades": dict(self.grades),
            "inherent": self.inherent.to_document(),
            "governance": self.governance.to_document(),
            "combined": self.combined.to_document(),
            "sectors": [sector.to_document() for sector in self.sectors],
            "axes": dict(self.axes),
            "weakest": self.weakest,
            "evidence": self.evidence.to_document(),
            "names": dict(self.names),
        }
