"""The portal's written pages, rendered from templates and the rule set into ``web/``: front page, method and privacy, Chinese and English.

What stands in ``web/`` is committed for the demo district, so that it can be read and served as it is; a test renders it again and compares.
Another district's stack is given the same pages in the words and colours of its own palette (:func:`dressed`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from chalicelib.code.page import OLD_DAYS, VERY_OLD_DAYS
from chalicelib.code.words import AXIS_EN, grade_words
from chalicelib.register.district import District, Swatch, load_district
from chalicelib.reports.model import A_DAY, CONTACT_DAYS, DUE_DAYS, TEXT

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "portal_pages"
RULES = ROOT / "chalicelib" / "grading" / "rulesets" / "model-2020.toml"
LANGUAGES = ("zh", "en")
PAGES = ("method", "privacy", "index")
UNPUBLISHED = "unpublished"  # stands at the address of what will be published
TAGS = {
    "zh": {"V": "公开文本", "D": "自行设计", "M": "专家经验"},
    "en": {"V": "published text", "D": "our own design", "M": "expert memory"},
}


def render_portal(rules: Path = RULES, district: District | None = None) -> dict[str, str]:
    """Each page's text by its path below ``web/``, in the words of a district's palette (by default the demo's)."""
    environment = _environment()
    facts = _facts(tomllib.loads(rules.read_text(encoding="utf-8")), (district or load_district("demo")).palette)
    return {
        f"{'en/' if language == 'en' else ''}{page}.html": environment.get_template(f"{page}.{language}.html").render(
            **facts, tags=TAGS[language], page=page, language=language
        )
        for page in PAGES
        for language in LANGUAGES
        if (TEMPLATES / f"{page}.{language}.html").is_file()
    }


def unpublished() -> bytes:
    """What an address says until something is published there; in the same frame, the other language one step away at its front page."""
    return _environment().get_template(f"{UNPUBLISHED}.zh.html").render(page="", language="zh").encode()


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def dressed(folder: Path, district: District) -> dict[str, bytes]:
    """Every file of the front end by its path, as this district's people are to see it: its words, its colours."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")}
    pages = {name: text.encode() for name, text in render_portal(district=district).items() if name in files}
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
        "axis_en": AXIS_EN,
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
