"""Presigned forms against S3 itself: one key, one type, so many bytes, and not a byte more."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from chalicelib import presign
from chalicelib.errors import BadInput
from chalicelib.presign import Accepted, UploadForm, download_url, upload_form
from tests.aws import Emulator

PHOTOS = Accepted(("image/jpeg", "image/png"), 1000)
KEY = "uploads/evidence/1.jpg"


@pytest.fixture(scope="module")
def bucket(emulator: Emulator) -> Iterator[str]:
    presign._client.cache_clear()
    name = f"presign-{secrets.token_hex(4)}"
    emulator.client("s3").create_bucket(Bucket=name)
    yield name
    presign._client.cache_clear()


def send(form: UploadForm, body: bytes, **changed: str) -> int:
    """The status of a form sent as a browser sends it; the file comes last."""
    boundary = secrets.token_hex(16)
    fields = form.fields | changed
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
    content = b"".join([*parts, file, body, f"\r\n--{boundary}--\r\n".encode()])
    return ask("POST", form.url, content, {"Content-Type": f"multipart/form-data; boundary={boundary}"})[0]


def ask(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def test_what_the_form_allows_is_stored_with_its_type(bucket: str, emulator: Emulator) -> None:
    assert send(upload_form(bucket, KEY, "image/jpeg", PHOTOS), b"x" * 1000) == 201
    stored = emulator.client("s3").get_object(Bucket=bucket, Key=KEY)
    assert (stored["ContentType"], stored["Body"].read()) == ("image/jpeg", b"x" * 1000)


@pytest.mark.parametrize("size", [0, 1001])
def test_too_few_or_too_many_bytes_are_refused(bucket: str, emulator: Emulator, size: int) -> None:
    form = upload_form(bucket, "uploads/evidence/size.jpg", "image/jpeg", PHOTOS)
    assert send(form, b"x" * size) in (400, 403)
    assert "Contents" not in emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix=form.key)


@pytest.mark.parametrize("changed", [{"key": "staff/district/x.html"}, {"Content-Type": "text/html"}, {"success_action_status": "200"}])
def test_another_key_or_type_is_refused(bucket: str, changed: dict[str, str]) -> None:
    assert send(upload_form(bucket, KEY, "image/jpeg", PHOTOS), b"x", **changed) == 403


def test_a_longer_life_cannot_be_written_into_the_policy(bucket: str) -> None:
    form = upload_form(bucket, KEY, "image/jpeg", PHOTOS)
    policy = json.loads(base64.b64decode(form.fields["policy"])) | {"expiration": "2099-01-01T00:00:00Z"}
    assert send(form, b"x", policy=base64.b64encode(json.dumps(policy).encode()).decode()) == 403


def test_the_form_ends_after_a_quarter_of_an_hour(bucket: str) -> None:
    assert upload_form(bucket, KEY, "image/png", PHOTOS).expires_in_seconds == 15 * 60


def test_a_type_that_is_not_accepted_gets_no_form(bucket: str) -> None:
    with pytest.raises(BadInput, match="image/jpeg、image/png"):
        upload_form(bucket, KEY, "image/svg+xml", PHOTOS)


def test_an_object_is_saved_under_the_name_it_is_given(bucket: str, emulator: Emulator) -> None:
    emulator.client("s3").put_object(Bucket=bucket, Key="exports/1.csv", Body=b"a,b\r\n")
    status, headers, content = ask("GET", download_url(bucket, "exports/1.csv", "隐患 2020.csv"))
    assert (status, content) == (200, b"a,b\r\n")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''%E9%9A%90%E6%82%A3%202020.csv"


def test_a_signed_address_opens_one_object_only(bucket: str, emulator: Emulator) -> None:
    emulator.client("s3").put_object(Bucket=bucket, Key="exports/2.csv", Body=b"secret")
    url = download_url(bucket, "exports/1.csv", "1.csv")
    assert ask("GET", url.replace("exports/1.csv", "exports/2.csv"))[0] == 403


def test_behind_another_address_the_signature_is_the_same_form(bucket: str) -> None:
    form = upload_form(bucket, KEY, "image/png", PHOTOS, "/files")
    url = download_url(bucket, "exports/1.csv", "1.csv", "/files")
    assert form.url == f"/files/{bucket}"
    assert url.startswith(f"/files/{bucket}/exports/1.csv?") and "X-Amz-Signature" in url
