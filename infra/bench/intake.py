"""Importing: rows a second from the file to judged events, and the memory it takes; pandas reading the same file is the floor.

Each figure is measured in a process of its own, so that one does not pay for another's memory. Without pandas its figures are null.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

NAME = "intake"
AS_OF = date(2020, 5, 31)
SITES = 8800
TABLES = ("sites", "self_checks")
KILOBYTES = 1024 if sys.platform != "darwin" else 1024 * 1024


def run() -> Iterator[dict[str, object]]:
    """Rows a second and peak megabytes for the register and the self-checks of the full demo district."""
    from chalicelib.register.district import load_district
    from infra.synthetic.district import write

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = write(Path(folder), district=load_district("demo"), sites=SITES, as_of=AS_OF)
        yield figure("write the demo district", round(time.perf_counter() - start, 2), "s", target=8)
        for path, name in summary.files:
            if name in TABLES:
                yield from table_figures(path, name, summary.rows[name])


def table_figures(path: Path, name: str, rows: int) -> Iterator[dict[str, object]]:
    """Ours beside the floor, for one table."""
    ours, floor = apart(planned, path, name), apart(read_by_pandas, path, name)
    yield figure(f"{name}: read, judge, make events", round(rows / ours[0]), "rows/s")
    yield figure(f"{name}: pandas reads only", round(rows / floor[0]) if floor else None, "rows/s")
    yield figure(f"{name}: peak memory", round(ours[1]), "MB")
    yield figure(f"{name}: peak memory of pandas", round(floor[1]) if floor else None, "MB")


def figure(name: str, value: float | None, unit: str, **more: object) -> dict[str, object]:
    return {"bench": NAME, "figure": name, "value": value, "unit": unit, **more}


def apart(measure: Callable[[Path, str], float | None], path: Path, name: str) -> tuple[float, float] | None:
    """Seconds and peak megabytes of a measurement in a fresh process; None if it cannot be made here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, measure, path, name).result()


def measured(measure: Callable[[Path, str], float | None], path: Path, name: str) -> tuple[float, float] | None:
    seconds = measure(path, name)
    return None if seconds is None else (seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / 1e6)


def planned(path: Path, name: str) -> float:
    """Seconds from the file to its judged events."""
    from chalicelib.intake.mapping import load_mapping
    from chalicelib.intake.plan import plan_events
    from chalicelib.intake.read import read_file
    from chalicelib.intake.rows import Context
    from chalicelib.intake.run import IMPORTER
    from chalicelib.register.district import load_district

    district = load_district("demo")
    mapping = load_mapping(district.folder / "mappings" / f"{name}.toml")
    start = time.perf_counter()
    plan_events(read_file(path, mapping.wanted), mapping, Context(b"bench", district, IMPORTER, AS_OF))
    return time.perf_counter() - start


def read_by_pandas(path: Path, name: str) -> float | None:
    """Seconds that pandas takes to read the same file as text; None without pandas."""
    try:
        import pandas
    except ImportError:
        return None
    start = time.perf_counter()
    pandas.read_csv(path, dtype=str, keep_default_na=False)
    return time.perf_counter() - start
