"""The drawings say what the data say: every SVG parsed and held against its twin; every pair of grades told apart without its colour."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from PIL import Image
from riskmap_support import DAY, RULES
from test_riskmap_pages import DISTRICT, documents

from chalicelib.register.district import Swatch
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.maps import AGE_WORD, CHANGE, NOTHING, coloured
from chalicelib.riskmap.pages import render_now, render_release
from chalicelib.riskmap.picture import _texture

SVG = re.compile(r'<svg class="geomap.*?</svg>', re.S)
SHORT = {township.short: township for township in DISTRICT.townships}
WORDS = {code: swatch.word for code, swatch in DISTRICT.palette.items()}


@pytest.fixture(scope="module")
def release() -> dict:
    return render_release("2020-06", documents(), DISTRICT, documents(5))["public"]


@pytest.fixture(scope="module")
def drawn(release: dict) -> dict[str, dict[str, dict]]:
    """Title of a map → short name → what the drawing says of the township."""
    found = {}
    for text in SVG.findall(release["index.html"].decode()):
        root = ET.fromstring(text)
        found[root.find("title").text] = {cell.find("text").text: told(cell) for cell in root.iter("a")}
    return found


def told(cell: ET.Element) -> dict:
    texts = ["".join(text.itertext()) for text in cell.iter("text")]
    return {
        "colour": cell.get("class").removeprefix("h-"),
        "fills": [use.get("fill", "") for use in cell.iter("use")],
        "outlines": {use.get("href") for use in cell.iter("use")},
        "mark": texts[1],
        "heard": cell.find("title").text,
        "href": cell.get("href"),
    }


def twin(release: dict) -> list[dict]:
    return json.loads(release["map.json"])["townships"]


@pytest.mark.parametrize(("layer", "title"), [("combined", "综合安全状况图"), ("inherent", "固有风险图"), ("governance", "动态治理图")])
def test_each_layer_shows_colour_word_value_pattern_and_link_of_its_twin(release: dict, drawn: dict, layer: str, title: str) -> None:
    for document in twin(release):
        township = DISTRICT.township(document["township"], DAY)
        cell, data = drawn[title][township.short], document[layer]
        assert cell["colour"] == data["colour"]
        assert cell["mark"] == (f"{WORDS[data['colour']]} {data['value']}" if data["value"] else "未评定")
        assert cell["mark"] in cell["heard"] and township.name in cell["heard"]
        assert cell["outlines"] == {f"#t-{township.code}"}
        assert (f"url(#p-{data['colour']})" in cell["fills"]) is (DISTRICT.palette[data["colour"]].pattern != "plain")
        assert cell["href"].endswith(f"townships/{township.code}.html")
        age = document["evidence"]["state"]
        assert (f"url(#a-{age})" in cell["fills"]) is bool(AGE_WORD[age]) and AGE_WORD[age] in cell["heard"]


def test_each_sector_map_shows_its_sector(release: dict, drawn: dict) -> None:
    shown = [title.removesuffix("领域图") for title in drawn if title.endswith("领域图")]
    assert shown == ["危化品", "三场所三企业", "消防"]
    for document in twin(release):
        township = DISTRICT.township(document["township"], DAY)
        for sector in document["sectors"]:
            if sector["title"] in shown:
                cell = drawn[f"{sector['title']}领域图"][township.short]
                assert cell["colour"] == sector["colour"]
                assert cell["mark"] == (NOTHING.get(sector["state"]) or f"{WORDS[sector['colour']]} {sector['risk']}")


def test_where_nothing_was_judged_no_evidence_is_old() -> None:
    document, edition = {"evidence": {"state": "aged"}}, SimpleNamespace(district=DISTRICT)
    judged, grey = (coloured(edition, document, DISTRICT.townships[0], colour, "3", "消防", "") for colour in ("yellow", "none"))
    assert (judged.age, grey.age) == ("aged", "") and "半年以前" in judged.title and "半年以前" not in grey.title


def test_the_change_map_is_the_difference_of_the_two_months(release: dict, drawn: dict) -> None:
    before = {document["township"]: document["combined"] for document in documents(5)}
    order = ("blue", "yellow", "orange", "red")
    for document in twin(release):
        now, then = document["combined"], before[document["township"]]
        cell = drawn["综合安全状况变化图"][DISTRICT.township(document["township"], DAY).short]
        if "none" in (now["colour"], then["colour"]):
            assert cell["colour"] == "unknown"
            continue
        moved = order.index(now["colour"]) - order.index(then["colour"])
        assert cell["colour"] == ("worse" if moved > 0 else "better" if moved < 0 else "same")
        step = round(10 * float(now["value"])) - round(10 * float(then["value"]))
        assert cell["mark"] == ("→ 持平" if not step else f"{'↑' if step > 0 else '↓'} {abs(step) / 10:.1f}")


def test_the_grid_of_both_layers_counts_every_assessed_sector_once(release: dict) -> None:
    page = release["index.html"].decode()
    grid = page[page.index('class="grid4"') :].split("</table>")[0]
    counted = sum(int(count) for count in re.findall(r"(\d+) 个领域", grid))
    assert counted == sum(sector["state"] == "assessed" for document in twin(release) for sector in document["sectors"])
    assert [int(risk) for risk in re.findall(r'class="g-\w+(?: no)?">\S+ [A-Z] (\d+)<', grid)] == [i * g for i in (4, 3, 2, 1) for g in (1, 2, 3, 4)]


def test_a_township_without_a_document_is_grey_and_says_so() -> None:
    from datetime import datetime

    files = render_now(datetime(2020, 6, 30, 10, 0), documents()[:5], DISTRICT, set())["public"]
    root = ET.fromstring(SVG.findall(files["index.html"].decode())[0])
    grey = [cell for cell in root.iter("a") if "暂无数据" in "".join(cell.itertext())]
    assert len(grey) == 15 and {cell.get("class") for cell in grey} == {"h-none"}


@pytest.mark.parametrize("district", ["demo", "shifan"])
def test_every_district_is_drawn_from_its_folder_alone(district: str) -> None:
    from chalicelib.register.district import load_district

    found = load_district(district)
    townships = found.townships_on(DAY)
    made = [assess_township(township.code, [], DAY, RULES).to_document() for township in townships]
    page = render_release("2020-06", made, found)["public"]["index.html"].decode()
    assert found.name in page and all(township.short in page for township in townships)
    assert len(list(ET.fromstring(SVG.findall(page)[0]).iter("a"))) == len(townships)


# ── Without colour ────────────────────────────────────────────────────────────────────────────────────────────────────
# Simulations after Machado, Oliveira and Fernandes (2009), severity 1; and grey paper.
SIMULATIONS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def seen(pixel: tuple[int, int, int], matrix: tuple) -> float:
    """The luminance of a pixel as that eye has it."""
    rgb = [linear(value) for value in pixel]
    shown = [min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, rgb)))) for row in matrix]
    return 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]


def texture(swatch: Swatch, matrix: tuple) -> tuple[int, ...]:
    """Where the drawn pattern departs from its ground, cell by cell, whatever the colours are."""
    image: Image.Image = _texture(swatch.fill, swatch.ink, swatch.pattern, (72, 72))
    values = [seen(image.getpixel((x, y)), matrix) for y in range(72) for x in range(72)]
    ground = max(set(values), key=values.count)
    return tuple(abs(value - ground) > 0.02 for value in values)


@pytest.mark.parametrize("simulation", SIMULATIONS)
@pytest.mark.parametrize("palette", [DISTRICT.palette, CHANGE], ids=["grades", "change"])
def test_each_pair_is_told_apart_by_pattern_and_letter(palette: dict[str, Swatch], simulation: str) -> None:
    for (one, first), (other, second) in itertools.combinations(palette.items(), 2):
        patterns = texture(first, SIMULATIONS[simulation]), texture(second, SIMULATIONS[simulation])
        differing = sum(a != b for a, b in zip(*patterns)) / len(patterns[0])
        assert differing > 0.04, f"{one} and {other} for {simulation}"
        assert first.letter != second.letter and first.word != second.word and first.pattern != second.pattern


@pytest.mark.parametrize("swatch", [*DISTRICT.palette.values(), *CHANGE.values()], ids=lambda swatch: swatch.word)
def test_words_on_every_colour_can_be_read(swatch: Swatch) -> None:
    light, dark = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in ([linear(int(text[at : at + 2], 16)) for at in (1, 3, 5)] for text in (swatch.fill, swatch.ink))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
