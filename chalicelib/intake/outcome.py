"""What an uploaded file did, over all its runs and its second signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import orjson

from chalicelib.intake.held import Release
from chalicelib.intake.run import Imported

TOLD = ("reading", "notes", "rows", "new", "same", "kinds", "rejected", "corrections", "waiting", "signed", "written", "problem_count")


def counts(done: Imported, before: Mapping[str, object]) -> dict[str, object]:
    """What a job did in all its runs: what an earlier run brought in is new, though this one found it there."""
    if not before:
        return {"new": done.new, "same": done.same, "corrections": done.corrections, "kinds": done.kinds}
    kinds = Counter(before["kinds"]) + Counter(done.kinds)  # type: ignore[arg-type]
    return {
        "new": before["new"] + done.new,  # type: ignore[operator]
        "same": before["same"],
        "corrections": before["corrections"] + done.corrections,  # type: ignore[operator]
        "kinds": dict(sorted(kinds.items())),
    }


def result_after(document: dict[str, object], release: Release, rows: int) -> dict[str, object]:
    """The result of the file with what the second signature added."""
    kinds: dict[str, int] = dict(document.get("kinds") or {})  # type: ignore[call-overload]
    for kind, count in release.kinds.items():
        kinds[kind] = kinds.get(kind, 0) + count
    problems = [*document.get("problems", ()), *({"place": p.place, "column": p.column, "value": p.value, "reason": p.reason} for p in release.problems)]  # type: ignore[misc]
    return {
        **document, "new": document["new"] + release.new, "corrections": document["corrections"] + release.corrections,  # type: ignore[operator]
        "kinds": dict(sorted(kinds.items())), "problems": problems, "problem_count": document["problem_count"] + release.problem_count,  # type: ignore[operator]
        "waiting": 0, "signed": rows - release.problem_count,
    }  # fmt: skip


def load_result(path: Path) -> dict[str, object]:
    """The result file of a job."""
    return orjson.loads(path.read_bytes())
