"""The template's tables are those the code declares: keys, indexes, projections, stream; and the models refuse what hurts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from chalicelib.errors import Unavailable
from chalicelib.tables import MODELS, Audit, Cards, Events, InstantAttribute, bind, faults, table_name

TEMPLATE = yaml.safe_load((Path(__file__).parents[2] / "infra/template/tables.yml").read_text("utf-8"))
DEFINED = {
    resource["Properties"]["TableName"]["Fn::Sub"].removeprefix("${TablePrefix}-"): resource["Properties"]
    for resource in TEMPLATE["Resources"].values()
    if resource["Type"] == "AWS::DynamoDB::Table"
}


def keys(schema):
    return {part["KeyType"]: part["AttributeName"] for part in schema}


def declared_keys(owner):
    attributes = owner.get_attributes() if hasattr(owner, "get_attributes") else owner.Meta.attributes
    found = {}
    for name, attribute in attributes.items():
        if attribute.is_hash_key:
            found["HASH"] = name
        if attribute.is_range_key:
            found["RANGE"] = name
    return found


def test_template_and_code_know_the_same_tables():
    assert set(DEFINED) == {model.Meta.table_name for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_keys_are_the_same(model):
    assert keys(DEFINED[model.Meta.table_name]["KeySchema"]) == declared_keys(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_indexes_and_their_projections_are_the_same(model):
    defined = {index["IndexName"]: index for index in DEFINED[model.Meta.table_name].get("GlobalSecondaryIndexes", [])}
    assert set(defined) == set(model._indexes)
    for name, index in model._indexes.items():
        assert keys(defined[name]["KeySchema"]) == declared_keys(index)
        projection = defined[name]["Projection"]
        assert projection["ProjectionType"] == index.Meta.projection.projection_type
        assert set(projection.get("NonKeyAttributes", ())) == set(index.Meta.projection.non_key_attributes or ())


def test_only_the_log_has_a_stream_and_it_carries_the_whole_event():
    streams = {name: properties["StreamSpecification"] for name, properties in DEFINED.items() if "StreamSpecification" in properties}
    assert streams == {Events.Meta.table_name: {"StreamViewType": "NEW_IMAGE"}}


def test_the_township_index_leaves_the_document_out():
    assert "doc" not in Cards._indexes["by_township"].Meta.projection.non_key_attributes


def test_a_bound_model_stands_on_its_own_stack_and_the_declaration_stays():
    assert bind(Audit, "one").Meta.table_name == table_name("one", Audit) == "one-audit"
    assert bind(Audit, "two").Meta.table_name == "two-audit" and Audit.Meta.table_name == "audit"
    assert bind(Audit, "one") is bind(Audit, "one")


def test_an_instant_without_a_time_zone_is_refused_not_taken_as_utc():
    attribute = InstantAttribute()
    shanghai = datetime(2020, 6, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert attribute.serialize(shanghai) == attribute.serialize("2020-06-01T08:00:00+08:00") == "2020-06-01T00:00:00.000Z"
    for naive in (datetime(2020, 6, 1, 8, 0), "2020-06-01T08:00:00"):
        with pytest.raises(ValueError, match="offset|time zone"):
            attribute.serialize(naive)


def test_a_fault_of_the_database_is_worth_another_try():
    from pynamodb.exceptions import PutError

    with pytest.raises(Unavailable), faults():
        raise PutError("throttled")
