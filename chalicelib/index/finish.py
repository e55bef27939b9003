"""The last township in: carry failed feeds, score, rank, explain, render, publish index and map. Same partials, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import orjson

from chalicelib.canonical import content_hash
from chalicelib.clock import previous_month
from chalicelib.errors import BadInput
from chalicelib.index.document import read_input
from chalicelib.index.model import Carried, Measure, State, TownshipMonth
from chalicelib.index.pages import months_page
from chalicelib.index.pages import render_release as render_index
from chalicelib.index.result import result_document
from chalicelib.index.score import score
from chalicelib.index.structure import IndexRules
from chalicelib.index.township import MonthRules
from chalicelib.publish.files import FileStore
from chalicelib.publish.release import Edition, Published, base_address, claim_revision, find_file, publish
from chalicelib.register.district import District
from chalicelib.riskmap.pages import render_release as render_map

INDEX_FILE, MAP_FILE = "index.json", "map.json"


def publish_month(
    month: str, partials: Sequence[Mapping], district: District, rules: MonthRules, files: FileStore, code_version: str
) -> tuple[Published, Published]:
    """Publish the index and the map of a month from the partial results of all its townships, in any order."""
    ordered = sorted(partials, key=lambda partial: partial["township"])
    return (
        publish_index(month, ordered, district, rules, files, code_version),
        publish_map(month, ordered, district, rules, files, code_version),
    )


def publish_index(
    month: str, partials: Sequence[Mapping], district: District, rules: MonthRules, files: FileStore, code_version: str
) -> Published:
    """Score and publish the index. Townships without any site in the register are named apart, not ranked."""
    earlier = earlier_results(files, month, rules.index)
    result, labels = score_partials(month, partials, rules, earlier)
    inputs = content_hash({"month": month, "partials": [_index_part(partial) for partial in partials], "earlier": earlier})
    edition = Edition("index", month, inputs, rules.references, code_version)
    revision = claim_revision(files, edition)
    rendered = render_index(result, labels, district, rules.index, base_address("index", month, revision), earlier[:1])
    return publish(files, edition, revision, rendered["public"], rendered["staff"], lambda months: months_page("index", months, district))


def publish_map(
    month: str, partials: Sequence[Mapping], district: District, rules: MonthRules, files: FileStore, code_version: str
) -> Published:
    """Render and publish the map of the same month."""
    documents = [partial["risk"] for partial in partials]
    body = find_file(files, "map", previous_month(month), MAP_FILE)
    previous = orjson.loads(body)["townships"] if body else None
    edition = Edition(
        "map", month, content_hash({"month": month, "townships": documents, "previous": previous}), rules.references, code_version
    )
    revision = claim_revision(files, edition)
    rendered = render_map(month, documents, district, previous, base_address("map", month, revision))
    return publish(files, edition, revision, rendered["public"], rendered["staff"], lambda months: months_page("map", months, district))


def score_partials(
    month: str, partials: Sequence[Mapping], rules: MonthRules, earlier: Sequence[Mapping] = ()
) -> tuple[dict, dict[str, Mapping[str, str]]]:
    """The month's result document and, for staff, what each township's case ids stand for."""
    ranked = [partial for partial in partials if partial["in_register"]]
    rows = [{"code": p["township"], "name": p["name"], "sites": p["sites"], "sub_items": p["sub_items"]} for p in ranked]
    if not rows:
        raise BadInput("no township has a site in the register")
    townships = read_input({"month": month, "townships": rows}, rules.index)[1]
    carried = tuple(carry(township, earlier) for township in townships)
    previous = next((document for document in earlier if document["month"] == previous_month(month)), None)
    result = result_document(month, score(month, carried, rules.index), rules.index, previous, rules.district)
    result["without_sites"] = [{"code": p["township"], "name": p["name"]} for p in partials if not p["in_register"]]
    result["late_facts"] = sum(partial["late"] for partial in partials)
    return result, {partial["township"]: partial["labels"] for partial in partials}


def earlier_results(files: FileStore, month: str, rules: IndexRules) -> list[dict]:
    """The public results of the months before, newest first, as far back as a share may be carried."""
    found = []
    for _ in range(max(1, rules.limits["carry_months"])):
        month = previous_month(month)
        body = find_file(files, "index", month, INDEX_FILE)
        if body is not None:
            found.append(orjson.loads(body))
    return found


def carry(township: TownshipMonth, earlier: Sequence[Mapping]) -> TownshipMonth:
    """A failed feed gets the newest share that was published as the township's own (domain §12.56)."""
    measures = tuple(_carry(measure, township.code, earlier) for measure in township.measures)
    return replace(township, measures=measures)


def _carry(measure: Measure, township: str, earlier: Sequence[Mapping]) -> Measure:
    if measure.state is not State.NO_DATA or measure.carried is not None:
        return measure
    for document in earlier:
        share = _own_share(document, township, measure.code)
        if share is not None:
            return replace(measure, carried=Carried(document["month"], Fraction(share)))
    return measure


def _own_share(document: Mapping, township: str, code: str) -> str | None:
    for row in document["townships"]:
        if row["code"] == township:
            items = (item for indicator in row["indicators"] for item in indicator["sub_items"])
            return next((item["share"] for item in items if item["code"] == code and item["state"] == State.VALUE.value), None)
    return None


def _index_part(partial: Mapping) -> dict:
    return {key: value for key, value in partial.items() if key not in ("risk", "elsewhere")}
