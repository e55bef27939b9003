"""The session's AWS itself: ready, deployed by the template alone, clean between modules."""

from __future__ import annotations

import pytest

from tests.aws import TABLE_NAMES, Emulator, Tables


def test_the_template_makes_all_seven_tables(emulator: Emulator, tables: Tables) -> None:
    listed = [name for page in emulator.client("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]]
    assert {tables.name(table) for table in TABLE_NAMES} <= set(listed)


def test_only_the_log_has_a_stream_and_it_carries_new_images(emulator: Emulator, tables: Tables) -> None:
    views = {}
    for table in TABLE_NAMES:
        described = emulator.client("dynamodb").describe_table(TableName=tables.name(table))["Table"]
        views[table] = described.get("StreamSpecification", {}).get("StreamViewType")
    assert views == {**dict.fromkeys(TABLE_NAMES), "events": "NEW_IMAGE"}


@pytest.mark.parametrize("table", TABLE_NAMES)
def test_clearing_leaves_no_item(emulator: Emulator, tables: Tables, table: str) -> None:
    dynamodb = emulator.client("dynamodb")
    described = dynamodb.describe_table(TableName=tables.name(table))["Table"]
    types = {part["AttributeName"]: part["AttributeType"] for part in described["AttributeDefinitions"]}
    keys = [part["AttributeName"] for part in described["KeySchema"]]
    for number in range(30):
        dynamodb.put_item(TableName=tables.name(table), Item={key: {types[key]: f"{number:03d}"} for key in keys})
    tables.clear()
    assert dynamodb.scan(TableName=tables.name(table))["Count"] == 0


def test_pynamodb_and_boto3_follow_the_endpoint_alone(emulator: Emulator, tables: Tables) -> None:
    from pynamodb.connection import Connection

    assert tables.name("events") in Connection(region=emulator.region).list_tables()["TableNames"]
