"""Search: names, former names, pinyin as one types it, credit codes, plates, places; and nothing that is not there."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.identity import Identity
from chalicelib.code.plate import plate_number, spaced
from chalicelib.code.token import parse_keys, sign
from chalicelib.errors import BadInput, BadToken, Forbidden, NotFound
from chalicelib.register.district import load_district
from chalicelib.register.entry import entry_text, pinyin_of, read_entry
from chalicelib.register.position import metres_between, to_wgs84
from chalicelib.registry.find import Query, find, read_query
from chalicelib.registry.searching import PAGE_SIZE, Searcher

ANHE, FENGHE, YINHANG = "3MAPZ0XKQ7WCV5TG", "4MAPZ0XKQ7WCV5TG", "5MAPZ0XKQ7WCV5TG"
HERE = (120.0313, 30.2903)
KEYS = parse_keys("1:00112233445566778899aabbccddeeff")


def entry(names, uscc="", position=None, datum="WGS-84"):
    return read_entry(entry_text(list(names), uscc, *(position or (None, None)), datum))


@cache
def indexed():
    """Made where they are first wanted: pinyin reads a dictionary of some megabytes."""
    return [
        (ANHE, entry(["示例旧名机械厂", "杭州示例安禾精密机械有限公司"], "91330110MA0000015C", HERE)),
        (FENGHE, entry(["杭州示例丰和商贸有限公司"], "91330110MA00000237", (120.0413, 30.2903))),
        (YINHANG, entry(["重庆示例银行第2支行"], "91330110MA00000312")),
    ]


def found(text, **more):
    return [(hit.site_id, hit.by) for hit in find(indexed(), read_query({"q": text, **more}))]


@pytest.mark.parametrize(
    ("text", "sites"),
    [
        ("安禾", [(ANHE, "name")]),
        ("杭州示例", [(FENGHE, "name"), (ANHE, "name")]),
        ("旧名机械", [(ANHE, "former_name")]),
        ("anhe", [(ANHE, "pinyin")]),
        ("anhejm", [(ANHE, "pinyin")]),
        ("AHJM", [(ANHE, "pinyin")]),
        ("an he", [(ANHE, "pinyin")]),
        ("yinhang", [(YINHANG, "pinyin")]),
        ("chongqing", [(YINHANG, "pinyin")]),
        ("zhongqing", []),
        ("nhe", []),
        ("di2zh", [(YINHANG, "pinyin")]),
        ("91330110MA0000015C", [(ANHE, "credit_code")]),
        ("ma0000015c", [(ANHE, "credit_code")]),
        ("０1５c", [(ANHE, "credit_code")]),
        ("没有这家", []),
        (".*", []),
    ],
)
def test_a_site_is_found_by_what_people_type(text, sites):
    assert found(text) == sites


def test_the_name_itself_comes_before_names_that_hold_it():
    entries = [("B", entry(["丰和商贸分店"])), ("A", entry(["新丰和商贸"])), ("C", entry(["丰和商贸"]))]
    assert [hit.site_id for hit in find(entries, read_query({"q": "丰和商贸"}))] == ["C", "B", "A"]


def test_near_a_place_the_nearest_first_and_nothing_without_a_position():
    hits = find(indexed(), read_query({"near": "120.0313,30.2903", "radius": "1000"}))
    assert [(hit.site_id, hit.by, hit.distance_m) for hit in hits] == [(ANHE, "near", 0), (FENGHE, "near", 960)]
    assert [hit.site_id for hit in find(indexed(), read_query({"near": "120.0313,30.2903", "radius": "900"}))] == [ANHE]


def test_a_phones_mark_in_gcj_02_is_taken_back():
    """Tiananmen's flagpole in both datums, as published: 550 m apart."""
    assert to_wgs84(116.397453, 39.909187, "GCJ-02") == pytest.approx((116.391211, 39.907783), abs=2e-5)
    shifted = entry(["示例"], position=(120.0313, 30.2903), datum="GCJ-02").position
    assert 300 < metres_between(shifted, HERE) < 700
    assert found("安禾", near="120.0313,30.2903", radius="50", datum="GCJ-02") == []


def test_an_unknown_datum_is_no_position_in_the_index_and_an_error_in_a_query():
    assert entry(["示例"], position=HERE, datum="BD-09").position is None
    with pytest.raises(BadInput) as refused:
        read_query({"near": "120,30", "datum": "BD-09", "radius": "99999", "q": "长" * 51})
    assert {problem.column for problem in refused.value.problems} == {"q", "datum", "radius"}


@pytest.mark.parametrize("asked", [{}, {"q": "  "}, {"near": "here"}, {"near": "120.0"}, {"near": "200,30"}, {"near": "120,30", "radius": "0"}])
def test_a_query_that_is_none_is_refused(asked):
    with pytest.raises(BadInput):
        read_query(asked)


@given(st.floats(73.7, 135), st.floats(18.2, 53.5))
def test_gcj_02_there_and_back_is_within_a_metre_all_over_china(east, north):
    from chalicelib.register.position import _shift

    shifted = tuple(value + change for value, change in zip((east, north), _shift(east, north), strict=True))
    assert metres_between(to_wgs84(*shifted, "GCJ-02"), (east, north)) < 1


@given(st.text(max_size=50))
def test_any_text_is_a_query_or_a_named_fault(text):
    try:
        find(indexed(), read_query({"q": text}))
    except BadInput as error:
        assert error.problems


@given(st.integers(0, 8), st.integers(1, 6))
def test_every_beginning_of_the_pinyin_finds_it(skip, letters):
    syllables = [part for part in ("Hang", "Zhou", "Shi", "Li", "An", "He", "Jing", "Mi", "Ji")][skip:]
    typed = "".join(part[: 1 + (letters + place) % len(part)] for place, part in enumerate(syllables))
    assert ANHE in [site_id for site_id, _ in found(typed.lower())]


def test_names_with_signs_and_letters_have_a_pinyin_and_stay_whole():
    assert pinyin_of("重庆长乐(余杭)ABC-12科技") == "ChongQingChangLeYuHangAbc12KeJi"
    assert entry(["甲\t乙"]).names == ("甲 乙",)


# ── Reach and pages ─────────────────────────────────────────────────────────────────────────────────────────────────


class Index:
    """Entries by township, counting how often they are read."""

    def __init__(self, entries=None):
        self.entries = entries or {"330110005": indexed()[:2], "330110010": indexed()[2:]}
        self.reads = []

    def of_townships(self, codes):
        self.reads.append(len(codes))
        return [pair for code in codes for pair in self.entries.get(code, [])]

    def of_sites(self, site_ids):
        return [pair for pairs in self.entries.values() for pair in pairs if pair[0] in site_ids]

    def rows(self, site_ids):
        return {site_id: {"name": site_id, "grade": "blue", "score": 914, "township": "330110005"} for site_id in site_ids}


def searcher(role, organisation="", own=(), index=None):
    return Searcher(Identity("x", role, organisation), load_district("demo"), index or Index(), KEYS, lambda: list(own))


def sites(who, text, **more):
    return [row["site_id"] for row in who.page(read_query({"q": text, **more}), None)[0]]


def test_each_finds_what_he_may_list():
    assert set(sites(searcher("district"), "示例")) == {ANHE, FENGHE, YINHANG}
    assert set(sites(searcher("township", "330110005"), "示例")) == {ANHE, FENGHE}
    assert sites(searcher("township", "330110001"), "示例") == []
    assert sites(searcher("expert", own=[ANHE]), "示例") == [ANHE]
    assert sites(searcher("enterprise", own=[FENGHE]), "示例") == [FENGHE]
    with pytest.raises(Forbidden):
        sites(searcher("public"), "示例")


def test_the_administrator_sees_no_score_and_no_place():
    row = searcher("admin").page(read_query({"q": "安禾"}), None)[0][0]
    assert "score" not in row
    assert searcher("district").page(read_query({"q": "安禾"}), None)[0][0]["score"] == "91.4"
    with pytest.raises(Forbidden):
        sites(searcher("admin"), "", near="120.0313,30.2903")


def test_a_plate_its_address_and_a_site_id_name_their_site():
    token = sign(ANHE, 1, KEYS)
    for text in (token, token.lower(), f"HTTPS://AQM.CN/C/{token}", f"https://aqm.cn/C/{token}.en", ANHE):
        assert sites(searcher("district"), text) == [ANHE]
    number = plate_number(ANHE, 1)
    for text in (number, spaced(number), spaced(number).lower().replace(" ", "-"), spaced(number).replace("0", "O"), f"https://a-long-name-of-a-district.example.gov.cn/C/{token}", token.replace("0", "o").replace("1", "l")):
        assert sites(searcher("district"), text) == [ANHE], text
    with pytest.raises(BadInput) as refused:
        sites(searcher("district"), number[1] + number[0] + number[2:])
    assert refused.value.problems[0].column == "q", "by the field that was filled in"
    with pytest.raises(NotFound):
        sites(searcher("township", "330110010"), number)
    assert sites(searcher("district"), "anhejingmijixieyoux") == [ANHE], "as long as a number, and pinyin"
    with pytest.raises(BadToken):
        sites(searcher("district"), token[:-1] + ("0" if token[-1] != "0" else "1"))
    with pytest.raises(NotFound):
        sites(searcher("township", "330110010"), token)


def test_a_long_list_comes_in_pages_without_gaps_or_doubles():
    index = Index({"330110005": [(f"{number:016d}", entry([f"示例{number % 7}厂"])) for number in range(95)]})
    who, after, seen, pages = searcher("district", index=index), None, [], 0
    while True:
        rows, after = who.page(Query("示例"), after)
        seen += [row["site_id"] for row in rows]
        pages += 1
        if after is None:
            break
    assert (len(seen), len(set(seen)), pages) == (95, 95, math.ceil(95 / PAGE_SIZE))


def test_a_search_reads_one_index_and_one_page_of_cards():
    index = Index()
    sites(searcher("district", index=index), "anhe")
    assert index.reads == [20]
    index.reads.clear()
    sites(searcher("township", "330110005", index=index), "anhe")
    assert index.reads == [1]
