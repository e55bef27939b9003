"""A site for signed-in readers: its facts, judgement and card sorted into the groups of the read matrix. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.access.identity import SubjectFacts
from chalicelib.code.plate import plate_number, spaced
from chalicelib.grading.card import last_seen
from chalicelib.supervision.hazards import state_of
from chalicelib.supervision.plates import plate_on
from chalicelib.supervision.sectors import sector_flags
from chalicelib.supervision.site import site_on

Facts = Mapping[str, object]
Record = Mapping[str, object]

IDENTITY_FIELDS = ("name", "uscc", "township", "state")
REGISTER_FIELDS = ("address", "industry", "size", "staff", "premises", "longitude", "latitude", "datum")
SECRET_FIELDS = ("chemical_type", "key_process", "inhalation_toxic", "special_premises", "aluminium_magnesium_dust", "solvent_spraying")
CORRESPONDENCE = ("appeal", "error_reported", "complaint")
SIGNED_KINDS = ("inspection", "hazard_found", "override")


def site_subject(facts: Facts, on: str) -> SubjectFacts:
    """What the matrices need to know of a site on a day. A site whose registration is withdrawn stands nowhere."""
    register = site_on(facts, on) or {}
    return SubjectFacts(
        scope="site",
        subject_id=str(facts["site_id"]),
        enterprise_id=str(facts.get("enterprise_id") or ""),
        townships=frozenset({str(register["township"])} if register.get("township") else ()),
    )


def site_document(facts: Facts, judgement: Mapping[str, object], card: Mapping[str, object] | None, on: str) -> dict[str, object]:
    """Everything there is to see of a site, by the groups of ``access/policy.toml``; nobody receives it unprojected."""
    register = site_on(facts, on) or {}
    judged = {name: judgement.get(name) for name in ("grade", "on", "review_on", "rule_set")}
    return {
        "site_id": facts["site_id"],
        "identity": {**{name: register.get(name) for name in IDENTITY_FIELDS}, **judged, **last_seen(facts, on), "card": card or {}},
        "radar": {"axes": judgement.get("axes"), "items": judgement.get("items")},
        "case": {
            **{
                name: judgement.get(name)
                for name in ("score", "score_grade", "flags", "vetoes", "caps", "adjustments", "missing", "ledger")
            },
            "register": {name: register.get(name) for name in REGISTER_FIELDS},
            "plate": _plate(facts, on),
            "hazards": [hazard for hazard in _live(facts, "hazard_found") if state_of(hazard, on).open],
        },
        "penalties": _penalties(facts),
        "secrets": {
            **{name: register.get(name) for name in SECRET_FIELDS},
            "sector_flags": sector_flags(facts, on),
            "major_hazard_sources": _live(facts, "major_hazard_source_filed"),
        },
        "persons": {
            "certificates": [{**record, "owner": "self"} for record in _live(facts, "certificate")],
            "officers": [_signed(record, kind) for kind in SIGNED_KINDS for record in _live(facts, kind)],
        },
        "replies": _replies(facts),
        "appeals": sorted((record for kind in CORRESPONDENCE for record in _live(facts, kind)), key=_order),
    }


def _plate(facts: Facts, on: str) -> dict[str, object]:
    """Where the newest plate stands, with the number that is printed on it."""
    plate = plate_on(facts, on)
    return {**plate.to_document(), "number": spaced(plate_number(str(facts["site_id"]), plate.issue or 1))}


def _penalties(facts: Facts) -> list[dict[str, object]]:
    """Penalties with the day of their publication: that of the published result which names the decision as its evidence."""
    published = {
        decision: record.get("published_on")
        for record in _live(facts, "result_published")
        for decision in _evidence(record)
        if record.get("published_on")
    }
    penalties = [*_live(facts, "penalty"), *_live(facts, "enterprise_penalty")]
    return [{**record, "published_on": published.get(str(record["id"]))} for record in sorted(penalties, key=_order)]


def _replies(facts: Facts) -> list[dict[str, object]]:
    """The enterprise's statements with the day on which an authority made them public, if one did."""
    published = {str(record["id"]): step["on"] for record in _live(facts, "reply") for step in _steps(record) if step["kind"] == "reply_published"}
    return [{**record, "published_on": published.get(str(record["id"]))} for record in _live(facts, "reply")]


def _signed(record: Record, kind: str) -> dict[str, object]:
    """Who signed what: officers of the record and of every step of its story."""
    parts = [record, *_steps(record)]
    names = [name for part in parts for name in [*_texts(part, "officers"), *_texts(part, "signers")]]
    return {"id": record["id"], "kind": kind, "on": record["on"], "by": record["by"], "officers": sorted(set(names))}


def _live(facts: Facts, kind: str) -> Sequence[Record]:
    records: Iterable[Record] = facts["records"].get(kind, ())  # type: ignore[attr-defined]
    return [record for record in records if "void" not in record]


def _steps(record: Record) -> Sequence[Record]:
    return record.get("then") or ()  # type: ignore[return-value]


def _evidence(record: Record) -> Sequence[str]:
    return record.get("evidence") or ()  # type: ignore[return-value]


def _texts(record: Record, name: str) -> Sequence[str]:
    return record.get(name) or ()  # type: ignore[return-value]


def _order(record: Record) -> tuple[str, str, str]:
    return str(record["on"]), str(record["at"]), str(record["id"])
