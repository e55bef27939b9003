"""Every sentence of the public pages behind a plate, in Chinese and in English, side by side so that none is missing.

A name that the register holds (an enterprise, a township's Chinese name) is shown as it is registered, in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from chalicelib import labels
from chalicelib.register.district import Swatch

LANGUAGES = ("zh", "en")
TAG = {"zh": "zh-CN", "en": "en"}

GRADE_EN = {"red": "Red", "orange": "Orange", "yellow": "Yellow", "blue": "Blue", "none": "No code"}
MEANING_EN = {
    "red": "High risk: key supervision, rectify at once",
    "orange": "Elevated risk: closer supervision, rectify by a deadline",
    "yellow": "Moderate risk: needs attention and steady improvement",
    "blue": "In good order: keep checking and correcting",
    "none": "Assessment not complete: there is no conclusion",
}
AXIS_EN = {"P": "Process", "E": "Equipment", "W": "Workplace", "B": "Behaviour", "M": "Management", "H": "Hazards, emergency"}
STATE_EN = {"operating": "operating", "suspended": "suspended", "closed": "closed", "moved_out": "moved out", "merged": "merged into another record"}

FLAG = {
    "appeal": ("申诉中", "Under appeal"),
    "assessment_expired": ("评定已过期", "Assessment expired"),
    "self_assessed": ("部分为企业自评", "Partly self-assessed"),
    "many_not_applicable": ("空项过多", "Many items not applicable"),
    "override": ("人工调整", "Adjusted by hand"),
    "new_items": ("含新增条款", "New items in the rules"),
}
FLAG_MEANING = {
    "appeal": ("企业对评定有异议，正由区级受理；颜色在决定前不变。", "The enterprise contests the assessment. The colour stays until the district decides."),
    "assessment_expired": ("最近一次全面评定已超过有效期，须重新评定。", "The last full assessment is past its term; a new one is required."),
    "self_assessed": (
        "有条款近 12 个月没有检查人员的结论，暂以企业自评为准。",
        "Some items have had no inspector's finding for 12 months; the enterprise's own statement is used meanwhile.",
    ),
    "many_not_applicable": ("不适用条款超过 20 分，得分由其余条款折算。", "Items worth over 20 points do not apply; the score is scaled from the others."),
    "override": ("颜色经两人签署调整，依据和期限已登记。", "The colour was adjusted under two signatures; basis and expiry are on record."),
    "new_items": ("规则新增的条款将在下次全面评定时纳入。", "New items of the rules count from the next full assessment."),
}
WHY_NONE = {
    "suspended": ("该场所已停产，停产期间不赋码。", "The site is suspended and has no code meanwhile."),
    "closed": ("该场所已注销，不再赋码。", "The site is closed and has no code any more."),
    "moved_out": ("该场所已迁出本辖区，不再赋码。", "The site has moved out of this district and has no code any more."),
    "merged": ("该档案已并入同一场所的另一份档案，请以新码牌为准。", "This record was merged into another one of the same site, whose plate counts."),
}

PAIRS = {
    "safety_code": ("安全码", "Safety Code"),
    "came_from": (
        "您扫描的是“{name}”的码牌，该档案已并入本场所，以下为本场所的安全码。",
        "The plate you scanned is of “{name}”; that record was merged into this site, whose code follows.",
    ),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("主导航", "Main"),
    "map": ("风险图", "Risk map"),
    "index": ("发展指数", "Index"),
    "method": ("方法说明", "Method"),
    "privacy": ("隐私", "Privacy"),
    "other_language": ("English", "中文"),
    "large_type": ("大字版", "Large type"),
    "normal_type": ("标准字号", "Normal type"),
    "display": ("显示方式", "Display"),
    "printed": (
        "本页打印的是 {day} 的情况，颜色会变，纸不会变。最新情况请扫现场码牌，或打开",
        "Printed as of {day}. The colour changes, paper does not: for the present state scan the plate at the gate, or open",
    ),
    "not_registered": ("未登记", "not registered"),
    "grade": ("安全等级", "Safety grade"),
    "due": ("待更新", "Update due"),
    "due_says": (
        "此评定应在 {day} 前更新，以下颜色可能已经改变。",
        "This assessment was due for an update by {day}; the colour below may have changed.",
    ),
    "veto": ("有 {count} 项一票否决情形，不论得分直接评为红码。", "{count} veto condition(s) hold: red whatever the score."),
    "evidence": ("评定依据", "Evidence"),
    "no_evidence": ("尚无检查人员或专家的评定结论", "No finding of an inspector or expert yet"),
    "age_before": ("，距今", ","),
    "age_after": ("天", "days old"),
    "old": ("（超过 180 天，依据偏旧）", " (over 180 days: dated)"),
    "very_old": ("（超过一年，仅供参考）", " (over a year: for reference only)"),
    "assessed_on": ("评定日期", "Assessed on"),
    "next": ("下次评定不晚于", "Next by"),
    "next_never": ("不再评定", "none any more"),
    "next_resumed": ("复产后评定", "after resumption"),
    "next_pending": ("待完成评定", "once completed"),
    "next_events": ("随事件更新", "with events"),
    "coverage": ("依据覆盖率", "Coverage"),
    "dates_gloss": (
        "评定日期：最近一次按在案记录核算等级的日期。",
        "Assessed on: the day the grade was last worked out from the records.",
    ),
    "coverage_gloss": (
        "依据覆盖率：应评分值中，在评定有效期内由检查人员或专家核定的比例。",
        " Coverage: the share of applicable points that an inspector or expert has verified within the term of an assessment.",
    ),
    "contested": ("对评定有异议", "Contested"),
    "clock": ("第 {day}/{days} 个工作日", "Working day {day} of {days}"),
    "clock_before": ("已提交，自下一个工作日起算（共 {days} 个工作日）", "Filed; the clock starts on the next working day ({days} working days)"),
    "clock_late": ("已超过 {days} 个工作日的期限，仍未决定", "Past the term of {days} working days and not decided"),
    "clock_unknown": ("期限待节假日安排公布后计算", "The term is counted once the holidays are announced"),
    "township": ("待镇街提出意见", "awaiting the township's opinion"),
    "district": ("待区级作出决定", "awaiting the district's decision"),
    "filed": ("{day} 提出申诉，", "Filed on {day}, "),
    "contested_says": (
        "决定由未参与检查的人员作出，此前颜色不变；因事故的一票否决不因申诉而暂停。",
        "Somebody who took no part in the inspection decides; until then the colour stays. A veto for an accident is not suspended.",
    ),
    "reply": ("企业说明", "The enterprise's reply"),
    "reply_says": ("以下为企业自己的说法，不改变等级。", "The enterprise's own words; they do not change the grade."),
    "supervision": ("监管情况", "Supervision"),
    "open_hazards": ("未销号隐患", "Open hazards"),
    "vetoes": ("一票否决", "Vetoes"),
    "caps": ("限级情形", "Caps"),
    "one": ("条", ""),
    "item": ("项", ""),
    "last_inspection": ("最近一次检查", "Last inspection"),
    "last_self_check": ("最近一次企业自查", "Last self-check"),
    "no_record": ("无记录", "none on record"),
    "limits_gloss": (
        "一票否决情形不论得分，直接为红码；限级情形使颜色不优于规定的等级。",
        "A veto makes the code red whatever the score; a cap keeps it from being better than a set colour. ",
    ),
    "which": ("有哪些情形", "Which are they?"),
    "trend": ("近 12 个月", "Last 12 months"),
    "trend_says": (
        "每月末的颜色，按现行规则和现有记录重新核算；柱越高越好。",
        "The colour at each month's end, worked out anew from what is on record today; higher is better.",
    ),
    "trend_absent": ("未入库", "not registered"),
    "now": ("现在", "now"),
    "radar": ("六维安全画像", "Six dimensions"),
    "axes": ("各项得分", "Points by dimension"),
    "radar_table": ("各维度得分，满分 100", "Points of each dimension, of 100"),
    "not_applicable": ("不适用", "n/a"),
    "not_means": ("颜色不代表什么", "What the colour does not mean"),
    "not_1": (
        "{best}不等于没有风险或不会发生事故；{worst}不等于违法，也不是行政处罚。",
        "{best} does not mean free of risk or accidents; {worst} does not mean unlawful and is no penalty.",
    ),
    "not_2": (
        "颜色只反映截至评定日期、已记录在案的事实；依据越旧，参考价值越低（斜纹提示）。",
        "The colour reflects only what was on record on the day of assessment; the older the evidence, the less it says (hatching).",
    ),
    "not_3": (
        "颜色不是许可、认证或政府背书，不评价产品质量、食品安全或信用。",
        "It is no licence, certificate or endorsement and says nothing on product quality, food safety or credit.",
    ),
    "not_4a": ("评分方法是公开的", "The method is a published "),
    "not_4b": ("示范标准", "model standard"),
    "not_4c": ("，不是任何国家或地方标准。", ", not a national or local standard."),
    "report": ("发现隐患，请反映", "Seen a hazard? Tell us"),
    "urgent": ("紧急情况请先撤离，再{call}。", "In an emergency leave first, then {call}."),
    "online": ("在线反映隐患，或指出本页错误", "Report a hazard, or an error on this page"),
    "about": ("反映什么", "What is it about?"),
    "hazard": ("安全隐患", "A hazard here"),
    "error": ("本页信息有误", "An error on this page"),
    "what": ("请写明地点和情况", "Where is it, and what is wrong?"),
    "contact": ("联系方式（可不填）", "How to reach you (optional)"),
    "trap": ("此栏请留空", "Leave this empty"),
    "send": ("提交", "Send"),
    "protection": (
        "可以匿名。联系方式与内容分开保存，不公开、不告诉被反映的企业，凭回执编号可随时删除；文字中的手机号、证件号会自动隐去。",
        "You may stay anonymous. Contact details are kept apart, never published or told to the enterprise, and you can erase them "
        "with your receipt number. Telephone and identity numbers in the text are masked.",
    ),
    "receipt_look_up": ("查询办理情况", "Look up a report"),
    "receipt_number": ("回执编号", "Receipt number"),
    "look_up": ("查询", "Look up"),
    "machine": ("机器可读：", "Machine-readable: "),
    "badge": ("徽标", "badge"),
    "staff": ("工作人员入口", "Staff"),
    "foot_method": ("评分方法：示范标准（版本化数据，含依据与出处）。", "Method: a model standard (versioned data with its sources). "),
}
RADAR_SPOKEN = (("六维雷达图", "无适用项"), ("Radar of six dimensions", "not applicable"))


def grade_words(language: str, palette: Mapping[str, Swatch]) -> dict[str, str]:
    """What the grades are called where this palette holds: its colour words; no code is no colour."""
    if language == "en":
        return {code: palette[code].english or word for code, word in GRADE_EN.items()}
    return labels.grade_words({code: swatch.word for code, swatch in palette.items()})


def words(language: str, palette: Mapping[str, Swatch]) -> SimpleNamespace:
    """The words of a page: :func:`phrases`, and ``t.GRADE``, what the grades are called where this palette holds."""
    return SimpleNamespace(**vars(phrases(language)), GRADE=grade_words(language, palette))


def phrases(language: str) -> SimpleNamespace:
    """The words of a language that name no colour: ``t.report`` and so on, and ``t.MEANING``, ``t.AXIS``, ``t.STATE`` by code."""
    at = LANGUAGES.index(language)
    own = {"zh": (labels.GRADE_MEANING, labels.AXIS, labels.STATE), "en": (MEANING_EN, AXIS_EN, STATE_EN)}[language]
    tables = dict(zip(("MEANING", "AXIS", "STATE"), own, strict=True))
    return SimpleNamespace(language=language, tag=TAG[language], at=at, **tables, **{name: pair[at] for name, pair in PAIRS.items()})
