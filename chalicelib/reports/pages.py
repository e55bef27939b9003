"""What the public sees after a form: the receipt and how a report stands, or what was wrong with it. In two languages."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.code.words import phrases
from chalicelib.errors import BadInput, SafetyCodeError
from chalicelib.http import sentence
from chalicelib.register.district import District
from chalicelib.render import render
from chalicelib.reports.model import spaced


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the page of a receipt shows. ``state`` is a key of :data:`STATE`."""

    number: str
    state: str
    about: str
    on: str
    has_contact: bool
    plate: str
    erased: bool = False


STATE = {
    "received": ("已收到", "Received"),
    "in_progress": ("办理中", "In progress"),
    "found_true": ("查实，已依法处理", "Found true and dealt with"),
    "not_found_true": ("经核查，未发现所反映的情形", "Checked; what was reported was not found"),
    "void": ("已作废（登记有误）", "Void (registered by mistake)"),
}
SAID = {
    "title": ("回执", "Receipt"),
    "keep": ("请记下或截图保存这个编号：凭它在码牌页面的“查询办理情况”里查看结果，或删除您的联系方式。只有您有这个编号。", "Write this number down or keep a picture: with it you can look up what became of your report on the page behind the plate, or erase your contact details. Nobody else has it."),
    "state": ("办理情况", "Where it stands"),
    "sent": ("提交日期", "Sent on"),
    "contact_kept": ("您的联系方式已单独保存，一年后自动删除。", "Your contact details are kept apart and are erased after a year."),
    "contact_none": ("没有保存任何联系方式。", "No contact details are kept."),
    "contact_erased": ("联系方式已删除。", "Your contact details are erased."),
    "erase": ("立即删除我的联系方式", "Erase my contact details now"),
    "again": ("再查一次", "Look again"),
    "back": ("返回该场所的页面", "Back to the site's page"),
    "home": ("返回首页", "Home"),
    "nothing": ("没有保存任何内容。请返回上一页修改后再提交，或{call}。", "Nothing was kept. Go back and correct it, or {call}."),
}  # fmt: skip
REFUSED_EN = {
    "too-many-reports": ("Heard often enough today", "Too many reports for this site or from this connection today. Please come back tomorrow, or telephone."),
    "not-from-a-person": ("Not accepted", "A field that must stay empty was filled in. Please leave it empty, or telephone."),
    "bad-input": ("Please correct the form", "Choose what it is about and write 5 to 500 characters; a receipt number has 16 characters."),
    "not-found": ("Not found", "There is nothing under this number or plate."),
    "plate-not-genuine": ("Not a valid safety code", "Please scan the plate again."),
    "plate-withdrawn": ("Plate withdrawn", "This plate was replaced or revoked. Please scan the new one."),
    "try-again": ("Please try again", "The service is busy. Please try again in a moment."),
}


def receipt_page(receipt: Receipt, district: District, language: str) -> str:
    """The number, how the report stands, and the ways from here."""
    said = phrases(language)
    texts = {name: pair[said.at] for name, pair in SAID.items()}
    shown = {"number": spaced(receipt.number), "state": STATE[receipt.state][said.at]}
    return render("reports/receipt.html", district, t=said, s=texts, receipt=receipt, **shown)


def refusal_page(error: SafetyCodeError, district: District, language: str) -> str:
    """What was wrong, all of it, and what to do."""
    said = phrases(language)
    title, detail = sentence(error.code) if language == "zh" else REFUSED_EN.get(error.code, REFUSED_EN["try-again"])
    problems = error.problems if isinstance(error, BadInput) and language == "zh" else ()
    return render("reports/refusal.html", district, t=said, title=title, detail=detail, problems=problems, nothing=SAID["nothing"][said.at].format(call=district.lines.call(language)), home=SAID["home"][said.at])
