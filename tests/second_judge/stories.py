"""What the steps of hazards and accidents make of them by a day (12.25 - 12.30, 12.34)."""

from __future__ import annotations

from datetime import date

from tests.second_judge.site import Record, Site, day


def dismissed(site: Site, hazard: Record) -> bool:
    return bool(site.steps(hazard, "hazard_dismissed"))


def deadline_of(site: Site, hazard: Record) -> date:
    """Moved by an order or by an extension, each only if it came by the deadline that it moves (12.30)."""
    deadline = day(hazard["deadline_on"])
    for step in site.steps(hazard, "rectification_ordered", "extension_decided"):
        if day(step["on"]) > deadline:
            continue
        if step["kind"] == "rectification_ordered":
            deadline = day(step["deadline_on"])
        elif step["approved"] and "deadline_on" in step:
            deadline = max(deadline, day(step["deadline_on"]))
    return deadline


def closed(site: Site, hazard: Record) -> Record | None:
    """A major hazard is closed on site by two officers; a closing by one is void (12.34)."""
    for step in site.steps(hazard, "hazard_closed"):
        if hazard["level"] == "general" or (len(set(step["officers"])) >= 2 and step.get("on_site", True)):
            return step
    return None


def standing_report(site: Site, hazard: Record) -> bool:
    """Reported by the deadline and no check failed after that report (12.16, 12.30, 12.34)."""
    deadline, standing = deadline_of(site, hazard), False
    for step in site.steps(hazard, "rectification_reported", "recheck"):
        if step["kind"] == "rectification_reported" and day(step["on"]) <= deadline:
            standing = True
        if step["kind"] == "recheck" and step["result"] == "failed":
            standing = False
    return standing


def rectified_in_time(site: Site, hazard: Record) -> bool:
    ending = closed(site, hazard)
    return standing_report(site, hazard) or (ending is not None and day(ending["on"]) <= deadline_of(site, hazard))


def overdue(site: Site, hazard: Record) -> bool:
    if dismissed(site, hazard) or closed(site, hazard) or standing_report(site, hazard):
        return False
    return site.on > deadline_of(site, hazard)


def open_major(site: Site) -> list[Record]:
    return [
        found for found in site.of("hazard_found") if found["level"] == "major" and not dismissed(site, found) and not closed(site, found)
    ]


def refused(site: Site, hazard: Record) -> bool:
    return bool(site.steps(hazard, "rectification_refused"))


class Accident:
    """An accident with the figures and the finding of responsibility known on the day (12.25 - 12.27)."""

    def __init__(self, site: Site, record: Record) -> None:
        self.on = day(record["on"])
        figures = {name: record.get(name) for name in ("deaths", "serious_injuries", "light_injuries", "loss_fen")}
        for update in site.steps(record, "accident_updated"):
            for name in figures:
                if update.get(name) is not None:
                    figures[name] = update[name]
        responsibility = record["responsibility"]
        for step in site.steps(record, "accident_determined"):
            responsibility = step["responsibility"]
        self.counts = responsibility != "not_responsible"
        self.deaths = 1 if figures["deaths"] is None else figures["deaths"]
        self.serious = 1 if figures["serious_injuries"] is None else figures["serious_injuries"]
        self.light = figures["light_injuries"] or 0
        self.loss = figures["loss_fen"] or 0
        self.social = bool(record.get("social_effect"))

    @property
    def level(self) -> int:
        """0 一般, 1 较大, 2 重大, 3 特别重大: the highest of the three figures, 10⁴ yuan = 10⁶ fen (493号 art. 3)."""
        edges = ((3, 10, 1000), (10, 50, 5000), (30, 100, 10000))
        return sum(1 for deaths, serious, loss in edges if self.deaths >= deaths or self.serious >= serious or self.loss >= loss * 10**6)


def accidents(site: Site) -> list[Accident]:
    return [found for found in (Accident(site, record) for record in site.of("accident")) if found.counts]
