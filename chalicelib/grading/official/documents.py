"""The official algorithms over JSON documents: what an entrance hands in, and the result document it gets back.

Each algorithm has its own fields; a missing, misspelt or ill-typed one is a ``BadInput`` that names it. Numbers with
decimals come as text (a reader of JSON keeps them so), null is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalicelib.errors import BadInput, Problem
from chalicelib.grading.official import accident_level, chemicals_19, gb18218, lec, matrix
from chalicelib.grading.official.figures import Figures
from chalicelib.grading.official.form_19 import load_guideline
from chalicelib.grading.official.substances import load_tables
from chalicelib.grading.rules import Level

Document = Mapping[str, object]
FIELDS = {
    "chemicals-19": ("coverage", "findings"),
    "gb18218": ("exposed", "units"),
    "lec": ("likelihood", "exposure", "consequence"),
    "matrix": ("matrix", "likelihood", "severity"),
    "accident": ("deaths", "serious_injuries", "loss_fen"),
}
OPTIONAL = {"matrix": ("direct",), "accident": ("poisoned",)}


def judge_document(algorithm: str, document: Document, levels: Sequence[Level]) -> dict[str, object]:
    """The result document of one algorithm. ``levels``: the rule set's levels of accident. BadInput names all that is wrong."""
    if algorithm not in JUDGES:
        raise BadInput([Problem("algorithm", "", algorithm[:60], "one of " + ", ".join(JUDGES))])
    figures = Figures()
    required, optional = FIELDS[algorithm], OPTIONAL.get(algorithm, ())
    figures.keys("", document, (*required, *optional))
    for name in required:
        if name not in document:
            figures.wrong(name, None, "is missing; null if unknown")
    figures.refuse()
    return JUDGES[algorithm](document, levels)


def _chemicals_19(document: Document, levels: Sequence[Level]) -> dict[str, object]:
    findings = document["findings"]
    if not isinstance(findings, Mapping):
        raise BadInput([Problem("findings", "", type(findings).__name__, "an object of counts is required")])
    return chemicals_19.diagnose(findings, str(document["coverage"]), load_guideline()).to_document()


def _gb18218(document: Document, levels: Sequence[Level]) -> dict[str, object]:
    figures = Figures()
    units = [_unit(f"units.{place}", unit, figures) for place, unit in enumerate(_list(document["units"], "units", figures), 1)]
    figures.refuse()
    return gb18218.identify(units, document["exposed"], load_tables()).to_document()


def _unit(place: str, unit: object, figures: Figures) -> gb18218.Unit:
    fields = _fields(unit, place, ("name", "holdings"), (), figures)
    holdings = []
    for number, each in enumerate(_list(fields.get("holdings", []), f"{place}.holdings", figures), 1):
        where = f"{place}.holdings.{number}"
        held = _fields(each, where, ("substance", "tonnes"), ("classes",), figures)
        classes = _list(held.get("classes", []), f"{where}.classes", figures)
        holdings.append(gb18218.Holding(str(held.get("substance", "")), held.get("tonnes"), tuple(map(str, classes))))
    return gb18218.Unit(str(fields.get("name", "")), tuple(holdings))


def _lec(document: Document, levels: Sequence[Level]) -> dict[str, object]:
    return lec.assess(document["likelihood"], document["exposure"], document["consequence"], lec.load_scale()).to_document()


def _matrix(document: Document, levels: Sequence[Level]) -> dict[str, object]:
    figures = Figures()
    direct = _list(document.get("direct", []), "direct", figures)
    figures.refuse()
    chosen = matrix.load_matrix(str(document["matrix"]))
    return matrix.assess(document["likelihood"], document["severity"], chosen, tuple(map(str, direct))).to_document()


def _accident(document: Document, levels: Sequence[Level]) -> dict[str, object]:
    return accident_level.judge(accident_level.Casualties(**document), levels).to_document()


def _list(value: object, place: str, figures: Figures) -> Sequence[object]:
    if isinstance(value, list):
        return value
    figures.wrong(place, value, "a list is required")
    return ()


def _fields(value: object, place: str, required: Sequence[str], optional: Sequence[str], figures: Figures) -> Document:
    if not isinstance(value, Mapping):
        figures.wrong(place, value, "an object is required")
        return {}
    figures.keys(place, value, (*required, *optional))
    for name in required:
        if name not in value:
            figures.wrong(f"{place}.{name}", None, "is missing; null if unknown")
    return value


JUDGES: dict[str, Callable[[Document, Sequence[Level]], dict[str, object]]] = {
    "chemicals-19": _chemicals_19,
    "gb18218": _gb18218,
    "lec": _lec,
    "matrix": _matrix,
    "accident": _accident,
}
