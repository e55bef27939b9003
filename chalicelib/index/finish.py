"""The last township in: carry failed feeds, score, rank, explain, render, publish index and map. Same partials, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import orjson

from chalicelib.canonical import content_hash
from chalicelib.clock import previous_month
from chalicelib.errors import BadInput
from chalicelib.index.difference import difference
from chalicelib.index.document import read_input
from chalicelib.index.model import Carried, Measure, State, TownshipMonth
from chalicelib.index.pages import BESIDE, Cover, months_page
from chalicelib.index.pages import render_release as render_index
from chalicelib.index.result import result_document
from chalicelib.index.score import score
from chalicelib.index.structure import IndexRules
from chalicelib.index.timetable import Status
from chalicelib.index.township import MonthRules
from chalicelib.index.trail import trail_of
from chalicelib.publish.files import FileStore
from chalicelib.publish.release import PUBLIC, Archive, Claim, Edition, Published, Trees, claim_revision, find_file, publish, read_release
from chalicelib.publish.seal import Signer
from chalicelib.register.district import District
from chalicelib.riskmap.pages import render_release as render_map

INDEX_FILE, MAP_FILE = "index.json", "map.json"


@dataclass(frozen=True, slots=True)
class Press:
    """For whom, by which rules, where to, by which code and under whose signature a month is published."""

    district: District
    rules: MonthRules
    files: FileStore
    code_version: str
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A month as what it is published: 公示稿, 正式 or 修订, the day of that by the calendar, and the calendar itself."""

    month: str
    status: Status
    on: str
    timetable: Mapping[str, str]

    def to_document(self) -> dict[str, object]:
        return {"status": self.status.value, "on": self.on, **self.timetable}


def publish_month(issue: Issue, partials: Sequence[Mapping], press: Press) -> tuple[Published, Published]:
    """Publish the index and the map of a month from the partial results of all its townships, in any order."""
    ordered = sorted(partials, key=lambda partial: partial["township"])
    return publish_index(issue, ordered, press), publish_map(issue.month, ordered, press)


def publish_index(issue: Issue, partials: Sequence[Mapping], press: Press) -> Published:
    """Score and publish the index. Townships without any site in the register are named apart, not ranked."""
    month, files, rules = issue.month, press.files, press.rules.index
    earlier = earlier_results(files, month, rules)
    parts = [_index_part(partial) for partial in partials]
    inputs = content_hash({"month": month, "partials": parts, "earlier": earlier, "publication": issue.to_document()})
    claim = claim_revision(
        files, Edition("index", month, inputs, press.rules.references, press.code_version, issue.status.value, issue.on)
    )
    result, labels = score_partials(month, partials, press.rules, earlier)
    result["publication"] = issue.to_document()
    places = {partial["township"]: partial.get("places", {}) for partial in partials}
    rendered = render_index(result, labels, press.district, rules, cover_of(claim, result, files), places)
    return publish(files, claim, Trees(**rendered), archive_of("index", press), press.signer)


def cover_of(claim: Claim, result: Mapping, files: FileStore) -> Cover:
    """Where the pages will lie, and what changed since the revision that stood when this one was claimed."""
    body = read_release(files, "index", claim.edition.month, claim.replaces, INDEX_FILE) if claim.replaces else None
    changes = difference(orjson.loads(body), result) if body else None
    return Cover(claim.base, claim.revision, claim.replaces, changes, claim.edition.inputs)


def publish_map(month: str, partials: Sequence[Mapping], press: Press) -> Published:
    """Render and publish the map of the same month."""
    documents = [partial["risk"] for partial in partials]
    body = find_file(press.files, "map", previous_month(month), MAP_FILE)
    previous = orjson.loads(body)["townships"] if body else None
    inputs = content_hash({"month": month, "townships": documents, "previous": previous})
    claim = claim_revision(press.files, Edition("map", month, inputs, press.rules.references, press.code_version))
    rendered = render_map(month, documents, press.district, previous, claim.base)
    return publish(press.files, claim, Trees(**rendered), archive_of("map", press), press.signer)


def archive_of(kind: str, press: Press) -> Archive:
    """Draws the page of all months, with those pages of each month that were released."""

    def draw(months: Sequence[Mapping]) -> bytes:
        keys = press.files.list_keys(f"{PUBLIC}/{kind}/")
        return months_page(kind, months, press.district, {key.removeprefix(PUBLIC) for key in keys if key.endswith(tuple(BESIDE))})

    return draw


def result_of(files: FileStore, published: Published) -> dict:
    """The public result document of what was published."""
    return orjson.loads(read_release(files, "index", published.month, published.revision, INDEX_FILE) or b"{}")


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
    objections = {partial["township"]: partial.get("objections", []) for partial in partials}
    for row in result["townships"]:
        row["objections"] = objections[row["code"]]
        row["trail"] = trail_of(month, row, previous, rules.index.limits["trail_months"])
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
