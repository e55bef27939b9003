"""The month: scoring 20 × 45 sub-items, the runs behind an honest rank, 8,800 sites from facts to published files, a whole province."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib import clock
from chalicelib.index.finish import Issue, Press, publish_month
from chalicelib.index.model import Measure, TownshipMonth
from chalicelib.index.rules import MODEL_2020, load_rules
from chalicelib.index.score import score
from chalicelib.index.timetable import Status, timetable_of
from chalicelib.index.township import MonthRules, compute_partial, month_rules
from chalicelib.publish.files import MemoryFiles
from chalicelib.register.district import District, load_district
from infra.bench import province

NAME = "index"
MONTH = "2020-06"
SITES, ROUNDS = 8800, 20
SCORE_MS, RUNS_S, RUN_S, PAGE_BYTES = 21, 2, 60, 40_000


def run() -> Iterator[dict[str, object]]:
    """CPU milliseconds to score a district, CPU seconds of a month's parts, gzipped size of the largest page."""
    district = load_district("demo")
    rules = month_rules(district, MONTH)
    yield figure("score and rank 20 x 45", round(score_ms(district), 2), "CPU ms", SCORE_MS)
    yield figure(f"honest rank, 20 x 45 x {rules.index.uncertainty.runs:,} runs", round(runs_seconds(district), 2), "CPU s", RUNS_S)
    facts = facts_by_township(district)
    began = time.process_time()
    partials = [part(district, code, facts[code], rules) for code in facts]
    measured = time.process_time()
    files = MemoryFiles()
    table = timetable_of(MONTH, rules.index)
    issue = Issue(MONTH, Status.FINAL, table.final_on.isoformat(), table.to_document())
    publish_month(issue, partials, Press(district, rules, files, "bench"))
    published = time.process_time()
    yield figure(f"grade, map and measure {SITES:,} sites", round(measured - began, 2), "CPU s", None)
    yield figure("score, render and publish index and map", round(published - measured, 2), "CPU s", None)
    yield figure("month close to published", round(published - began, 2), "CPU s", RUN_S)
    yield figure("largest partial result", max(len(json.dumps(partial).encode()) for partial in partials), "bytes", 400_000)
    pages = [body for key, body in files.files.items() if key.startswith("public/index/") and key.endswith(".html")]
    yield figure("largest public index page, gzipped", max(len(gzip.compress(body, 9)) for body in pages), "bytes", PAGE_BYTES)
    yield from province.figures()


def figure(name: str, value: object, unit: str, target: object) -> dict[str, object]:
    return {"bench": NAME, "figure": name, "value": value, "unit": unit, "target": target}


def score_ms(district: District) -> float:
    """CPU milliseconds for one scoring of every township of the district, from the shipped example's counts."""
    townships = example_townships(district)
    return milliseconds(lambda: score(MONTH, townships, load_rules(MODEL_2020)))


def runs_seconds(district: District) -> float:
    """CPU seconds of the whole experiment, numpy being imported."""
    from chalicelib.index.uncertainty import experiment

    rules = load_rules(MODEL_2020)
    scores = score(MONTH, example_townships(district), rules)
    return milliseconds(lambda: experiment(district.id, MONTH, scores, rules), 3) / 1000


def example_townships(district: District) -> list[TownshipMonth]:
    """Every township of the district with the counts of the shipped example, a little worse from one to the next."""
    from chalicelib.index.document import read_input

    example = json.loads(MODEL_2020.parents[1].joinpath("input.example.json").read_text(encoding="utf-8"))
    pattern = read_input(example, load_rules(MODEL_2020))[1]
    return [
        replace(pattern[number % 2], code=entry.code, measures=tuple(fewer(measure, number) for measure in pattern[number % 2].measures))
        for number, entry in enumerate(district.townships)
    ]


def fewer(measure: Measure, number: int) -> Measure:
    return replace(measure, numerator=max(0, measure.numerator - number)) if measure.denominator > number else measure


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    work()
    began = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - began) / rounds * 1000


def facts_by_township(district: District) -> dict[str, list[Mapping]]:
    """An ordinary history for every site, dealt out to the townships in turn."""
    from chalicelib.supervision.facts import fold
    from infra.bench.events import events_of_site

    codes = [township.code for township in district.townships]
    facts: dict[str, list[Mapping]] = {code: [] for code in codes}
    for number in range(SITES):
        code = codes[number % len(codes)]
        events = [
            replace(event, payload={**event.payload, "township": code}) if event.kind == "site_registered" else event
            for event in events_of_site(number)
        ]
        facts[code].append(fold([e for e in events if e.scope == "site"], [e for e in events if e.scope == "enterprise"]))
    return facts


def part(district: District, code: str, facts: list[Mapping], rules: MonthRules) -> dict:
    freeze = datetime(2020, 7, 3, tzinfo=clock.SHANGHAI)
    return compute_partial(district.township(code, clock.last_day(MONTH)), facts, (), MONTH, freeze, rules)
