"""The scan page and the pages that refuse: one template each, complete without JavaScript."""

from __future__ import annotations

from chalicelib import labels
from chalicelib.code.page import Scan, percent
from chalicelib.errors import SafetyCodeError
from chalicelib.exact import TENTHS, parse_scaled
from chalicelib.http import sentence
from chalicelib.register.district import District
from chalicelib.render import render

# The table beside the drawing has the full words; the drawing has no room for the longest.
AXIS_ON_RADAR = {**labels.AXIS, "H": "隐患应急"}


def scan_page(scan: Scan, district: District) -> str:
    """The page of one site: the grade as word, shape, colour and pattern, and how good the evidence behind it is."""
    return render(
        "code/scan.html",
        district,
        scan=scan,
        card=scan.card,
        township=_township_name(scan, district),
        radar=_radar(scan),
        coverage=percent(scan.card.get("coverage")),
    )


def refusal_page(error: SafetyCodeError, district: District) -> str:
    """What to do about a plate that is not genuine, withdrawn, unknown or cannot be read now."""
    title, detail = sentence(error.code)
    return render("code/refusal.html", district, title=title, detail=detail, advice=ADVICE.get(error.code, ()), status=error.status)


ADVICE = {
    "plate-not-genuine": (
        "用手机相机重新扫描现场码牌，不要手工抄写网址。",
        "核对网址的域名是否为本区公布的域名；不要在可疑页面填写任何信息。",
        "码牌破损、被覆盖或疑似伪造，请拨打 12350 反映。",
    ),
    "plate-withdrawn": ("请扫描现场新的码牌。", "如现场仍张贴旧码牌，请拨打 12350 反映。"),
    "not-found": ("该场所的档案可能刚刚建立，请稍后再扫。", "如一直无法显示，请拨打 12350 反映。"),
    "try-again": ("请等几秒后刷新本页。",),
}


def _township_name(scan: Scan, district: District) -> str:
    """The township's name on the day; its code where the district does not know it."""
    code = str(scan.card.get("township") or "")
    names = [township.name for township in district.townships if township.code == code and township.valid_on(scan.on)]
    return names[0] if names else code


def _radar(scan: Scan) -> str:
    """The six axes as SVG; nothing if there is no colour, which the numbers would seem to make up for, or no axis has a value."""
    axes = scan.card.get("axes")
    if scan.grade == "none" or not isinstance(axes, dict) or all(value is None for value in axes.values()):
        return ""
    from chalicelib.grading.radar import radar_svg

    tenths = {axis: None if axes.get(axis) is None else parse_scaled(axes[axis], TENTHS) for axis in labels.AXIS}
    return radar_svg(tenths, AXIS_ON_RADAR)
