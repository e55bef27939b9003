"""What the scan page says, worked out from the public card alone: ages, freshness, words. Pure; computes no grade.

The card document holds only what the public may see (docs/architecture.md); its grade is read, never worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib import labels

OLD_DAYS = 180
VERY_OLD_DAYS = 365
SCHEMA = 1

FLAG = {
    "appeal": "申诉中",
    "assessment_expired": "评定已过期",
    "self_assessed": "部分为企业自评",
    "many_not_applicable": "空项过多",
    "override": "人工调整",
    "new_items": "含新增条款",
}
FLAG_MEANING = {
    "appeal": "企业对评定有异议，正由区级受理；颜色在决定前不变。",
    "assessment_expired": "最近一次全面评定已超过有效期，须重新评定。",
    "self_assessed": "有条款近 12 个月没有检查人员的结论，暂以企业自评为准。",
    "many_not_applicable": "不适用条款超过 20 分，得分由其余条款折算。",
    "override": "颜色经两人签署调整，依据和期限已登记。",
    "new_items": "规则新增的条款将在下次全面评定时纳入。",
}
ABOUT_THE_SCORE = frozenset({"assessment_expired", "self_assessed", "many_not_applicable", "new_items"})
FRESH, OLD, VERY_OLD, UNKNOWN = "fresh", "old", "very-old", "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything the page and its JSON twin show of one site on one day."""

    card: Mapping[str, object]
    on: date

    @property
    def grade(self) -> str:
        return str(self.card["grade"])

    @property
    def out_of_date(self) -> bool:
        """A day on which time alone may have changed the colour has come, and no later assessment is here: 待更新."""
        review_on = self.card.get("review_on")
        return review_on is not None and str(review_on) <= self.on.isoformat()

    @property
    def evidence_age_days(self) -> int | None:
        """Days since the last finding of an inspector or expert; None if there never was one."""
        return _days_since(self.card.get("evidence_on"), self.on)

    @property
    def freshness(self) -> str:
        """``fresh``, ``old`` (over 180 days, hatched), ``very-old`` (over 365, doubly hatched) or ``unknown``."""
        age = self.evidence_age_days
        if age is None:
            return UNKNOWN
        return VERY_OLD if age > VERY_OLD_DAYS else OLD if age > OLD_DAYS else FRESH

    @property
    def flags(self) -> list[dict[str, str]]:
        """Flags with their word and meaning; one that has no word yet is shown by its code, never dropped.

        Without a colour nothing is said about how good the evidence for one is.
        """
        codes: list[str] = self.card.get("flags") or []  # type: ignore[assignment]
        said = [code for code in codes if self.grade != "none" or code not in ABOUT_THE_SCORE]
        return [{"code": code, "word": FLAG.get(code, code), "meaning": FLAG_MEANING.get(code, "")} for code in said]

    @property
    def next_assessment(self) -> str:
        """The day by which the colour is worked out anew; in words where no day is fixed, or it waits for somebody."""
        if str(self.card.get("state")) in WHY_NONE:
            return "不再评定" if self.card.get("state") != "suspended" else "复产后评定"
        if self.grade == "none":
            return "待完成评定"
        return str(self.card.get("review_on") or "随事件更新")

    @property
    def veto(self) -> str:
        """That a veto decided, not the score; empty where none did."""
        return f"有 {self.card['vetoes']} 项一票否决情形，不论得分直接评为红码。" if self.grade == "red" and self.card.get("vetoes") else ""

    @property
    def why_none(self) -> str:
        """Why there is no colour, in one sentence; empty if there is one."""
        if self.grade != "none":
            return ""
        return WHY_NONE.get(str(self.card.get("state")), labels.GRADE_MEANING["none"] + "。")


WHY_NONE = {
    "suspended": "该场所已停产，停产期间不赋码。",
    "closed": "该场所已注销，不再赋码。",
    "moved_out": "该场所已迁出本辖区，不再赋码。",
}


def twin(scan: Scan) -> dict[str, object]:
    """The JSON twin of the page: the card as it is, and what the page worked out from it."""
    return {
        **scan.card,
        "grade_word": labels.GRADE[scan.grade],
        "shown_on": scan.on.isoformat(),
        "out_of_date": scan.out_of_date,
        "evidence_age_days": scan.evidence_age_days,
        "freshness": scan.freshness,
    }


def percent(ratio: object) -> str:
    """A share as the card gives it (a text such as ``"87.5"``, already in percent) with its sign; a dash if unknown."""
    return "—" if ratio is None else f"{ratio}%"


def _days_since(day: object, on: date) -> int | None:
    return None if not day else (on - date.fromisoformat(str(day))).days
