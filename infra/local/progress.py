"""What a long command tells while it works: each step with the time since the start, counts on one line where a terminal is."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Writes to standard error, so that standard output stays for results."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.started = time.monotonic()
        self._stream = stream
        self._last_count = 0.0
        self._counted: tuple[str, int] = ("", 0)
        self._open_line = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def __call__(self, line: str) -> None:
        """One step."""
        self._end_line()
        print(f"[{self.seconds:6.1f} s] {line}", file=self._stream, flush=True)

    def count(self, what: str, done: int, total: int) -> None:
        """How far a step is: twice a second on a terminal, every ten seconds elsewhere, and at the end."""
        terminal = self._stream.isatty()
        now = time.monotonic()
        if (what, done) == self._counted or (done < total and now - self._last_count < (0.5 if terminal else 10)):
            return
        self._last_count, self._counted = now, (what, done)
        line = f"[{self.seconds:6.1f} s]   {what}: {done:,} of {total:,}"
        self._stream.write(f"\r{line:<78}" if terminal else line + "\n")
        self._stream.flush()
        self._open_line = terminal

    def _end_line(self) -> None:
        if self._open_line:
            self._stream.write("\n")
            self._open_line = False
