"""What a township's colours rest on: its weakest axis, and how old and how complete the evidence is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from riskmap_support import DAY, RULES, site

from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.model import SiteRisk


def seen(number: int, evidence_on: str | None, score: int | None = 950, **standing: object) -> SiteRisk:
    plain = site(number, 1, score)
    return replace(plain, standing=replace(plain.standing, evidence_on=evidence_on, **standing))


def judged(*sites: SiteRisk):
    return assess_township("330110110", list(sites), DAY, RULES)


def test_the_weakest_axis_is_the_lowest_mean_of_coded_sites() -> None:
    found = judged(
        seen(1, None, axes={"P": None, "E": 900, "W": 1000, "B": 705, "M": 1000, "H": 1000}),
        seen(2, None, axes={"P": None, "E": 600, "W": 1000, "B": 800, "M": 1000, "H": 1000}),
        seen(3, None, score=None, axes={"B": 0}),
    )
    assert found.axes == {"P": None, "E": "75.0", "W": "100.0", "B": "75.3", "M": "100.0", "H": "100.0"}
    assert found.weakest == "E"


def test_a_township_without_a_coded_site_has_no_weakest_axis_and_no_age() -> None:
    found = judged(seen(1, None, score=None))
    assert (found.weakest, found.evidence.state, found.evidence.median_days, found.evidence.coverage) == (None, "none", None, None)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (("2020-06-30", "2020-01-02"), "fresh"),  # 180 days are still fresh
        (("2020-06-30", "2020-01-01"), "fresh"),  # one of two is not more than half
        (("2020-01-01", "2020-01-01"), "aged"),
        (("2019-07-01", "2019-07-01"), "aged"),  # 365 days
        (("2019-06-30", "2019-06-30"), "old"),
        (("2019-06-30", "2020-06-30", "2020-01-01"), "aged"),
        (("2020-06-30", None, None), "old"),
    ],
)
def test_more_than_half_decides_the_hatching(days: tuple[str | None, ...], state: str) -> None:
    assert judged(*(seen(number, day) for number, day in enumerate(days))).evidence.state == state


def test_the_counts_the_median_and_the_coverage_are_told() -> None:
    found = judged(
        seen(1, "2020-06-20", coverage_tenths=1000), seen(2, "2019-12-01", coverage_tenths=455), seen(3, "2018-01-01"), seen(4, None), seen(5, "2020-06-30", score=None)
    ).evidence
    assert found.sites == {"fresh": 1, "aged": 1, "old": 1, "none": 1}
    assert (found.median_days, found.coverage) == (212, "72.8")
