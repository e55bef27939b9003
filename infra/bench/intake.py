"""Importing: rows a second from the file to judged events, and the memory it takes; from the file to the last graded card on a running stack;
pandas reading the same file is the floor.

Each figure of reading is measured in a process of its own, so that one does not pay for another's memory. Without pandas its figures are null.
"""

from __future__ import annotations

import csv
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.stack import Deployed

NAME = "intake"
AS_OF = date(2020, 5, 31)
SITES = 8800
TABLES = ("sites", "self_checks")
LARGE = 500_000
WORKBOOK_ROWS = 50_000
GRADED_ROWS, GRADED_SITES = 9_000, 900
PATIENCE_SECONDS = 900
KILOBYTES = 1024 if sys.platform != "darwin" else 1024 * 1024


def run() -> Iterator[dict[str, object]]:
    """Rows a second and peak megabytes: register and self-checks of the full demo district, a large file, a workbook."""
    from chalicelib.register.district import load_district
    from infra.synthetic.district import write

    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        summary = write(Path(folder), district=load_district("demo"), sites=SITES, as_of=AS_OF)
        yield figure("write the demo district", round(time.perf_counter() - start, 2), "s", target=8)
        for path, name in summary.files:
            if name in TABLES:
                yield from table_figures(path, name, name, summary.rows[name])
        large, workbook = Path(folder) / "large.csv", Path(folder) / "workbook.xlsx"
        write_injuries(large, LARGE)
        yield from table_figures(large, "injuries", f"{LARGE:,} rows in GB18030", LARGE, memory_target=300)
        write_workbook(workbook, WORKBOOK_ROWS)
        yield from table_figures(workbook, "injuries", f"workbook of {WORKBOOK_ROWS:,} rows", WORKBOOK_ROWS)
        graded = Path(folder) / "graded.csv"
        write_table(graded, late_injuries(), "utf-8")
        yield from graded_figures(graded)


def graded_figures(path: Path) -> Iterator[dict[str, object]]:
    """A file onto a running stack of its own, until every card is as new as its newest fact."""
    from infra.bench.apart import apart as own_stack
    from infra.bench.burst import behind
    from infra.local import demo

    title = f"{GRADED_ROWS:,} rows about {GRADED_SITES} sites"
    with own_stack() as home:
        home.up("--sites", str(GRADED_SITES))
        deployed = home.deployed()
        appended, graded = brought_in(deployed, path)
        late = behind(deployed, sorted(card["site_id"] for card in demo.list_cards(deployed)))
    floor = apart(read_by_pandas, path, "injuries")
    yield figure(f"{title}: file to log", round(appended, 2), "s")
    yield figure(f"{title}: file to every card graded", round(graded, 2), "s")
    yield figure(f"{title}: graded", round(GRADED_ROWS / graded), "rows/s")
    yield figure(f"{title}: pandas reads only", round(GRADED_ROWS / floor[0]) if floor else None, "rows/s")
    yield figure(f"{title}: file to graded, times pandas", round(graded / floor[0]) if floor else None, "x")
    yield figure(f"{title}: cards older than their newest fact", len(late), "cards", target=0)


def brought_in(deployed: Deployed, path: Path) -> tuple[float, float]:
    """Seconds from the file to the log, and to the last card."""
    from chalicelib import clock
    from chalicelib.intake.run import import_file
    from chalicelib.intake.store import ImportLog
    from chalicelib.register.district import load_district
    from chalicelib.supervision.store import EventLog
    from infra.local import serve

    settings = deployed.settings()
    district, key = load_district(settings.district), bytes.fromhex(deployed.parameters["IdKey"])
    began = time.perf_counter()
    done = import_file(
        path, district.mapping("injuries"), ImportLog(EventLog(settings.table_prefix)), district=district, id_key=key, today=settings.day(), now=clock.utc_now()
    )
    appended = time.perf_counter()
    if done.new != GRADED_ROWS:
        raise RuntimeError(f"{done.new} of {GRADED_ROWS} rows are new")
    serve.wait_drained(time.time(), PATIENCE_SECONDS, lambda told: None)
    return appended - began, time.perf_counter() - began


def table_figures(path: Path, mapping: str, title: str, rows: int, **targets: float) -> Iterator[dict[str, object]]:
    """Ours beside the floor, for one table."""
    ours, floor = apart(planned, path, mapping), apart(read_by_pandas, path, mapping)
    target = {"target": targets["memory_target"]} if "memory_target" in targets else {}
    yield figure(f"{title}: read, judge, make events", round(rows / ours[0]), "rows/s")
    yield figure(f"{title}: pandas reads only", round(rows / floor[0]) if floor else None, "rows/s")
    yield figure(f"{title}: peak memory", round(ours[1]), "MB", **target)
    yield figure(f"{title}: peak memory of pandas", round(floor[1]) if floor else None, "MB")


def injuries(count: int) -> Iterator[tuple[str, str, int]]:
    """Work injuries, so many, each of another site or day."""
    for number in range(count):
        yield f"S{number % SITES:06d}", (date(2018, 1, 1) + timedelta(days=number // SITES)).isoformat(), 1 + number % 3


def late_injuries() -> Iterator[tuple[str, str, int]]:
    """Ten of each site of the running stack, in its last months: its sites are numbered from 1."""
    for number in range(GRADED_ROWS):
        yield f"S{1 + number % GRADED_SITES:06d}", (date(2020, 6, 30) - timedelta(days=3 * (number // GRADED_SITES))).isoformat(), 1


def write_injuries(path: Path, count: int) -> None:
    write_table(path, injuries(count), "gb18030")


def write_table(path: Path, rows: Iterator[tuple[str, str, int]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("场所编号", "工伤日期", "人数"))
        writer.writerows(rows)


def write_workbook(path: Path, count: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("工伤")
    sheet.append(("场所编号", "工伤日期", "人数"))
    for row in injuries(count):
        sheet.append(row)
    book.save(path)


def figure(name: str, value: float | None, unit: str, **more: object) -> dict[str, object]:
    return {"bench": NAME, "figure": name, "value": value, "unit": unit, **more}


def apart(measure: Callable[[Path, str], float | None], path: Path, name: str) -> tuple[float, float] | None:
    """Seconds and peak megabytes of a measurement in a fresh process; None if it cannot be made here."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, measure, path, name).result()


def measured(measure: Callable[[Path, str], float | None], path: Path, name: str) -> tuple[float, float] | None:
    seconds = measure(path, name)
    return None if seconds is None else (seconds, peak_megabytes())


def peak_megabytes() -> float:
    """This process's own peak. Linux hands ru_maxrss of the parent on to a new program, so the kernel's other figure is read there."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / 1e6


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
    if path.suffix == ".xlsx":
        pandas.read_excel(path, dtype=str, keep_default_na=False)
    else:
        pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="gb18030" if path.name == "large.csv" else "utf-8")
    return time.perf_counter() - start
