"""The month's index as files: leaderboard, township pages, method, JSON and CSV twins, for the public and for staff.

Public files carry counts only; case ids and the names behind them stand in the staff tree (domain §13.14).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.canonical import canonical_json
from chalicelib.exact import HUNDREDTHS, text_of
from chalicelib.index import firm, present
from chalicelib.index.bulletin import Issue, bulletin
from chalicelib.index.draw import middle_of, radar, scale
from chalicelib.index.focus import district_document
from chalicelib.index.focus_view import district_view, supervision_rules
from chalicelib.index.maps import index_map, key_view
from chalicelib.index.edition import STATUS, changes_view, edition_view
from chalicelib.index.opendata import HEAD, open_files
from chalicelib.index.result import public_document
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.register.district import District
from chalicelib.render import render_bytes

Document = Mapping
Labels = Mapping[str, Mapping[str, str]]
# Pages of a release that the list of months leads to beside its front page.
BESIDE = {"district.html": "薄弱指标与差异化监管", "changes.html": "与上一版的差别", "bulletin.pdf": "月报 PDF"}


@dataclass(frozen=True, slots=True)
class Cover:
    """A release as its pages name it: the address of its public files, its revision, the one before it, what changed since,
    the digest of what went in."""

    base: str
    revision: int = 1
    replaces: int | None = None
    changes: Document | None = None
    inputs: str = ""


@dataclass(frozen=True)
class Sheet:
    """What every page of one tree shares. ``base`` is where its files lie, absolute for the public, relative for staff."""

    result: Document
    district: District
    rules: IndexRules
    base: str
    labels: Labels | None
    cover: Cover
    places: Labels = field(default_factory=dict)

    @property
    def edition(self) -> dict | None:
        return edition_view(self.result.get("publication"), self.cover.revision, self.cover.replaces)

    def render(self, template: str, **context: object) -> bytes:
        return render_bytes(f"index/{template}", self.district, {"room": "index", "base": self.base, "edition": self.edition, **context})


def render_release(
    result: Document, labels: Labels, district: District, rules: IndexRules, cover: Cover, places: Labels | None = None
) -> dict[str, dict]:
    """All files of a month: ``{"public": {path: bytes}, "staff": {scope: {path: bytes}}}``, paths relative to the release.

    ``result`` is :func:`chalicelib.index.result.result_document`; ``labels`` township → case id → name, ``places`` the same → site id of
    cases that are events at sites; ``cover.base`` the absolute address of the public release, because the pointer page is a copy of its
    ``index.html``.
    """
    public = Sheet(public_document(result), district, rules, cover.base, None, cover)  # type: ignore[arg-type]
    staff = Sheet(result, district, rules, "", labels, cover, places or {})
    printed = {"bulletin.pdf": bulletin(_issue(public))}
    scopes = {"district": {**_tree(staff), **printed}}
    for row in result["townships"]:
        twin = canonical_json(_twin(staff, [row]))
        scopes[row["code"]] = {"index.html": _township_page(staff, row, "index.json", None), "index.json": twin}
    return {"public": {**_tree(public), **printed, **open_files(public.result, rules, district)}, "staff": scopes}


def _issue(sheet: Sheet) -> Issue:
    rules = sheet.rules.reference()
    digests = {
        "计算方法": f"{rules['title']} {rules['version']}",
        "方法摘要 SHA-256": rules["hash"],
        "输入摘要 SHA-256": sheet.cover.inputs,
        "index.json SHA-256": hashlib.sha256(canonical_json(_twin(sheet, sheet.result["townships"]))).hexdigest(),
        "发布位置": sheet.cover.base,
    }
    return Issue(sheet.result, sheet.district, sheet.rules, sheet.edition, {name: digest for name, digest in digests.items() if digest})


def _tree(sheet: Sheet) -> dict[str, bytes]:
    view = present.leaderboard_view(sheet.result, sheet.rules, f"{sheet.base}townships/")
    below = f"{sheet.base}townships/"
    drawn = {**index_map(sheet.result, sheet.district, below), **key_view(sheet.result, sheet.rules, below)}
    files = {
        "index.html": sheet.render("leaderboard.html", view=view, map=drawn, firm=firm.leaderboard_view(sheet.result)),
        "district.html": sheet.render("district.html", view=district_view(sheet.result, sheet.rules, f"{sheet.base}townships/", sheet.labels)),
        "district.json": canonical_json(_district_twin(sheet)),
        "method.html": sheet.render("method.html", view=method_view(sheet.rules)),
        "index.json": canonical_json(_twin(sheet, sheet.result["townships"])),
        "index.csv": table(sheet.result, sheet.district),
    }
    if sheet.cover.changes is not None:
        files["changes.json"] = canonical_json(sheet.cover.changes)
        files["changes.html"] = sheet.render("changes.html", view=changes_view(sheet.cover.changes, sheet.cover.replaces, sheet.district, sheet.rules))
    up = sheet.base + "index.html" if sheet.base else "../index.html"
    for row in sheet.result["townships"]:
        code = row["code"]
        twin = f"{sheet.base}townships/{code}.json" if sheet.base else f"{code}.json"
        files[f"townships/{code}.html"] = _township_page(sheet, row, twin, up)
        files[f"townships/{code}.json"] = canonical_json(_twin(sheet, [row]))
    return files


def _township_page(sheet: Sheet, row: Document, twin: str, up: str | None) -> bytes:
    labels = None if sheet.labels is None else sheet.labels.get(row["code"], {})
    view = present.township_view(row, sheet.result, sheet.rules, labels)
    method = None if up is None else up.replace("index.html", "method.html")
    words = {code: swatch.word for code, swatch in sheet.district.palette.items()}
    figures = {"radar": radar(row, middle_of(sheet.result["townships"])), "scale": scale(row["index"], view["thresholds"], words)}
    more = firm.township_view(row, sheet.result, sheet.rules)
    return sheet.render("township.html", view=view, twin=twin, up=up, method=method, figures=figures, **more)


def _district_twin(sheet: Sheet) -> dict:
    document = district_document(sheet.result, sheet.rules)
    return document if sheet.labels is None else {**document, "labels": {code: dict(sheet.labels[code]) for code in sorted(sheet.labels)}}


def _twin(sheet: Sheet, rows: Sequence[Document]) -> dict:
    document = {**sheet.result, "kind": "index", "townships": list(rows)}
    if sheet.labels is not None:
        document |= {name: {row["code"]: dict(of.get(row["code"], {})) for row in rows} for name, of in (("labels", sheet.labels), ("places", sheet.places))}
    return document


def table(result: Document, district: District) -> bytes:
    """The leaderboard as CSV for people with a spreadsheet: words, one line per township, a byte-order mark for the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    scored = result["townships"][0]["indicators"] if result["townships"] else []
    titles = {entry["code"]: f"{entry['code']} {entry['title']}" for part in (scored, *(i["sub_items"] for i in scored)) for entry in part}
    writer.writerow([*(name for _, name, *_ in HEAD), *titles.values()])
    words = {code: swatch.word for code, swatch in district.palette.items()} | {"none": "数据不足"}
    for row in result["townships"]:
        points = {entry["code"]: entry["points"] for i in row["indicators"] for entry in (i, *i["sub_items"])}
        cells = [result["month"], row["rank"], row["code"], row["name"], row["index"], words[row["colour"]], words[row["score_colour"]]]
        cells += [row["raw"], row["coefficient"], row["sites"], row["own_data"], row["applicable"], (row["change"] or {}).get("index")]
        honest, plain = row["honest_rank"], row["without_coefficient"]
        cells += [*honest["weights_only"], honest["group"]] if honest else [None] * 3
        cells += [plain["index"], plain["rank"], *(points[code] for code in titles)]
        writer.writerow(["" if cell is None else cell for cell in cells])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def months_page(kind: str, months: Sequence[Document], district: District, addresses: Collection[str] = ()) -> bytes:
    """The page that leads to every published month of the index or the map, newest first; ``months`` as in the pointer.

    ``addresses`` are those of the released pages beside the front page that exist: an older release may lack some.
    """
    rows = []
    for entry in sorted(months, key=lambda entry: entry["month"], reverse=True):
        base = f"/{kind}/{entry['month']}/r{entry['revision']}/"
        beside = [(title, base + name) for name, title in BESIDE.items() if base + name in addresses]
        status = STATUS.get(entry.get("status"), "")
        rows.append({"words": present.month_words(entry["month"]), "href": f"{base}index.html", "revision": entry["revision"], "status": status, "beside": beside})
    return render_bytes("index/months.html", district, {"room": kind, "kind": kind, "rows": rows})


def method_view(rules: IndexRules) -> dict:
    """The whole method as one page: the metadata table, K, thresholds, overrides."""
    return {
        "rule_set": rules.reference(),
        "source": rules.source,
        **present.frame(rules),
        "indicators": [
            {"code": i.code, "title": i.title, "points": present.plain(i.points),
             "bounds": f"{present.plain(i.lowest)}–{present.plain(i.highest)}", "items": [_method_row(item) for item in i.sub_items]}
            for i in rules.indicators
        ],
        "bands": list(_bands(rules.bands)),
        "thresholds": [{"colour": colour, "at": text_of(edge, 10)} for colour, edge in rules.thresholds],
        "overrides": [{"title": rule.title, "colour": rule.colour} for rule in rules.overrides],
        "supervision": supervision_rules(rules),
        "runs": firm.method_runs(rules),
    }


def _method_row(item: SubItem) -> dict:
    source = f"系统：{item.evidence}" if item.source == "facts" else f"镇街填报：{item.evidence}（附件、双人复核）"
    return {
        "code": item.code,
        "title": item.title,
        "points": present.plain(item.points),
        "rule": item.rule,
        "source": source,
        "basis": item.basis,
        "tag": item.tag,
    }


def _bands(bands: Iterable[tuple[int, int]]) -> Iterable[dict]:
    upper = None
    rows = []
    for edge, k in bands:
        rows.append({"from": edge, "to": None if upper is None else upper - 1, "k": text_of(k, HUNDREDTHS)})
        upper = edge
    return reversed(rows)
