"""How long a site takes to be told its ways to every better grade, and its calendar: sites with a full year of facts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.rules import MODEL_2020, RuleSet, load_rule_set
from chalicelib.grading.way_back import calendar, way_back
from infra.bench.grading import AS_OF, SEED, make_site

NAME = "way_back"
SITES = 300
P95_LIMIT_MS = 50
HARD = 0.5


def run() -> Iterator[dict[str, object]]:
    """CPU milliseconds a site, at the median and the 95th of 100, over sites that are not blue; and how many ways are proved minimal."""
    rules = load_rule_set(MODEL_2020)
    sites = list(unblue_sites(rules, random.Random(SEED)))
    times, ways = [], []
    for site in sites:
        taken, found = timed(lambda site=site: way_back(site, rules, AS_OF))
        times.append(taken)
        ways += found.ways
    reached = [way for way in ways if way.on]
    yield figure("sites", len(sites), "sites")
    yield figure("ways asked for", len(ways), "ways")
    yield figure("ways found", len(reached), "ways")
    yield figure("ways proved minimal", sum(way.minimal for way in reached), "ways")
    yield figure("acts of the longest way", max(len(way.acts) for way in ways), "acts")
    yield from shares("way back", times)
    yield figure("way back p95 limit", P95_LIMIT_MS, "CPU ms")
    yield from shares("calendar of 400 days", [timed(lambda site=site: calendar(site, rules, AS_OF))[0] for site in sites])


def unblue_sites(rules: RuleSet, numbers: random.Random) -> Iterator[dict[str, object]]:
    """Sites that have somewhere to go; half of them much worse than ordinary ones."""
    found = number = 0
    while found < SITES:
        number += 1
        site = make_site(numbers, rules, number)
        if numbers.random() < HARD:
            worsen(site, rules, numbers)
        if grade(site, rules, AS_OF).grade is not Grade.BLUE:
            found += 1
            yield site


def worsen(site: dict[str, object], rules: RuleSet, numbers: random.Random) -> None:
    """Many findings, open hazards, sometimes a stop order or a death."""
    records = site["records"]
    newest = records["assessment"][-1]
    items = numbers.sample(list(rules.settable.values()), numbers.randint(8, 20))
    newest["items"] = {item.code: {numbers.choice(list(item.clauses)): numbers.randint(1, 4)} for item in items}
    newest["not_applicable"] = [code for code in newest["not_applicable"] if code not in newest["items"]]
    for hazard in records["hazard_found"][: numbers.randint(0, 3)]:
        del hazard["then"]
        hazard["level"] = numbers.choice(["general", "major"])
    ground = {**newest, "id": f"{newest['id']}x", "on": "2020-05-20"}
    if numbers.random() < HARD:
        records["accident"] = [{**ground, "deaths": 1, "serious_injuries": 1, "light_injuries": 2, "responsibility": "responsible"}]
    elif numbers.random() < HARD:
        records["stop_order"] = [ground]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    result = work()
    return 1000 * (time.process_time() - start), result


def shares(name: str, times: list[float]) -> Iterator[dict[str, object]]:
    ordered = sorted(times)
    for share in (50, 95, 100):
        yield figure(
            f"{name} p{share}" if share < 100 else f"{name} worst",
            round(ordered[min(len(ordered) * share // 100, len(ordered) - 1)], 2),
            "CPU ms",
        )


def figure(name: str, value: object, unit: str) -> dict[str, object]:
    return {"bench": NAME, "figure": name, "value": value, "unit": unit}
