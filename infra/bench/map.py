"""How long a district's map takes to draw, against matplotlib drawing the same cells; what a whole month takes; and a million sites on columns
against polars, in memory that does not grow with them."""

from __future__ import annotations

import gzip
import io
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.register.district import District, load_district
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.columns import SiteColumns, Tally
from chalicelib.riskmap.draw import Cell, draw_map, outlines
from chalicelib.riskmap.outline import hexagon_sheet
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.model import SiteRisk, Standing
from chalicelib.riskmap.pages import render_release
from chalicelib.riskmap.rules import METHODS, RiskRules, load_risk_rules

if TYPE_CHECKING:
    from numpy import ndarray

NAME = "map"
ROUNDS = 200
SITES = 8800
MANY, TOWNSHIPS, CHUNK = 1_000_000, 1_400, 50_000
COLOURS = ("red", "orange", "yellow", "blue", "none")


def run() -> Iterator[dict[str, object]]:
    """Milliseconds per map of both ways, the ratio, the size, and the judge over a whole district."""
    district = load_district("demo")
    cells, sheet = _cells(district), hexagon_sheet(district.townships)
    svg = draw_map(sheet, cells, district.palette, "m", "图", "说明")
    ours = _milliseconds(lambda: draw_map(sheet, cells, district.palette, "m", "图", "说明"), ROUNDS)
    peer = _by_matplotlib(cells, district)
    yield {"figure": "map as SVG, warm", "value": round(ours, 3), "unit": "CPU ms"}
    yield {"figure": "the same cells by matplotlib", "value": peer and round(peer, 1), "unit": "CPU ms"}
    yield {"figure": "matplotlib against ours", "value": peer and round(peer / ours), "unit": "ratio"}
    yield {"figure": "map gzipped", "value": len(gzip.compress((outlines(sheet) + svg).encode(), 9)), "unit": "bytes"}
    documents: list[dict] = []
    yield {"figure": f"judge of a month: inherent grades and 20 townships, {SITES} sites", "value": round(_judge(district, documents)), "unit": "CPU ms"}
    pages = _milliseconds(lambda: render_release("2020-06", documents, district, documents), 1)
    yield {"figure": "pages of the month: 62 HTML, JSON and CSV files for the public and staff, one PNG", "value": round(pages), "unit": "CPU ms"}
    page = render_release("2020-06", documents, district, documents)["public"]["index.html"]
    yield {"figure": "month page gzipped", "value": len(gzip.compress(page, 9)), "unit": "bytes"}
    yield from _many()


def _many() -> Iterator[dict[str, object]]:
    """A million sites in 1,400 townships: time beside polars on the same columns, memory beside the columns of one chunk."""
    rules = load_risk_rules(METHODS / "model-2020.toml")
    chunks = [_chunk(seed, rules) for seed in range(MANY // CHUNK)]
    ours = _milliseconds(lambda: _by_columns(iter(chunks), rules), 1)
    peer = _by_polars(chunks, rules)
    yield {"figure": f"{MANY} sites, {TOWNSHIPS} townships, 7 sectors on columns", "value": round(ours), "unit": "CPU ms"}
    yield {"figure": "the same sums by polars", "value": peer and round(peer), "unit": "CPU ms"}
    yield {"figure": "ours against polars", "value": peer and round(ours / peer, 2), "unit": "ratio"}
    for count in (CHUNK, MANY):
        peak = _peak(count, rules)
        yield {"figure": f"peak memory, {count} sites streamed in chunks of {CHUNK}", "value": round(peak / 1e6, 1), "unit": "MB"}


def _by_columns(chunks: Iterator[SiteColumns], rules: RiskRules) -> object:
    tally = Tally(TOWNSHIPS, rules)
    for chunk in chunks:
        tally.add(chunk)
    return tally.finish()


def _peak(count: int, rules: RiskRules) -> int:
    """Bytes at most in use while sites are made, added and forgotten."""
    tracemalloc.start()
    _by_columns((_chunk(seed, rules) for seed in range(count // CHUNK)), rules)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _chunk(seed: int, rules: RiskRules) -> SiteColumns:
    import numpy

    chance = numpy.random.default_rng(seed)
    score = chance.integers(450, 1001, CHUNK)
    grade = numpy.where(score >= 900, 1, numpy.where(score >= 750, 2, numpy.where(score >= 600, 3, 4)))
    grade[chance.random(CHUNK) < 0.05] = 0
    levels = chance.integers(1, 5, (CHUNK, len(rules.sectors))) * (chance.random((CHUNK, len(rules.sectors))) < 0.4)
    return SiteColumns(chance.integers(0, TOWNSHIPS, CHUNK), levels, grade, score, grade > 0, chance.random(CHUNK) < 0.02)


def _by_polars(chunks: Sequence[SiteColumns], rules: RiskRules) -> float | None:
    """The sums that the tally keeps, sector by sector; what follows from them is small for both. None where it is not installed."""
    try:
        import polars
    except ImportError:
        return None
    import numpy

    columns: dict[str, ndarray] = {name: numpy.concatenate([getattr(chunk, name) for chunk in chunks]) for name in ("township", "grade", "score_tenths", "vetoed")}
    levels = numpy.concatenate([chunk.levels for chunk in chunks])
    frame = polars.DataFrame(columns | {sector.code: levels[:, place] for place, sector in enumerate(rules.sectors)})
    score = polars.when(polars.col("vetoed")).then(polars.min_horizontal("score_tenths", polars.lit(590))).otherwise(polars.col("score_tenths"))
    coded = polars.col("grade") > 0

    def work() -> None:
        lazy = frame.lazy()
        plans = [
            lazy.filter(polars.col(sector.code) > 0)
            .group_by("township")
            .agg(
                polars.len(), polars.col(sector.code).max().alias("top"), coded.sum().alias("coded"), score.filter(coded).sum().alias("scores"),
                (polars.col("grade") == 4).sum().alias("red"), (polars.col(sector.code) * polars.col("grade") >= 12).any().alias("pulled"),
                *[(polars.col(sector.code) == level).sum().alias(f"l{level}") for level in (1, 2, 3, 4)],
            )
            for sector in rules.sectors
        ]  # fmt: skip
        polars.collect_all(plans)

    return _milliseconds(work, 1)


def _cells(district: District) -> list[Cell]:
    return [
        Cell(township.code, township.short, COLOURS[number % 5], "橙 8.4", f"{township.name}：橙 8.4", f"/map/{township.code}.html")
        for number, township in enumerate(district.townships)
    ]


def _by_matplotlib(cells: list[Cell], district: District) -> float | None:
    """The cells as patches with their two texts, saved as SVG; None where matplotlib is not installed."""
    try:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
        from matplotlib.patches import RegularPolygon
    except ImportError:
        return None

    def draw() -> None:
        figure = Figure(figsize=(7, 5))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        for township, cell in zip(district.townships, cells):
            x, y = township.q + township.r / 2, -township.r * 3**0.5 / 2
            axes.add_patch(RegularPolygon((x, y), 6, radius=0.56, facecolor=district.palette[cell.colour].fill, hatch="//"))
            axes.text(x, y + 0.1, cell.short, ha="center")
            axes.text(x, y - 0.15, cell.mark, ha="center")
        axes.autoscale_view()
        figure.savefig(io.BytesIO(), format="svg")

    return _milliseconds(draw, 3)


def _judge(district: District, documents: list[dict]) -> float:
    rules = load_risk_rules(METHODS / "model-2020.toml")
    profiles = [_profile(number) for number in range(SITES)]

    def judge() -> None:
        by_township: dict[str, list[SiteRisk]] = {township.code: [] for township in district.townships}
        codes = list(by_township)
        for number, profile in enumerate(profiles):
            code = codes[number % len(codes)]
            standing = Standing("blue" if number % 9 else "yellow", 950 - number % 200)
            by_township[code].append(SiteRisk(f"S{number:05d}", "示例", code, True, standing, inherent_grades(profile, rules)))
        documents[:] = [assess_township(code, sites, date(2020, 6, 30), rules).to_document() for code, sites in by_township.items()]

    return _milliseconds(judge, 1)


def _profile(number: int) -> dict[str, object]:
    kinds: tuple[dict[str, object], ...] = (
        {"size": "micro"}, {"special_premises": ["spraying"]}, {"size": "designated"},
        {"chemical_type": "trade_with_storage"}, {"higher_risk_industries": ["electroplating"]},
    )  # fmt: skip
    return {"staff": number % 300, "night_shift": number % 7 == 0, "floor_area_m2": number, **kinds[number % 5]}


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    work()
    start = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - start) * 1000 / rounds
