"""The portal's written pages, rendered from templates and the rule set into ``web/``: method and privacy, Chinese and English.

What stands in ``web/`` is committed, so that it can be read and served as it is; a test renders it again and compares.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from chalicelib import labels
from chalicelib.code.page import OLD_DAYS, VERY_OLD_DAYS
from chalicelib.code.words import AXIS_EN, GRADE_EN
from chalicelib.reports.model import A_DAY, CONTACT_DAYS, DUE_DAYS, TEXT

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "portal_pages"
RULES = ROOT / "chalicelib" / "grading" / "rulesets" / "model-2020.toml"
LANGUAGES = ("zh", "en")
PAGES = ("method", "privacy", "index")
TAGS = {
    "zh": {"V": "公开文本", "D": "自行设计", "M": "专家经验"},
    "en": {"V": "published text", "D": "our own design", "M": "expert memory"},
}


def render_portal(rules: Path = RULES) -> dict[str, str]:
    """Each page's text by its path below ``web/``."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    facts = _facts(tomllib.loads(rules.read_text(encoding="utf-8")))
    return {
        f"{'en/' if language == 'en' else ''}{page}.html": environment.get_template(f"{page}.{language}.html").render(
            **facts, tags=TAGS[language], page=page, language=language
        )
        for page in PAGES
        for language in LANGUAGES
        if (TEMPLATES / f"{page}.{language}.html").is_file()
    }


def _facts(rules: dict) -> dict[str, object]:
    return {
        "rules": rules,
        "grade": labels.GRADE,
        "grade_en": GRADE_EN,
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
