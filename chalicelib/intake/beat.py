"""A second thread that says every few seconds that a run still lives, so that nobody else takes its job up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from chalicelib.errors import SafetyCodeError

LOOK_S = 5.0


@contextmanager
def beating(beat: Callable[[], None], every_s: float = LOOK_S) -> Iterator[None]:
    """Call ``beat`` every few seconds while the block runs. What it meets is met by the run itself at its next step."""
    over = Event()

    def go_on() -> None:
        while not over.wait(every_s):
            with suppress(SafetyCodeError):
                beat()

    thread = Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
