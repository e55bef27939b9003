"""What waits for a second signature 待会签 of an uploaded file, as the sheet that the second officer goes through: every fact, however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from chalicelib.desk.words import in_words, vocabulary_words, words_of_values
from chalicelib.export.model import Column
from chalicelib.export.write import write_csv
from chalicelib.register.district import District
from chalicelib.supervision.vocabulary import load_vocabulary

COLUMNS = (
    Column("行", "row", type="whole"), Column("记录", "kind"), Column("日期", "on"), Column("原来", "before"), Column("现在", "after"),
    Column("对象编号", "subject"), Column("对象", "whose"),
)  # fmt: skip
ALONG, EMPTY = "随同", "（空）"


def write_waiting(path: Path, told: Iterable[Mapping], district: District, base_url: str) -> int:
    """A row for each fact, as :meth:`chalicelib.intake.held.Held.told` tells it; how many. A site is named by its page at the desk."""
    townships = {township.code: township.name for township in district.townships}
    return write_csv(path, COLUMNS, (_row(one, townships, base_url) for one in told))


def _row(one: Mapping, townships: Mapping[str, str], base_url: str) -> tuple[object, ...]:
    """A new fact has nothing before it; what goes along with a correction keeps its words, and has neither."""
    changes = one["changes"]
    after = words_of_values(one["says"]) if "says" in one else _side(changes, 1)
    subject = one["subject_id"]
    whose = f"{base_url}/desk/#/site/{subject}" if one["scope"] == "site" else townships.get(subject, "")
    return one["row"] or ALONG, load_vocabulary().kinds[one["kind"]].title, one["on"], _side(changes, 0), after, subject, whose


def _side(changes: Mapping[str, list], side: int) -> str:
    titles = vocabulary_words()["field"]
    return "；".join(f"{titles.get(name, name)}：{EMPTY if both[side] in (None, '') else in_words(both[side])}" for name, both in changes.items())
