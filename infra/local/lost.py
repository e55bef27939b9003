"""What the bucket does not have, as the CDN answers it: our own page with 404 instead of S3's XML.

On AWS the distribution's origin group asks a second origin (infra/template/cdn.yml); the emulator's distribution knows no groups.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "cdn/lost.html"
ELSEWHERE = ("/api/", "/C/", "/files/")
HEADERS = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "public, max-age=60"}


@dataclass(frozen=True, slots=True)
class Lost:
    """The distribution's answer as one of the second origin: status and type are that one's, the policy's headers stay."""

    answer: http.client.HTTPResponse
    status: int = 404
    reason: str = "Not Found"

    def getheaders(self) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self.answer.getheaders() if name.title() not in HEADERS]
        return [*kept, *HEADERS.items()]

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return dict(self.getheaders()).get(name.title(), default)


def as_the_cdn(target: str, answer: http.client.HTTPResponse, content: bytes) -> tuple[http.client.HTTPResponse | Lost, bytes]:
    """The answer and its body as a visitor gets them."""
    is_xml = answer.getheader("Content-Type", "").startswith("application/xml")
    if answer.status in (403, 404) and is_xml and not target.startswith(ELSEWHERE):
        return Lost(answer), PAGE.read_bytes()
    return answer, content
