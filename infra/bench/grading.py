"""How long one site takes to grade, all reasons kept, and to write out; over sites with a full year of facts.

Every work gets the facts as a regrade gives them to the judge: just decoded, some sites at a time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

import orjson

from chalicelib.grading.case import ORDER
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import MODEL_2020, RuleSet, load_rule_set
from infra.bench.grading_peers import expected, interpreted
from infra.bench.grading_zen import zen_decision

NAME = "grading"
SITES = 400
AT_ONCE = 20
REPEATS = 5
REPEATS_OF_OURS = 100
AS_OF = date(2020, 6, 20)
SEED = 20200620


def run() -> Iterator[dict[str, object]]:
    """Microseconds of CPU per site (best of the repeats), and how many records a site has."""
    rules = load_rule_set(MODEL_2020)
    random_numbers = random.Random(SEED)
    sites = [make_site(random_numbers, rules, number) for number in range(SITES)]
    records = sum(len(found) for site in sites for found in site["records"].values())
    yield {"bench": NAME, "figure": "records a site", "value": round(records / SITES, 1), "unit": "records"}
    graded = microseconds(lambda site: grade(site, rules, AS_OF), sites, REPEATS_OF_OURS)
    yield {"bench": NAME, "figure": "grade with reasons", "value": graded, "unit": "CPU µs/site"}
    written = microseconds(lambda site: grade(site, rules, AS_OF).to_document(), sites)
    yield {"bench": NAME, "figure": "grade and result document", "value": written, "unit": "CPU µs/site"}
    yield from against_peers(sites, rules)


def against_peers(sites: list[dict[str, object]], rules: RuleSet) -> Iterator[dict[str, object]]:
    """The peers on the whole job with reasons, raw records to colour, and how many times our time they take; null without the peer.

    Ours is measured anew beside each peer, in turns: a machine that is busy is busy for both.
    """
    scored = [site for site in sites if grade(site, rules, AS_OF).score is not None]
    said = [expected(site, rules, AS_OF) for site in scored]
    for name, decide in (("interpreted table", interpreted(rules, AS_OF)), ("zen-engine", zen_decision(rules, AS_OF))):
        taken = ratio = None
        if decide is not None:
            wrong = sum(decide(site)[0] != ours for site, ours in zip(scored, said, strict=True))
            yield {"bench": NAME, "figure": f"sites on which {name} differs", "value": wrong, "unit": "sites"}
            if not wrong:
                taken, ours = in_turns(decide, lambda site: grade(site, rules, AS_OF), scored)
                ratio = round(taken / ours, 1)
        yield {"bench": NAME, "figure": f"{name}, raw records to reasons", "value": taken, "unit": "CPU µs/site"}
        yield {"bench": NAME, "figure": f"{name} ÷ grade with reasons", "value": ratio, "unit": "times"}


def in_turns(one: Callable, other: Callable, sites: list[dict[str, object]]) -> tuple[float, float]:
    """Microseconds a site of two works, each the best of its turns."""
    turns = [(microseconds(one, sites, 1), microseconds(other, sites, 1)) for _ in range(REPEATS)]
    return min(first for first, _ in turns), min(second for _, second in turns)


def microseconds(work: Callable[[Mapping[str, object]], object], sites: list[dict[str, object]], repeats: int = REPEATS) -> float:
    """CPU of one site's work, the best of the repeats; decoding the facts is not in it."""
    stored = [orjson.dumps(site) for site in sites]
    best = float("inf")
    for _ in range(repeats):
        taken = 0.0
        for first in range(0, len(stored), AT_ONCE):
            decoded = [orjson.loads(document) for document in stored[first : first + AT_ONCE]]
            start = time.process_time()
            for site in decoded:
                work(site)
            taken += time.process_time() - start
        best = min(best, taken)
    return round(best * 1_000_000 / len(sites), 1)


def make_site(random_numbers: random.Random, rules: RuleSet, number: int) -> dict[str, object]:
    """A site of about 25 records and 12 steps, in order as the fold leaves them: registered, assessed twice, checked monthly, with hazards, inspections and now and then worse."""
    made: list[int] = []

    def record(days_ago: int, by: str = "district", **payload: object) -> dict[str, object]:
        made.append(1)
        on = (AS_OF - timedelta(days_ago)).isoformat()
        return {"id": f"{number:06d}-{len(made):018d}", "on": on, "at": f"{on}T08:00:00.000Z", "by": by, **payload}

    def findings(most: int) -> dict[str, dict[str, int]]:
        chosen = random_numbers.sample(list(rules.settable.values()), random_numbers.randint(0, most))
        return {item.code: {random_numbers.choice(list(item.clauses)): random_numbers.randint(1, 2)} for item in chosen}

    def hazard() -> dict[str, object]:
        found = random_numbers.randint(20, 400)
        story = [
            ("rectification_ordered", 0, {"deadline_on": (AS_OF - timedelta(found - 15)).isoformat()}),
            ("rectification_reported", 9, {}),
            ("recheck", 12, {"result": "passed", "officers": ["a"]}),
            ("hazard_closed", 12, {"officers": ["a", "b"]}),
        ]
        steps = [{"kind": kind, **record(found - days, "township", **payload)} for kind, days, payload in story]
        return record(found, "township", level="general", deadline_on=steps[0]["deadline_on"], then=steps)

    held = {
        "site_registered": [record(900, "system", name="示例", township="330110010", inherent_class=random_numbers.randint(1, 4))],
        "assessment": [record(days, coverage="full", items=findings(5), not_applicable=["P04", "E06"]) for days in (400, 60)],
        "self_check": [record(30 * month + 5, "self", coverage="full", items={}) for month in range(11, -1, -1)],
        "completeness_measured": [record(20, "system", filled=random_numbers.randint(20, 30), required=30)],
        "hazard_found": [hazard() for _ in range(3)],
        "inspection": [record(days, officers=["a", "b"]) for days in (300, 200, 100)],
        "certificate": [record(500, type="standardisation_3", valid_from="2019-01-01", valid_to="2021-12-31")],
    }
    if random_numbers.random() < 0.3:
        held["penalty"] = [record(random_numbers.randint(1, 500), procedure="general")]
    if random_numbers.random() < 0.05:
        held["accident"] = [record(200, deaths=0, serious_injuries=1, light_injuries=0, responsibility="responsible")]
    in_order = {kind: sorted(found, key=ORDER) for kind, found in held.items()}
    return {"schema": 1, "site_id": f"S{number}", "stands_from": AS_OF.isoformat(), "records": in_order}
