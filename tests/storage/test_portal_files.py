"""The front end in the bucket: before anything is published the addresses of months say so, and afterwards nothing of it is overwritten."""

from __future__ import annotations

import secrets
from pathlib import Path
from types import SimpleNamespace

from chalicelib.config import read_settings
from infra.local.demo import PUBLISHED_LATER, upload_portal
from tests.aws import Emulator

WEB = Path(__file__).resolve().parents[2] / "web"


def test_an_address_of_a_month_says_that_nothing_is_published_until_something_is(emulator: Emulator) -> None:
    files, bucket = emulator.client("s3"), f"portal-{secrets.token_hex(4)}"
    files.create_bucket(Bucket=bucket)
    deployed = SimpleNamespace(outputs={"FilesBucket": bucket}, settings=lambda: read_settings({"TODAY": "2020-06-30"}))
    upload_portal(deployed, WEB)
    said = {front: files.get_object(Bucket=bucket, Key=f"public/{front}") for front in PUBLISHED_LATER}
    assert all("还没有发布" in one["Body"].read().decode() and one["ContentType"].startswith("text/html") for one in said.values())
    files.put_object(Bucket=bucket, Key="public/index/index.html", Body=b"the leaderboard")
    upload_portal(deployed, WEB)
    assert files.get_object(Bucket=bucket, Key="public/index/index.html")["Body"].read() == b"the leaderboard"
    assert "还没有发布" in files.get_object(Bucket=bucket, Key="public/map/index.html")["Body"].read().decode()
