"""The portal's written pages, rendered from templates and the rule set into ``web/``: front page, method and privacy, Chinese and English.

What stands in ``web/`` is committed for the demo district, so that it can be read and served as it is; a test renders it again and compares.
Another district's stack is given the same pages in the words and colours of its own palette (:func:`dressed`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from chalicelib.code.page import OLD_DAYS, VERY_OLD_DAYS
from chalicelib.code.words import AXIS_EN, grade_words
from chalicelib.register.district import District, Swatch, load_district
from chalicelib.reports.model import A_DAY, CONTACT_DAYS, DUE_DAYS, TEXT

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "portal_pages"
LANGUAGES = ("zh", "en")
PAGES = ("method", "privacy", "index")
ROOMS = {"map": "riskmap", "index": "index"}  # whose rules each follows
UNPUBLISHED = "unpublished"  # stands at the address of what will be published
TAGS = {
    "zh": {"V": "公开文本", "D": "自行设计", "M": "专家经验"},
    "en": {"V": "published text", "D": "our own design", "M": "expert memory"},
}


def render_portal(district: District | None = None, day: date = date.max) -> dict[str, str]:
    """Each page's text by its path below ``web/``: a district's own words (by default the demo's) and the rule set by which it grades on a day."""
    district = district or load_district("demo")
    environment, facts = _environment(), {**_facts(_rules(district, day), district.palette), **_frame(district)}
    return {
        f"{'en/' if language == 'en' else ''}{page}.html": environment.get_template(f"{page}.{language}.html").render(
            **facts, tags=TAGS[language], page=page, language=language
        )
        for page in PAGES
        for language in LANGUAGES
        if (TEMPLATES / f"{page}.{language}.html").is_file()
    }


def unpublished(district: District, room: str) -> bytes:
    """What ``map`` or ``index`` says until something is published there, or that this district will publish none; in the same frame, the other
    language one step away at its front page."""
    facts = {"room": room, "promised": is_promised(district, room), **_frame(district)}
    return _environment().get_template(f"{UNPUBLISHED}.zh.html").render(**facts, page="", language="zh").encode()


def is_promised(district: District, room: str) -> bool:
    """Whether the district has rules for a map or an index, so that one will come."""
    return bool(district.rule_sets[ROOMS[room]])


def _rules(district: District, day: date) -> dict:
    ref = district.rule_set_on("grading", day) or district.rule_sets["grading"][0]
    return tomllib.loads(ref.path.read_text(encoding="utf-8"))


def _frame(district: District) -> dict[str, object]:
    """What the frame of every page says of its district."""
    return {
        "district": district,
        "has_map": is_promised(district, "map"),
        "has_index": is_promised(district, "index"),
        "lines": district.lines,
        "parts": ["一码", *(["一图"] * is_promised(district, "map")), *(["一指数"] * is_promised(district, "index"))],
        "parts_en": "One code" + ", one map" * is_promised(district, "map") + ", one index" * is_promised(district, "index"),
    }


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def dressed(folder: Path, district: District, day: date = date.max) -> dict[str, bytes]:
    """Every file of the front end by its path, as this district's people are to see it: its words, its colours."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")}
    pages = {name: text.encode() for name, text in render_portal(district, day).items() if name in files}
    return {**files, **pages, "styles.css": coloured(files["styles.css"].decode(), district.palette).encode()}


def coloured(style: str, palette: Mapping[str, Swatch]) -> str:
    """A style sheet with the fills and inks of a palette in the place of those that stand in it."""
    for code, swatch in palette.items():
        style = re.sub(rf"--{code}:#[0-9a-fA-F]{{6}}", f"--{code}:{swatch.fill.lower()}", style)
        ink = {"#ffffff": "#fff"}.get(swatch.ink.lower(), swatch.ink.lower())
        style = re.sub(rf"\.{code}{{background:var\(--{code}\);color:#[0-9a-fA-F]{{3,6}}}}", f".{code}{{background:var(--{code});color:{ink}}}", style)
    return style


def _facts(rules: dict, palette: Mapping[str, Swatch]) -> dict[str, object]:
    return {
        "rules": rules,
        "grade": grade_words("zh", palette),
        "grade_en": grade_words("en", palette),
        "colour": {code: swatch.word for code, swatch in palette.items()},
        "axis_en": AXIS_EN if {axis["code"] for axis in rules["axes"]} == AXIS_EN.keys() else {},
        "counted": "零一两三四五六七八九十",
        "edge": {code: f"{float(rules['thresholds'][code]):g}" for code in ("blue", "yellow", "orange")},
        "settable": any("derive" not in item for item in rules["items"]),
        "bonus": float(rules["bonus"]["cut_at"]) > 0,
        "levelled": len(rules["accident_levels"]["levels"]) > 1,
        "chip": ("blue", "yellow", "orange"),
        "old_days": OLD_DAYS,
        "very_old_days": VERY_OLD_DAYS,
        "report": {"due": DUE_DAYS, "contact": CONTACT_DAYS, "shortest": TEXT[0], "longest": TEXT[1], **A_DAY},
        "windows": windows,
    }


def windows(rule: dict) -> list[int | tuple[str, int]]:
    """The months a rule looks back; dated values as pairs of the day they hold from and the months."""
    months = rule.get("months")
    if isinstance(months, list):
        return [(str(value["from"]), value["value"]) for value in months]
    return [months] if months else []


def write_portal(folder: Path = ROOT / "web") -> list[Path]:
    """Write every page; the files."""
    written = []
    for name, text in render_portal().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
