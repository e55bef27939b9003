"""The demo district through the real import path: every table of a summary, in order, by the district's own mappings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.intake.run import Imported, Progress, import_file
from chalicelib.intake.store import Log
from chalicelib.register.district import District
from infra.synthetic.book import Summary


def import_tables(
    summary: Summary,
    log: Log,
    *,
    district: District,
    id_key: bytes,
    today: date,
    now: datetime,
    progress: Progress = lambda stage, done, total: None,
) -> Iterator[Imported]:
    """Import the tables one after the other, telling of each as it is done. Errors as :func:`chalicelib.intake.run.import_file`."""
    for path, name in summary.files:
        yield import_file(path, district.mapping(name), log, district=district, id_key=id_key, today=today, now=now, progress=progress)
