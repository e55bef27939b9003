"""The scan and the API on real tables: a card is read by one GetItem, appends and audit lines are kept, files are found or not."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import pytest

from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.access.store import AuditTable
from chalicelib.code import scan
from chalicelib.code.compose import compose
from chalicelib.code.desk import Desk
from chalicelib.code.store import StackFiles
from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.errors import NotFound, Unavailable
from chalicelib.supervision.model import Actor, make_event

SECRET = "00112233445566778899aabbccddeeff"
SITE, ENTERPRISE = "3MAPZ0XKQ7WCV5TG", "1B9X4T6C8D2F5G3H"
RING = parse_keys(f"1:{SECRET}")
CARD = {
    "schema": 1, "site_id": SITE, "name": "示例厂", "uscc": None, "township": "330110010", "state": "operating", "grade": "blue",
    "on": "2020-06-30", "review_on": "2020-08-14", "rule_set": None, "axes": dict.fromkeys("PEWBMH"), "flags": [], "vetoes": 0, "caps": 0,
    "open_hazards": 0, "last_inspection_on": None, "last_self_check_on": None, "evidence_on": None, "coverage": None,
    "plate": {"issue": 1, "revoked": []},
}  # fmt: skip


@pytest.fixture
def settings(tables):
    return read_settings({"TABLE_PREFIX": tables.prefix, "PLATE_KEYS": f"1:{SECRET}", "TODAY": "2020-07-01", "FILES_BUCKET": "none"})


def put_card(tables, issue: int | None) -> None:
    item = {"site_id": {"S": SITE}, "doc": {"S": json.dumps(CARD)}, **({"issue": {"N": str(issue)}} if issue else {})}
    tables.emulator.client("dynamodb").put_item(TableName=tables.name("cards"), Item=item)


def get(settings, issue: int) -> int:
    event = {"httpMethod": "GET", "path": f"/api/C/{sign(SITE, issue, RING)}", "headers": None}
    return scan.handle(event, settings)["statusCode"]


def test_a_plate_follows_the_card_in_the_table(tables, settings) -> None:
    tables.clear()
    assert get(settings, 1) == 404
    put_card(tables, None)
    assert get(settings, 1) == 200
    put_card(tables, 2)
    assert (get(settings, 1), get(settings, 2)) == (410, 200)


def test_a_table_that_is_not_there_is_asked_for_again_later(tables) -> None:
    with pytest.raises(Unavailable):
        scan.card_reader("no-such-stack")(SITE)


def test_an_event_is_kept_once_with_its_audit_line_and_seen_at_once(tables, settings) -> None:
    tables.clear()
    stores = compose(settings)
    actor = Actor("import", "system")
    for kind, subject, payload in (
        ("enterprise_registered", ENTERPRISE, {"name": "示例集团"}),
        ("site_opened", ENTERPRISE, {"site_id": SITE}),
        ("site_registered", SITE, {"enterprise_id": ENTERPRISE, "name": "示例厂", "township": "330110010"}),
    ):
        event = make_event(
            kind, subject, occurred_on="2020-01-02", known_at="2020-01-02T01:00:00.000Z", actor=actor, source="system", payload=payload
        )
        stores.log.append([event], datetime.now(UTC))
    desk = Desk(Identity("t-1", "township", "330110010"), stores, settings)
    body = {"kind": "hazard_found", "key": "k", "payload": {"level": "general", "description": "漏电", "deadline_on": "2020-08-01"}}
    first, again = desk.append("site", SITE, body), desk.append("site", SITE, body)
    assert (first.new, again.new, first.event_id) == (True, False, again.event_id)
    assert [hazard["description"] for hazard in desk.site(SITE)["case"]["hazards"]] == ["漏电"]
    lines = tables.emulator.client("dynamodb").scan(TableName=tables.name("audit"))["Items"]
    said = sorted((json.loads(line["doc"]["S"])["action"], json.loads(line["doc"]["S"])["subject"]) for line in lines)
    assert said == [("append", f"S:{SITE}"), ("read", f"S:{SITE}")]
    assert "漏电" not in str(lines) and SECRET not in str(lines)


def test_an_audit_line_is_never_overwritten(tables) -> None:
    line = audit_line(Identity("d-1", "district"), "read", f"S:{SITE}", "district", datetime.now(UTC))
    table = AuditTable(tables.prefix)
    table.write(line)
    with pytest.raises(Unavailable):
        table.write(line)


def test_a_file_of_a_release_is_read_and_a_missing_one_is_not_found(emulator) -> None:
    bucket = f"files-{secrets.token_hex(4)}"
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="staff/district/index/2020-06/r1/index.html", Body="镇".encode())
    files = StackFiles(bucket)
    assert files.read("staff/district/index/2020-06/r1/index.html").decode() == "镇"
    with pytest.raises(NotFound):
        files.read("staff/district/index/2020-06/r1/other.html")


def test_a_photo_is_kept_as_it_was_looked_at_and_never_written_over(emulator) -> None:
    bucket = f"files-{secrets.token_hex(4)}"
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=bucket)
    files, fits = StackFiles(bucket), lambda first: first.startswith(b"\xff\xd8")

    def send(body: bytes) -> None:
        s3.put_object(Bucket=bucket, Key="sent/1.jpg", Body=body, ContentType="image/jpeg")

    def meanwhile(first: bytes) -> bool:
        send(b"MZ another file")
        return fits(first)

    with pytest.raises(NotFound):
        files.keep("sent/1.jpg", "kept/1.jpg", 4, fits)
    for body, look in ((b"MZ a program", fits), (b"\xff\xd8 a picture", meanwhile)):
        send(body)
        assert not files.keep("sent/1.jpg", "kept/1.jpg", 4, look)
        assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="kept/")
    send(b"\xff\xd8 a picture")
    assert files.keep("sent/1.jpg", "kept/1.jpg", 4, fits)
    send(b"\xff\xd8 another one")
    assert files.keep("sent/1.jpg", "kept/1.jpg", 4, fits)
    stored = s3.get_object(Bucket=bucket, Key="kept/1.jpg")
    assert (stored["Body"].read(), stored["ContentType"]) == (b"\xff\xd8 a picture", "image/jpeg")
