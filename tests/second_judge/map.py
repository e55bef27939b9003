"""A second, slow judge of the map, written from the text of the rules alone: fractions and loops, nothing of the first one.

A site is ``{"levels": {sector: 1..4}, "grade": …, "score": Fraction | None, "vetoed": bool}``, statistics are plain dictionaries.
"""

from __future__ import annotations

from fractions import Fraction

WEIGHTS = {"HAZARDOUS_CHEMICALS": Fraction(30, 100), "SPECIAL_PREMISES": Fraction(25, 100), "FIRE_SAFETY": Fraction(25, 100), "OTHER_REGISTERED": Fraction(20, 100)}
POINTS = {1: 2, 2: 5, 3: 8, 4: 10}
MATRIX = {1: "蓝蓝蓝黄", 2: "蓝黄黄橙", 3: "蓝黄橙红", 4: "黄橙红红"}
ORDER = "蓝黄橙红"
OF_GRADE = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}


def one_decimal(value: Fraction) -> Fraction:
    """四舍五入 to one decimal."""
    tenths, rest = divmod(value * 10, 1)
    return Fraction(int(tenths) + (1 if rest >= Fraction(1, 2) else 0), 10)


def not_better(colour: str, floor: str) -> str:
    return ORDER[max(ORDER.index(colour), ORDER.index(floor))]


def sector_of(sites: list[dict], sector: str, figures: dict) -> dict:
    """§6.2: v, I, m, G, R and the colour of one sector of a township; what does not exist is None."""
    here = [site for site in sites if sector in site["levels"]]
    if not here:
        return {"I": None, "G": None, "R": None, "colour": None, "m": None, "v": None}
    points = [POINTS[site["levels"][sector]] for site in here]
    v = (max(points) + Fraction(sum(points), len(points))) / 2
    inherent = 1 if v < Fraction(35, 10) else 2 if v < Fraction(65, 10) else 3 if v < 9 else 4
    if any(site["levels"][sector] == 4 for site in here):
        inherent = max(inherent, 3)
    coded = [site for site in here if site["grade"] != "none"]
    if not coded:
        return {"I": inherent, "G": None, "R": None, "colour": None, "m": None, "v": v}
    m = one_decimal(sum((counted(site) for site in coded), Fraction(0)) / len(coded))
    governance = governance_of(m, coded, figures)
    colour = MATRIX[inherent][governance - 1]
    if any(site["levels"][sector] * OF_GRADE[site["grade"]] >= 12 for site in coded):
        colour = not_better(colour, "橙")
    return {"I": inherent, "G": governance, "R": inherent * governance, "colour": colour, "m": m, "v": v}


def counted(site: dict) -> Fraction:
    """§12.71: red by veto counts at most 59, and 59 without a score."""
    if site["score"] is None:
        return Fraction(59)
    return min(site["score"], Fraction(59)) if site["vetoed"] else site["score"]


def governance_of(m: Fraction, coded: list[dict], figures: dict) -> int:
    """§12.72: mean, floors to 3, 4 for 较大+, each +1, cap 4."""
    level = 1 if m >= 90 else 2 if m >= 75 else 3 if m >= 60 else 4
    red = sum(site["grade"] == "red" for site in coded)
    if 10 * red > len(coded) or figures.get("deaths"):
        level = max(level, 3)
    if figures.get("grave_accidents"):
        level = 4
    now, before = figures.get("injuries"), figures.get("injuries_before")
    if now is not None and before is not None and 2 * now > 3 * before:
        level += 1
    due, online = figures.get("video_due"), figures.get("video_online")
    if due and online is not None and 10 * online < 6 * due:
        level += 1
    return min(level, 4)


def township_of(sites: list[dict], figures: dict[str, dict]) -> dict:
    """§6.3: the sectors, T and the combined colour."""
    sectors = {sector: sector_of(sites, sector, figures.get(sector, {})) for sector in WEIGHTS}
    rated = {sector: found for sector, found in sectors.items() if found["R"] is not None}
    if not rated:
        return {"sectors": sectors, "T": None, "colour": None}
    total = sum(WEIGHTS[sector] for sector in rated)
    value = one_decimal(sum((WEIGHTS[sector] * found["R"] for sector, found in rated.items()), Fraction(0)) / total)
    colour = "蓝" if value < 4 else "黄" if value < 8 else "橙" if value < 12 else "红"
    if any(found["R"] >= 12 for found in rated.values()):
        colour = not_better(colour, "橙")
    return {"sectors": sectors, "T": value, "colour": colour}
