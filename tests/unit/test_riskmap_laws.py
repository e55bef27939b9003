"""Laws of the map that hold for every district: worse never looks better, order does not matter, pull-ups are bounded."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from riskmap_support import DAY, FS, HC, RULES, SP, site

from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.model import COLOURS, Inherent, SiteRisk, Standing, Statistics

scores = st.one_of(st.none(), st.integers(min_value=0, max_value=1000))
levels = st.dictionaries(st.sampled_from([HC, SP, FS]), st.integers(min_value=1, max_value=4), min_size=1)
townships = st.lists(st.tuples(levels, scores, st.booleans()), min_size=1, max_size=12)
counts = st.one_of(st.none(), st.integers(min_value=0, max_value=30))
LAWS = settings(max_examples=120, deadline=None)


def build(entries) -> list[SiteRisk]:
    return [site(number, inherent, score, vetoed=vetoed and score is not None) for number, (inherent, score, vetoed) in enumerate(entries)]


def judged(sites: list[SiteRisk]):
    return assess_township("330110110", sites, DAY, RULES)


def rank(colour: str) -> int:
    return COLOURS.index(colour)


@LAWS
@given(townships, st.randoms(use_true_random=False))
def test_the_order_of_sites_does_not_matter(entries, random) -> None:
    sites = build(entries)
    shuffled = list(sites)
    random.shuffle(shuffled)
    assert judged(shuffled).to_document() == judged(sites).to_document()


@LAWS
@given(townships, st.integers(min_value=0))
def test_a_more_dangerous_site_never_improves_the_map(entries, pick) -> None:
    sites = build(entries)
    number = pick % len(sites)
    raised = {code: Inherent(min(4, found.level + 1), found.rules) for code, found in sites[number].inherent.items()}
    before, after = judged(sites), judged([*sites[:number], replace(sites[number], inherent=raised), *sites[number + 1 :]])
    for old, new in zip(before.sectors, after.sectors):
        assert (new.inherent or 0) >= (old.inherent or 0)
        assert (new.risk or 0) >= (old.risk or 0)
        assert new.colour == "none" or rank(new.colour) >= rank(old.colour)
    if before.combined.value is not None:
        assert rank(after.combined.colour) >= rank(before.combined.colour)


@LAWS
@given(townships, st.integers(min_value=0), st.integers(min_value=0, max_value=1000))
def test_a_worse_code_never_improves_the_map(entries, pick, lower) -> None:
    sites = build(entries)
    number = pick % len(sites)
    if sites[number].standing.score_tenths is None:
        return
    worst = Standing("red", min(sites[number].standing.score_tenths, lower), True)
    before, after = judged(sites), judged([*sites[:number], replace(sites[number], standing=worst), *sites[number + 1 :]])
    for old, new in zip(before.sectors, after.sectors):
        assert (new.governance or 0) >= (old.governance or 0)
        assert new.colour == "none" or rank(new.colour) >= rank(old.colour)
    assert before.combined.value is None or rank(after.combined.colour) >= rank(before.combined.colour)


@LAWS
@given(townships)
def test_pull_ups_change_colours_only_and_only_to_orange(entries) -> None:
    found = judged(build(entries))
    for entry in found.sectors:
        if entry.risk is not None:
            assert entry.risk == entry.inherent * entry.governance
            assert entry.matrix_colour == RULES.coupling.colour(entry.inherent, entry.governance)
            assert entry.colour == ("orange" if entry.pull_ups else entry.matrix_colour)
    for layer in (found.inherent, found.governance, found.combined):
        assert layer.colour == ("orange" if layer.pull_ups else layer.own_colour)
        assert not layer.pull_ups or rank(layer.own_colour) < rank("orange")


@LAWS
@given(townships)
def test_the_counts_add_up_and_every_deciding_site_has_its_name(entries) -> None:
    sites = build(entries)
    found = judged(sites)
    assert sum(found.grades.values()) == found.sites == len(sites)
    assert found.coded == found.sites - found.grades["none"]
    for entry in found.sectors:
        assert sum(entry.levels) == sum(entry.grades.values()) == entry.sites
        for reason in (*entry.inherent_reasons, *entry.governance_reasons, *entry.pull_ups):
            assert set(reason.sites) <= set(found.names)


@LAWS
@given(counts, counts, st.integers(0, 9), st.integers(0, 9), st.integers(min_value=0, max_value=1000))
def test_governance_stays_in_one_to_four_and_more_accidents_are_never_better(now, before, deaths, grave, score) -> None:
    def governance(figures: Statistics) -> int:
        found = assess_township("330110110", [site(1, 1, score)], DAY, RULES, {FS: figures})
        return next(entry for entry in found.sectors if entry.code == FS).governance

    figures = Statistics(deaths, grave, now, before)
    assert 1 <= governance(figures) <= 4
    assert governance(replace(figures, deaths=deaths + 1)) >= governance(figures)
    assert governance(replace(figures, grave_accidents=grave + 1)) == 4


def test_the_weights_sum_to_one() -> None:
    assert sum(entry.weight for entry in RULES.sectors) == 1
