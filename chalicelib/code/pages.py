"""The scan page, its badge and the pages that refuse: one template each, complete without JavaScript, in two languages."""

from __future__ import annotations

from chalicelib import labels
from chalicelib.code.page import Scan
from chalicelib.code.words import AXIS_EN, RADAR_SPOKEN, phrases, words
from chalicelib.errors import SafetyCodeError
from chalicelib.exact import TENTHS, parse_scaled
from chalicelib.http import sentence
from chalicelib.register.district import District
from chalicelib.render import render

# The table beside the drawing has the full words; the drawing has no room for the longest.
AXIS_ON_RADAR = {"zh": {**labels.AXIS, "H": "隐患应急"}, "en": {**AXIS_EN, "M": "System", "H": "Hazards"}}


def scan_page(scan: Scan, district: District, *, large: bool = False) -> str:
    """The page of one site: the grade as word, shape, colour and pattern, and how good the evidence behind it is."""
    return render(
        "code/scan.html",
        district,
        scan=scan,
        card=scan.card,
        t=words(scan.language, district.palette),
        large=large,
        plate=scan.plate,
        ways=ways(scan, large),
        township=_township_name(scan, district),
        trend=trend(scan, district),
        axes=axes_shown(scan),
        radar=_radar(scan),
    )


def badge(scan: Scan, district: District) -> str:
    """The grade as a small picture for the enterprise's own pages: word, shape, colour and the day it was worked out."""
    said = words(scan.language, district.palette)
    title = said.due if scan.out_of_date else said.GRADE[scan.grade]
    swatch = district.palette["none" if scan.out_of_date else scan.grade]
    line = f"{scan.card['on']}"
    spoken = f"{said.safety_code} {scan.card['name']} {title} {line}"
    return render("code/badge.svg", district, t=said, swatch=swatch, title=title, line=line, spoken=spoken)


def refusal_badge(error: SafetyCodeError, district: District) -> str:
    """A picture that says there is no valid plate behind it."""
    title = sentence(error.code)[0]
    return render("code/badge.svg", district, t=words("zh", district.palette), swatch=district.palette["none"], title=title[:6], line="—", spoken=title)


def refusal_page(error: SafetyCodeError, district: District) -> str:
    """What to do about a plate that is not genuine, withdrawn, unknown or cannot be read now."""
    title, detail = sentence(error.code)
    advice = [line.format(call=district.lines.call("zh")) for line in ADVICE.get(error.code, ())]
    english = [text.format(call=district.lines.call("en")) for text in IN_ENGLISH.get(error.code, IN_ENGLISH["try-again"])]
    return render("code/refusal.html", district, title=title, detail=detail, advice=advice, english=english, status=error.status)


ADVICE = {
    "plate-not-genuine": (
        "用手机相机重新扫描现场码牌，不要手工抄写网址。",
        "核对网址的域名是否为本区公布的域名；不要在可疑页面填写任何信息。",
        "码牌破损、被覆盖或疑似伪造，请{call}。",
    ),
    "plate-withdrawn": ("请扫描现场新的码牌。", "如现场仍张贴旧码牌，请{call}。"),
    "not-found": ("该场所的档案可能刚刚建立，请稍后再扫。", "如一直无法显示，请{call}。"),
    "try-again": ("请等几秒后刷新本页。",),
}

# Who stands before a plate that does not open has chosen no language yet: both are on the page.
IN_ENGLISH = {
    "plate-not-genuine": ("Not a valid safety code", "Scan the plate itself again with your camera. If it is damaged or looks forged, {call}; enter nothing on a page you do not trust."),
    "plate-withdrawn": ("Plate withdrawn", "This plate was replaced or revoked. Please scan the new one; if the old one still hangs, {call}."),
    "not-found": ("Not found", "The record may have just been made: scan again later. If nothing appears, {call}."),
    "try-again": ("Please try again", "The service is busy. Reload this page in a moment."),
}


def ways(scan: Scan, large: bool) -> dict[str, str]:
    """The addresses of this page in the other language and in the other size: paths, because a cache knows pages by their path."""
    here, there = (".en", "") if scan.language == "en" else ("", ".en")
    size = ".large" if large else ""
    return {"language": f"/C/{scan.plate}{there}{size}", "size": f"/C/{scan.plate}{here}{'' if large else '.large'}"}


def trend(scan: Scan, district: District) -> list[dict[str, str | None]]:
    """The month ends of the card and today, each with its letter and the label below; empty where none has a colour."""
    points: list[dict[str, str]] = scan.card.get("trend") or []  # type: ignore[assignment]
    if not any(point["grade"] for point in points):
        return []
    said = phrases(scan.language)
    shown = [{**point, "label": str(int(point["on"][5:7]))} for point in points]
    shown.append({"on": str(scan.card["on"]), "grade": scan.grade, "label": said.now})
    return [{**point, "letter": _letter(point["grade"], scan, district)} for point in shown]


def _letter(grade: str | None, scan: Scan, district: District) -> str:
    if not grade:
        return ""
    swatch = district.palette[grade]
    return swatch.letter if scan.language == "en" else "灰" if grade == "none" else swatch.word


def _township_name(scan: Scan, district: District) -> str:
    """The township's name on the day (its pinyin in English); its code where the district does not know it."""
    code = str(scan.card.get("township") or "")
    for township in district.townships:
        if township.code == code and township.valid_on(scan.on):
            return township.name if scan.language == "zh" else f"{township.pinyin} ({township.name})"
    return code


def axes_shown(scan: Scan) -> dict[str, str]:
    """The axes that the page lists, by their names: the six, or those of a rule set that has others; none where none has a value."""
    if not _has_axes(scan):
        return {}
    return scan.card.get("axis_titles") or phrases(scan.language).AXIS  # type: ignore[return-value]


def _has_axes(scan: Scan) -> bool:
    """Not if there is no colour, which the numbers would seem to make up for, or no axis has a value."""
    axes = scan.card.get("axes")
    return scan.grade != "none" and isinstance(axes, dict) and any(value is not None for value in axes.values())


def _radar(scan: Scan) -> str:
    """The six axes as SVG; nothing if there are no values, or other axes than the six, which make no figure."""
    if not _has_axes(scan) or "axis_titles" in scan.card:
        return ""
    axes = scan.card["axes"]
    from chalicelib.grading.radar import radar_svg

    tenths = {axis: None if axes.get(axis) is None else parse_scaled(axes[axis], TENTHS) for axis in labels.AXIS}
    return radar_svg(tenths, AXIS_ON_RADAR[scan.language], *RADAR_SPOKEN[phrases(scan.language).at])
