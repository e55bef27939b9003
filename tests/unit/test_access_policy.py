"""The read matrix, cell by cell: what each audience sees of a site document, and which looks are written down."""

from __future__ import annotations

import pytest

from chalicelib.access.identity import PUBLIC, Identity, SubjectFacts
from chalicelib.access.policy import MATRIX, audience_of, parse_matrix, read_matrix, visible
from chalicelib.errors import BadRuleSet

SITE_ID, ENTERPRISE, TOWNSHIP = "3MAPZ0XKQ7WCV5TG", "9ENTERPRSE000001", "330110010"
SITE = SubjectFacts("site", SITE_ID, ENTERPRISE, frozenset({TOWNSHIP}))
DOCUMENT = {
    "site_id": SITE_ID,
    "identity": {"name": "示例厂", "uscc": "91330110MA0000015C", "grade": "yellow"},
    "radar": {"axes": {"P": "96.0", "E": None}, "items": [{"item": "E05", "value": "3.50"}]},
    "case": {"score": "85.0", "hazards": [{"description": "出口堵塞"}, {"description": "漏电"}], "vetoes": [], "caps": ["C05"]},
    "penalties": [{"number": "杭余2020-1", "published_on": "2020-06-10"}, {"number": "杭余2020-2", "published_on": None}],
    "secrets": {"chemical_type": "production", "video": {"due": 4}},
    "persons": {
        "certificates": [{"type": "licence", "number": "ABC123", "valid_to": "2021-01-01", "owner": "self"}],
        "officers": [{"id": "E-1", "kind": "inspection", "officers": ["33011001", "33011002"], "by": "township"}],
    },
    "replies": [{"text": "已整改", "by": "self", "published_on": "2020-06-20"}, {"text": "未公开", "by": "self", "published_on": None}],
    "reporters": [{"contact": "王先生 13812345678"}],
    "appeals": [{"text": "我方有异议", "by": "self"}, {"text": "内部意见", "by": "township"}],
}
WHO = {
    "public": PUBLIC,
    "enterprise": Identity("e", "enterprise", ENTERPRISE),
    "township": Identity("t", "township", TOWNSHIP),
    "district": Identity("d", "district", "district"),
    "expert": Identity("x", "expert", SITE_ID),
    "admin": Identity("a", "admin"),
}
# Written out by hand from the table "who sees what", not read from the policy file.
READ_MATRIX = """
           public    enterprise township district expert    admin     page
identity   show      show       show     show     show      show      count
radar      axes      show       show     show     show      axes      hidden
case       count     show       show     show     show      count     hidden
penalties  published show       show     show     published published count
secrets    hidden    show       show     show     show      hidden    hidden
persons    hidden    own        masked   logged   masked    hidden    hidden
reporters  hidden    hidden     logged   logged   hidden    hidden    hidden
replies    published show       show     show     published hidden    hidden
appeals    hidden    own        show     show     hidden    hidden    hidden
"""
HEAD, *ROWS = [row.split() for row in READ_MATRIX.strip().splitlines()]
CELLS = [(row[0], audience, mode) for row in ROWS for audience, mode in zip(HEAD, row[1:], strict=True)]
MASKED = {
    "certificates": [{"type": "licence", "number": "A***3", "valid_to": "2021-01-01", "owner": "self"}],
    "officers": [{"id": "E-1", "kind": "inspection", "officers": ["3***1", "3***2"], "by": "township"}],
}
SEEN = {
    ("radar", "axes"): {"axes": {"P": "96.0", "E": None}},
    ("case", "count"): {"hazards": 2, "vetoes": 0, "caps": 1},
    ("penalties", "published"): DOCUMENT["penalties"][:1],
    ("replies", "published"): DOCUMENT["replies"][:1],
    ("persons", "masked"): MASKED,
    ("persons", "own"): {"certificates": DOCUMENT["persons"]["certificates"], "officers": []},
    ("appeals", "own"): DOCUMENT["appeals"][:1],
}


@pytest.mark.parametrize(("group", "audience", "mode"), CELLS)
def test_the_policy_file_says_what_the_table_says(group: str, audience: str, mode: str) -> None:
    assert read_matrix()[group][audience] == mode


def test_the_table_is_complete() -> None:
    assert set(read_matrix()) == {row[0] for row in ROWS} == set(DOCUMENT) - {"site_id"}


@pytest.mark.parametrize(("group", "audience", "mode"), [cell for cell in CELLS if cell[1] != "page"])
def test_read_matrix_cell_as_it_is_seen(group: str, audience: str, mode: str) -> None:
    view = visible(DOCUMENT, WHO[audience], SITE)
    if mode == "hidden":
        assert group not in view.document
    else:
        assert view.document[group] == SEEN.get((group, mode), DOCUMENT[group])
    assert (group in view.audited) is (mode == "logged")


@pytest.mark.parametrize(
    "stranger",
    [
        Identity("e", "enterprise", "9ENTERPRSE000002"),
        Identity("e", "enterprise", ""),
        Identity("t", "township", "330110001"),
        Identity("t", "township", ""),
        Identity("x", "expert", "0000000000000000"),
        Identity("z", "visitor", TOWNSHIP),
    ],
)
def test_outside_its_reach_a_role_sees_what_the_public_sees(stranger: Identity) -> None:
    assert audience_of(stranger, SITE) == "public"
    assert visible(DOCUMENT, stranger, SITE) == visible(DOCUMENT, PUBLIC, SITE)


def test_the_public_never_receives_text_of_hazards_chemicals_persons_or_appeals() -> None:
    shown = str(visible(DOCUMENT, PUBLIC, SITE).document)
    for secret in ("出口堵塞", "85.0", "production", "ABC123", "33011001", "异议", "杭余2020-2", "E05"):
        assert secret not in shown


def test_a_township_reveals_persons_only_by_asking_and_the_look_is_written_down() -> None:
    view = visible(DOCUMENT, WHO["township"], SITE, frozenset({"persons"}))
    assert view.document["persons"] == DOCUMENT["persons"]
    assert set(view.audited) - set(visible(DOCUMENT, WHO["township"], SITE).audited) == {"persons"}


def test_whoever_reported_is_shown_to_nobody_off_the_record() -> None:
    assert set(read_matrix()["reporters"].values()) <= {"logged", "hidden"}
    assert read_matrix()["reporters"]["enterprise"] == read_matrix()["reporters"]["public"] == "hidden"


@pytest.mark.parametrize("who", ["public", "enterprise", "admin"])
def test_asking_reveals_nothing_that_is_hidden_or_another_s(who: str) -> None:
    everything = frozenset(DOCUMENT)
    assert visible(DOCUMENT, WHO[who], SITE, everything) == visible(DOCUMENT, WHO[who], SITE)


def test_a_group_the_matrix_does_not_know_reaches_nobody() -> None:
    with pytest.raises(KeyError):
        visible({**DOCUMENT, "novelty": 1}, WHO["district"], SITE)


def test_a_policy_with_a_missing_or_unknown_cell_is_refused_with_every_fault() -> None:
    text = MATRIX.read_text(encoding="utf-8").replace('admin = "axes"', "").replace('page = "count"', 'page = "some"', 1)
    with pytest.raises(BadRuleSet) as refused:
        parse_matrix(text)
    assert {(problem.place, problem.column) for problem in refused.value.problems} == {
        ("groups.radar", "admin"),
        ("groups.identity", "page"),
    }
