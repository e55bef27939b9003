"""How long a district's hexagon map takes to draw, against matplotlib drawing the same cells, and what the map's judge takes."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Callable, Iterator
from datetime import date

from chalicelib.register.district import District, load_district
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.draw import Cell, draw_map
from chalicelib.riskmap.outline import hexagon_sheet
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.model import SiteRisk, Standing
from chalicelib.riskmap.rules import METHODS, load_risk_rules

NAME = "map"
ROUNDS = 200
SITES = 8800
COLOURS = ("red", "orange", "yellow", "blue", "none")


def run() -> Iterator[dict[str, object]]:
    """Milliseconds per map of both ways, the ratio, the size, and the judge over a whole district."""
    district = load_district("demo")
    cells = _cells(district)
    svg = draw_map(cells, district.palette, "m", "图", "说明")
    ours = _milliseconds(lambda: draw_map(cells, district.palette, "m", "图", "说明"), ROUNDS)
    peer = _by_matplotlib(cells, district)
    yield {"bench": NAME, "figure": "hexagon map as SVG, warm", "value": round(ours, 3), "unit": "CPU ms"}
    yield {"bench": NAME, "figure": "the same cells by matplotlib", "value": peer and round(peer, 1), "unit": "CPU ms"}
    yield {"bench": NAME, "figure": "matplotlib against ours", "value": peer and round(peer / ours), "unit": "ratio"}
    yield {"bench": NAME, "figure": "hexagon map gzipped", "value": len(gzip.compress(svg.encode(), 9)), "unit": "bytes"}
    yield {"bench": NAME, "figure": f"inherent grades and 20 townships, {SITES} sites", "value": round(_judge(district)), "unit": "CPU ms"}


def _cells(district: District) -> list[Cell]:
    return [
        Cell(township.short, township.q, township.r, COLOURS[number % 5], "橙 8.4", f"{township.name}：橙 8.4", f"/map/{township.code}.html")
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
        for cell in cells:
            x, y = cell.q + cell.r / 2, -cell.r * 3**0.5 / 2
            axes.add_patch(RegularPolygon((x, y), 6, radius=0.56, facecolor=district.palette[cell.colour].fill, hatch="//"))
            axes.text(x, y + 0.1, cell.short, ha="center")
            axes.text(x, y - 0.15, cell.mark, ha="center")
        axes.autoscale_view()
        figure.savefig(io.BytesIO(), format="svg")

    return _milliseconds(draw, 3)


def _judge(district: District) -> float:
    rules = load_risk_rules(METHODS / "model-2020.toml")
    profiles = [_profile(number) for number in range(SITES)]

    def judge() -> None:
        by_township: dict[str, list[SiteRisk]] = {township.code: [] for township in district.townships}
        codes = list(by_township)
        for number, profile in enumerate(profiles):
            code = codes[number % len(codes)]
            standing = Standing("blue" if number % 9 else "yellow", 950 - number % 200)
            by_township[code].append(SiteRisk(f"S{number:05d}", "示例", code, True, standing, inherent_grades(profile, rules)))
        for code, sites in by_township.items():
            assess_township(code, sites, date(2020, 6, 30), rules).to_document()

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
