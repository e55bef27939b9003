"""The log as an import needs it: what stands under some keys, appending, and a subject's events when one is corrected or tells of a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

Key = tuple[str, str]


class Log(Protocol):
    """What every import needs."""

    def append(self, events: Iterable[Event], now: datetime) -> object: ...

    def find_texts(self, keys: Sequence[Key]) -> dict[Key, str]: ...


class WholeLog(Log, Protocol):
    """What a correction and facts about a month need besides: what else stands in the subject's log."""

    def list_events(self, subject: str) -> tuple[Event, ...]: ...
