"""Forms from the vocabulary: every field has a control that can say what its type allows, and nobody fills in who signed."""

from __future__ import annotations

import pytest

from chalicelib.access.append import SIGNATURES
from chalicelib.desk.forms import form_of, forms
from chalicelib.supervision.vocabulary import json_schema, load_vocabulary

CONTROLS = {"text", "long", "date", "number", "flag", "choice", "choices", "codes", "kept"}


@pytest.mark.parametrize("name", sorted(load_vocabulary().kinds))
def test_a_form_has_every_field_of_its_kind_but_the_signatures(name: str) -> None:
    fields = form_of(name)
    assert [field["name"] for field in fields] == [name for name in load_vocabulary().kinds[name].fields if name not in SIGNATURES]
    assert {field["control"] for field in fields} <= CONTROLS
    required = set(json_schema(name)["required"]) - set(SIGNATURES)
    assert {field["name"] for field in fields if field["required"]} == required


def test_controls_follow_the_types() -> None:
    accident = {field["name"]: field for field in form_of("accident")}
    assert accident["deaths"] == {"name": "deaths", "control": "number", "required": True, "min": 0, "max": 1000000, "unknown": True}
    assert accident["responsibility"]["options"] == ["responsible", "not_responsible", "pending"]
    hazard = {field["name"]: field["control"] for field in form_of("hazard_found")}
    assert (hazard["level"], hazard["description"], hazard["deadline_on"], hazard["inspection"], hazard["fine_fen"]) == ("choice", "long", "date", "kept", "number")
    inspection = {field["name"]: field["control"] for field in form_of("inspection")}
    assert (inspection["sectors"], inspection["planned"], inspection["outcome"]) == ("choices", "flag", "text") and "officers" not in inspection


def test_the_desk_gets_the_forms_of_sites() -> None:
    kinds = load_vocabulary().kinds
    assert set(forms("site")) == {name for name, kind in kinds.items() if kind.scope == "site"}
