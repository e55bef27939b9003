"""What was read over in the cells of a table, counted by column, with the first rows where it stands: for people who look it up."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST_ROWS = 5


@dataclass
class Notes:
    """How often each note was made on a column, and where first."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, column: str, note: str, row: int) -> None:
        count = self.counts[column, note] = self.counts.get((column, note), 0) + 1
        if count <= FIRST_ROWS:
            self.rows.setdefault((column, note), []).append(row)

    def lines(self) -> tuple[str, ...]:
        """``统一社会信用代码：2格…（第3、9行）``, a line for each note of each column."""
        return tuple(self._line(*key) for key in sorted(self.counts))

    def _line(self, column: str, note: str) -> str:
        count, rows = self.counts[column, note], "、".join(map(str, self.rows[column, note]))
        return f"{column}：{count}格{note}（第{rows}行{'等' if count > FIRST_ROWS else ''}）"
