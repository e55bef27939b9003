"""What the scan page says, worked out from the public card alone: ages, freshness, clocks. Pure; computes no grade.

The card document holds only what the public may see (docs/architecture.md); its grade is read, never worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.code.words import FLAG, FLAG_MEANING, WHY_NONE, grade_words, phrases
from chalicelib.register.district import Swatch

OLD_DAYS = 180
VERY_OLD_DAYS = 365
SCHEMA = 1
ABOUT_THE_SCORE = frozenset({"assessment_expired", "self_assessed", "many_not_applicable", "new_items"})
FRESH, OLD, VERY_OLD, UNKNOWN = "fresh", "old", "very-old", "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything the page and its JSON twin show of one site on one day. ``plate`` is the token that was scanned, ``address`` where
    it leads: for a printed page, which cannot be clicked.

    ``came_from`` is the name of the record whose plate it is, where that one was merged into this one.
    """

    card: Mapping[str, object]
    on: date
    plate: str = ""
    language: str = "zh"
    came_from: str = ""
    address: str = ""

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

        Without a colour nothing is said about how good the evidence for one is. An appeal whose clock is on the page is not said twice.
        """
        at = phrases(self.language).at
        said = [code for code in self.card.get("flags") or [] if self.grade != "none" or code not in ABOUT_THE_SCORE]  # type: ignore[attr-defined]
        shown = [code for code in said if code != "appeal" or not self.card.get("appeal")]
        return [{"code": code, "word": FLAG.get(code, (code, code))[at], "meaning": FLAG_MEANING.get(code, ("", ""))[at]} for code in shown]

    @property
    def next_assessment(self) -> str:
        """The day by which the colour is worked out anew; in words where no day is fixed, or it waits for somebody."""
        said = phrases(self.language)
        if str(self.card.get("state")) in WHY_NONE:
            return said.next_never if self.card.get("state") != "suspended" else said.next_resumed
        if self.grade == "none":
            return said.next_pending
        return str(self.card.get("review_on") or said.next_events)

    @property
    def veto(self) -> str:
        """That a veto decided, not the score; empty where none did."""
        vetoed = self.grade == "red" and self.card.get("vetoes")
        return phrases(self.language).veto.format(count=self.card["vetoes"]) if vetoed else ""

    @property
    def why_none(self) -> str:
        """Why there is no colour, in one sentence; empty if there is one."""
        if self.grade != "none":
            return ""
        said = phrases(self.language)
        own = WHY_NONE.get(str(self.card.get("state")))
        return own[said.at] if own else said.MEANING["none"] + ("。" if self.language == "zh" else ".")

    @property
    def appeal_day(self) -> int | None:
        """The working day of the appeal's clock today: 0 before it starts, one beyond the last when it is late; None if unknown."""
        days = (self.card.get("appeal") or {}).get("days")  # type: ignore[attr-defined]
        if not days:
            return None
        today = self.on.isoformat()
        return sum(day <= today for day in days) + (today > days[-1])

    @property
    def clock(self) -> str:
        """The appeal's clock in words; empty where nothing is contested."""
        appeal: Mapping[str, object] = self.card.get("appeal") or {}  # type: ignore[assignment]
        if not appeal:
            return ""
        said, number, days = phrases(self.language), self.appeal_day, len(appeal.get("days") or ())  # type: ignore[arg-type]
        if number is None:
            return said.clock_unknown
        if number == 0:
            return said.clock_before.format(days=days)
        return said.clock_late.format(days=days) if number > days else said.clock.format(day=number, days=days)


def twin(scan: Scan, palette: Mapping[str, Swatch]) -> dict[str, object]:
    """The JSON twin of the page: the card as it is, and what the page worked out from it."""
    return {
        **scan.card,
        "grade_word": grade_words("zh", palette)[scan.grade],
        "grade_word_en": grade_words("en", palette)[scan.grade],
        "shown_on": scan.on.isoformat(),
        "out_of_date": scan.out_of_date,
        "evidence_age_days": scan.evidence_age_days,
        "freshness": scan.freshness,
        "appeal_day": scan.appeal_day,
        **({"merged_from": scan.came_from} if scan.came_from else {}),
    }


def _days_since(day: object, on: date) -> int | None:
    return None if not day else (on - date.fromisoformat(str(day))).days
