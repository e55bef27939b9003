"""A district is a folder of data; every fault of its files is named at once."""

import shutil
from datetime import date

import pytest

from chalicelib.errors import BadRuleSet, NotFound
from chalicelib.register.district import DISTRICTS, GRADE_CODES, load_district

AXIAL_NEIGHBOURS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))


def test_the_demo_district_has_its_twenty_townships_each_in_its_own_cell():
    district = load_district("demo")
    assert len(district.townships) == 20
    assert len({(township.q, township.r) for township in district.townships}) == 20
    assert {township.kind for township in district.townships} == {"街道", "镇"}


def test_the_hexagon_map_has_exactly_the_37_real_borders():
    cells = {(township.q, township.r) for township in load_district("demo").townships}
    borders = sum((q + dq, r + dr) in cells for q, r in cells for dq, dr in AXIAL_NEIGHBOURS) // 2
    assert borders == 37


def test_every_grade_has_a_word_a_shape_and_a_pattern_of_its_own():
    palette = load_district("demo").palette
    assert set(palette) == set(GRADE_CODES)
    for aspect in ("word", "letter", "shape", "pattern", "fill"):
        assert len({getattr(swatch, aspect) for swatch in palette.values()}) == len(GRADE_CODES)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("code", GRADE_CODES)
def test_text_on_every_colour_keeps_a_contrast_of_4_5(code):
    swatch = load_district("demo").palette[code]
    lighter, darker = sorted((_luminance(swatch.fill), _luminance(swatch.ink)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.fixture
def root(tmp_path):
    shutil.copytree(DISTRICTS / "demo", tmp_path / "demo")
    return tmp_path


def _replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_township_that_was_split_is_found_by_code_and_day(root):
    townships = root / "demo" / "townships.csv"
    _replace(townships, "临平街道,临平,Linping,街道,2011-01-01,,", "临平街道,临平,Linping,街道,2011-01-01,2021-04-09,")
    with townships.open("a", encoding="utf-8") as file:
        file.write("330110001,新街道,新,Xin,街道,2021-04-09,,9,9,120.0,30.0,1000\n")
    district = load_district("demo", root)
    assert district.township("330110001", date(2021, 4, 8)).name == "临平街道"
    assert district.township("330110001", date(2021, 4, 9)).name == "新街道"
    assert len(district.townships_on(date(2021, 4, 9))) == 20


def test_two_townships_with_one_code_on_one_day_are_refused(root):
    with (root / "demo" / "townships.csv").open("a", encoding="utf-8") as file:
        file.write("330110001,重号街道,重,Chong,街道,2015-01-01,,9,9,120.0,30.0,1000\n")
    with pytest.raises(BadRuleSet) as refused:
        load_district("demo", root)
    assert [problem.place for problem in refused.value.problems] == ["townships.csv row 22"]


def test_every_fault_is_named_at_once(root):
    _replace(root / "demo" / "townships.csv", ",5,2,120.26109", ",five,2,east")
    _replace(root / "demo" / "district.toml", 'number = "12350"', "number = 12350")
    _replace(root / "demo" / "district.toml", 'emergency = ["119"', "emergency = [119")
    _replace(root / "demo" / "district.toml", 'datum = ', 'hotline = "12350"\ndatum = ')
    _replace(root / "demo" / "district.toml", 'file = "index/methods/model-2020.toml"', 'file = "index/methods/none.toml"')
    with pytest.raises(BadRuleSet) as refused:
        load_district("demo", root)
    columns = {problem.column for problem in refused.value.problems}
    assert {"q", "longitude", "hotline", "lines[0].number", "emergency[0]", "rule_sets.index[0].file"} <= columns


def test_the_rule_set_of_a_day_is_the_newest_that_has_begun(root):
    district = load_district("demo", root)
    assert district.rule_set_on("grading", date(2017, 12, 31)) is None
    assert district.rule_set_on("grading", date(2018, 1, 1)).path.is_file()


def test_an_unknown_district_and_an_unknown_township_are_named(root):
    with pytest.raises(NotFound):
        load_district("nowhere", root)
    with pytest.raises(NotFound):
        load_district("demo", root).township("999", date(2020, 6, 1))


def test_whom_to_call_is_the_districts_own_and_nobody_where_its_folder_names_none(root):
    demo, dinesafe = (load_district(name).lines for name in ("demo", "dinesafe"))
    assert (demo.call("zh"), demo.call("en"), demo.call_city("zh")) == ("拨打 12350 或 12345", "call 12350 or 12345", "拨打 12345")
    assert demo.told("zh") == "安全生产举报电话 12350，政务服务热线 12345。" and demo.told("en") == "Work safety line 12350, city hotline 12345."
    assert (dinesafe.call("zh"), dinesafe.told("en"), dinesafe.call_in_an_emergency("en")) == ("拨打 311", "City line 311.", "call 911")
    toml = (root / "demo" / "district.toml").read_text("utf-8")
    start, end = toml.index("lines = ["), toml.index("synthetic_names")
    (root / "demo" / "district.toml").write_text(toml[:start] + toml[end:], "utf-8")
    nobody = load_district("demo", root).lines
    assert [nobody.call("zh"), nobody.call("en"), nobody.told("zh"), nobody.told("en")] == ["告诉当地主管部门", "tell the local authority", "", ""]
    assert nobody.call_in_an_emergency("zh") == "拨打当地急救电话"
