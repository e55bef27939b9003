"""The map of a month, or of now, as files: pages, JSON and CSV twins, for the public and for staff. Same documents, same bytes.

Public files carry aggregates only; ids and names of the deciding sites stand in the staff tree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib import clock
from chalicelib.canonical import canonical_json
from chalicelib.register.district import District, Township
from chalicelib.render import render_bytes
from chalicelib.riskmap import maps, present
from chalicelib.riskmap.outline import Sheet, sheet_of
from chalicelib.riskmap.picture import draw_picture
from chalicelib.riskmap.portrait import township_view

Document = Mapping[str, object]
REASON_LISTS = ("inherent_reasons", "governance_reasons", "pull_ups")
COLUMNS = (
    "月份", "镇街代码", "镇街", "综合值T", "综合颜色", "固有风险", "固有颜色", "动态治理", "治理颜色",
    "领域", "权重", "状态", "企业数", "已赋码", "固有值v", "固有等级I", "平均分m", "治理等级G", "风险值R", "领域颜色",
)  # fmt: skip
LAYERS = ("inherent", "governance", "combined")
NOW = "now"


@dataclass(frozen=True, slots=True)
class Edition:
    """What every page of one map shares: what it is of, its district, where its files lie, and the month it is compared with.

    ``month`` is ``YYYY-MM`` or :data:`NOW`; ``day`` the day the townships are those of; ``shown`` what the pages say the data are as of.
    """

    month: str
    day: date
    shown: str
    district: District
    base: str
    documents: tuple[Document, ...]
    previous: Mapping[str, Document]
    compared_with: str | None

    @property
    def is_now(self) -> bool:
        return self.month == NOW

    @property
    def townships(self) -> tuple[Township, ...]:
        return self.district.townships_on(self.day)

    @property
    def sheet(self) -> Sheet:
        return sheet_of(self.district.boundaries, self.townships)

    def township(self, document: Document) -> Township:
        return self.district.township(str(document["township"]), self.day)


def render_release(
    month: str,
    township_documents: Sequence[Document],
    district: District,
    previous: Sequence[Document] | None = None,
    base: str | None = None,
) -> dict[str, dict]:
    """All files of a month: ``{"public": {path: bytes}, "staff": {scope: {path: bytes}}}``, paths relative to the release.

    ``township_documents`` are ``TownshipRisk.to_document()``, in any order; ``previous`` those of the month before.
    ``base`` is the absolute address of the release (``/map/2020-06/r1/``): the pointer page is a copy of ``index.html``.
    """
    day = clock.last_day(month)
    edition = Edition(
        month, day, day.isoformat(), district, base or f"/map/{month}/r1/", _ordered(township_documents), _by_township(previous),
        clock.previous_month(month) if previous else None,
    )  # fmt: skip
    return _files(edition)


def render_now(
    moment: datetime,
    township_documents: Sequence[Document],
    district: District,
    changed: Set[str],
    compared_with: str | None = None,
    previous: Sequence[Document] | None = None,
) -> dict[str, dict]:
    """As :func:`render_release`, for the present: pages over all townships, and of single ones those that ``changed``."""
    shown = moment.strftime("%Y-%m-%d %H:%M")
    edition = Edition(
        NOW, moment.date(), shown, district, f"/map/{NOW}/", _ordered(township_documents), _by_township(previous),
        compared_with if previous else None,
    )  # fmt: skip
    return _files(edition, changed)


def _files(edition: Edition, changed: Set[str] | None = None) -> dict[str, dict]:
    files = {"public": _public(edition, changed), "staff": _staff(edition, changed)}
    files["public"]["map.png"] = files["staff"]["district"]["map.png"] = _picture(edition)
    return files


def _ordered(documents: Sequence[Document]) -> tuple[Document, ...]:
    return tuple(sorted(documents, key=lambda document: str(document["township"])))


def _by_township(documents: Sequence[Document] | None) -> dict[str, Document]:
    return {str(document["township"]): document for document in documents or ()}


def public_document(document: Document) -> dict[str, object]:
    """A township document without names and without the ids of sites and events: counts and reasons stay."""
    kept = {key: value for key, value in document.items() if key != "names"}
    for layer in LAYERS:
        kept[layer] = {**document[layer], "pull_ups": _anonymous(document[layer]["pull_ups"])}  # type: ignore[index,dict-item]
    kept["sectors"] = [
        {**sector, **{name: _anonymous(sector[name]) for name in REASON_LISTS}} for sector in document["sectors"]
    ]
    return kept


def _anonymous(reasons: Sequence[Document]) -> list[dict[str, object]]:
    return [{key: value for key, value in reason.items() if key not in ("sites", "events")} for reason in reasons]


def _public(edition: Edition, changed: Set[str] | None = None) -> dict[str, bytes]:
    documents = [public_document(document) for document in edition.documents]
    files = {
        "index.html": _page("riskmap/month.html", edition, present.month_view(edition, documents, edition.base)),
        "map.json": canonical_json(_twin(edition, documents)),
        "map.csv": _table(edition, documents),
    }
    for document in _those(documents, changed):
        code = str(document["township"])
        files[f"townships/{code}.html"] = _township_page(edition, document, f"{edition.base}index.html", f"{edition.base}townships/{code}.json")
        files[f"townships/{code}.json"] = canonical_json(_twin(edition, [document]))
    return files


def _those(documents: Sequence[Document], changed: Set[str] | None) -> list[Document]:
    return [document for document in documents if changed is None or document["township"] in changed]


def _staff(edition: Edition, changed: Set[str] | None = None) -> dict[str, dict[str, bytes]]:
    district = {
        "index.html": _page("riskmap/month.html", edition, present.month_view(edition, edition.documents, "")),
        "map.json": canonical_json(_twin(edition, edition.documents)),
        "map.csv": _table(edition, edition.documents),
    }
    scopes = {"district": district}
    for document in _those(edition.documents, changed):
        code, twin = str(document["township"]), canonical_json(_twin(edition, [document]))
        district[f"townships/{code}.html"] = _township_page(edition, document, "../index.html", f"{code}.json")
        district[f"townships/{code}.json"] = twin
        scopes[code] = {"index.html": _township_page(edition, document, "/map/", "map.json"), "map.json": twin}
    return scopes


def _picture(edition: Edition) -> bytes:
    title = "实时区域安全状况图" if edition.is_now else f"{present.month_text(edition.month)}区域安全状况图"
    return draw_picture(edition, edition.documents, title)


def _page(template: str, edition: Edition, view: Mapping[str, object]) -> bytes:
    return render_bytes(template, edition.district, {"room": "map", "edition": edition, "view": view})


def _township_page(edition: Edition, document: Document, back: str, twin: str) -> bytes:
    view = township_view(edition, document, edition.township(document))
    return _page("riskmap/township.html", edition, {**view, "back": back, "twin": twin})


def _twin(edition: Edition, documents: Sequence[Document]) -> dict[str, object]:
    return {"schema": 1, "kind": "map", "month": edition.month, "as_of": edition.shown, "district": edition.district.id, "townships": list(documents)}


def _table(edition: Edition, documents: Sequence[Document]) -> bytes:
    """The table as CSV for people with a spreadsheet: words, one line per township and sector, a byte-order mark for the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    words = {code: swatch.word for code, swatch in edition.district.palette.items()} | {"none": ""}
    for document in documents:
        found = [document[layer] for layer in ("combined", "inherent", "governance")]
        layers = [cell for layer in found for cell in (layer["value"], words[layer["colour"]])]  # type: ignore[index]
        for sector in document["sectors"]:  # type: ignore[attr-defined]
            cells = [edition.month, document["township"], edition.township(document).name, *layers]
            cells += [sector["title"], sector["weight"], maps.NOTHING.get(sector["state"], "已评定"), sector["sites"], sector["coded"]]
            cells += [*(sector[key] for key in ("value", "inherent", "mean", "governance", "risk")), words[sector["colour"]]]
            writer.writerow(["" if cell is None else cell for cell in cells])
    return ("\ufeff" + out.getvalue()).encode("utf-8")
