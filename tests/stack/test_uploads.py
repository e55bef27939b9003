"""An official's file on the deployed stack: asked for, posted to the bucket as a browser does, brought in by the queue, told."""

from __future__ import annotations

import csv
import json
import secrets
import time
from datetime import date
from pathlib import Path

import pytest

from chalicelib.register.district import load_district
from infra.synthetic.district import write
from tests.aws import Stack
from tests.storage.test_presign import ask as fetch

TODAY = "2020-06-30"


@pytest.fixture(scope="module")
def site_numbers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The numbers by which the demo district's own tables know its sites."""
    summary = write(tmp_path_factory.mktemp("numbers"), district=load_district("demo"), sites=90, as_of=date(2020, 6, 30))
    path = next(path for path, name in summary.files if name == "sites")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["场所编号"] for row in csv.DictReader(file)]


def sheet(*rows: tuple[str, str, str]) -> bytes:
    return "\r\n".join([",".join(row) for row in (("场所编号", "工伤日期", "人数"), *rows)]).encode("gb18030")


def api(stack: Stack, role: str, path: str, body: dict | None = None, method: str = "GET") -> tuple[int, dict]:
    status, _, content = stack.get(f"/api/imports{path}", stack.token(role), method, None if body is None else json.dumps(body).encode())
    return status, json.loads(content)


def send(form: dict, body: bytes, bucket_url: str) -> int:
    """A form as a browser sends it; the front door's ``/files`` is the emulator itself here."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in form["fields"].items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'.encode()
    content = b"".join([*parts, file, body, f"\r\n--{boundary}--\r\n".encode()])
    url = form["url"].replace("/files", bucket_url, 1)
    return fetch("POST", url, content, {"Content-Type": f"multipart/form-data; boundary={boundary}"})[0]


def brought_in(stack: Stack, body: bytes, role: str = "district", **asked: str) -> dict:
    """The whole way; the job once it has ended."""
    status, made = api(stack, role, "", {"mapping": "injuries", "filename": "工伤.csv", "mode": "whole", **asked}, "POST")
    assert status == 201, made
    assert send(made["form"], body, stack.emulator.url) == 201
    assert api(stack, role, f"/jobs/{made['job']}/start", {}, "POST")[0] == 202
    deadline = time.monotonic() + 90
    while (shown := api(stack, role, f"/jobs/{made['job']}")[1])["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)
    return shown


def test_a_file_comes_in_through_the_bucket_and_the_queue(stack: Stack, site_numbers: list[str]) -> None:
    body = sheet((site_numbers[0], TODAY, "1"), (site_numbers[1], TODAY, "2"))
    shown = brought_in(stack, body)
    assert (shown["state"], shown["outcome"]["kinds"], shown["outcome"]["reading"]) == (
        "done", {"work_injury": 2}, "CSV · 编码 GB18030 · 逗号分隔 · 表头在第1行",
    )  # fmt: skip
    assert stack.pump.wait_drained(time.time(), 60)
    again = brought_in(stack, body)
    assert (again["outcome"]["new"], again["outcome"]["same"]) == (0, 2)


def test_a_refused_file_says_why_and_its_rows_can_be_fetched(stack: Stack, site_numbers: list[str]) -> None:
    shown = brought_in(stack, sheet((site_numbers[0], "2020-06-29", "1"), ("nobody", TODAY, "many")))
    assert (shown["state"], shown["outcome"]["written"]) == ("refused", False)
    told = api(stack, "district", f"/jobs/{shown['job']}/result")[1]
    assert [(p["place"], p["column"], p["reason"]) for p in told["problems"]] == [("row 3", "人数", "应为整数")]
    status, headers, content = fetch("GET", shown["downloads"]["rejects"].replace("/files", stack.emulator.url, 1))
    assert status == 200 and "人数,行号,列,值,原因" in content.decode("utf-8-sig")
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


def test_a_township_hears_which_rows_are_not_its_own_to_bring_in(stack: Stack, site_numbers: list[str]) -> None:
    shown = brought_in(stack, sheet((site_numbers[0], "2020-06-28", "1")), role="township")
    assert shown["state"] == "refused"
    told = api(stack, "township", f"/jobs/{shown['job']}/result")[1]
    assert told["problems"][0]["reason"] == "此类事实不由您的角色记录。"


def test_an_enterprise_imports_nothing(stack: Stack) -> None:
    assert api(stack, "enterprise", "", {"mapping": "injuries", "filename": "a.csv", "mode": "whole"}, "POST")[0] == 403


def test_nobody_finds_an_upload_at_the_front_door(stack: Stack) -> None:
    key = Path("uploads/imports/X/sheet.csv")
    stack.emulator.client("s3").put_object(Bucket=stack.deployed.outputs["FilesBucket"], Key=str(key), Body=b"secret")
    assert stack.get(f"/{key}")[0] in (403, 404)
