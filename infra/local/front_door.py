"""One address for browsers: a reverse proxy that shows the stack's CDN distribution and nothing else of the emulator.

Every request goes to the distribution, named by the Host header, whatever host the browser asked for; the emulator's own
paths (its admin pages, its other ways to an API) and signed AWS calls are refused. Two exceptions, each with a domain of its own on AWS:
presigned files (:mod:`infra.local.files_door`) and the user pool's hosted sign-in (:mod:`infra.local.sign_in`). With ``--lan`` it
speaks HTTPS, because cameras, service workers and WebCrypto need a secure origin on a phone.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import sys
import threading
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.local import files_door, lost, sign_in, squeeze

HOP_BY_HOP = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
OURS = HOP_BY_HOP | {"host", "content-length", "expect", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"}
AWS_CALLS = ("x-amz-target", "x-amz-security-token", "x-amz-date", "x-amz-content-sha256")
LARGEST_BODY_BYTES = 10 * 1024 * 1024
UPSTREAM_SECONDS = 60
IDLE_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Upstream:
    """The emulator's address, and the distribution's name there (``<label>.cloudfront.localhost``)."""

    host: str
    port: int
    distribution: str
    bucket: str = ""

    def place(self, method: str, target: str) -> tuple[str, str]:
        """The emulator's path for a request, and the host to name there."""
        in_bucket = files_door.in_bucket(method, target, self.bucket)
        if sign_in.is_ours(target):
            return target, f"{self.host}:{self.port}"
        return (in_bucket, f"{self.host}:{self.port}") if in_bucket else (target, f"{self.distribution}:{self.port}")


def distribution_host(domain: str) -> str:
    """The local name of a distribution: its label under ``cloudfront.localhost``."""
    return f"{domain.split('.')[0]}.cloudfront.localhost"


def serve(upstream: Upstream, host: str, port: int, tls: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
    """A listening front door; the caller runs ``serve_forever`` and ``shutdown``."""
    handler = type("FrontDoor", (FrontDoorHandler,), {"upstream": upstream, "scheme": "https" if tls else "http"})
    server = Door((host, port), handler)
    server.tls = tls
    return server


class Door(ThreadingHTTPServer):
    """A thread per connection. The TLS handshake is made in that thread, so that a slow phone holds up nobody."""

    daemon_threads = True
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        request.settimeout(IDLE_SECONDS)
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        try:
            secured = self.tls.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            return
        super().finish_request(secured, client_address)
        secured.close()


    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that leaves before it has its answer is no fault of anybody's; every other one is told."""
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


class FrontDoorHandler(BaseHTTPRequestHandler):
    """Passes one browser connection on, request by request, over one kept connection to the emulator."""

    protocol_version = "HTTP/1.1"
    server_version = "SafetyCode"
    sys_version = ""
    upstream: Upstream
    scheme = "http"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.connection_upstream: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        if self.connection_upstream:
            self.connection_upstream.close()
        super().finish()

    def pass_on(self) -> None:
        """Answer with what the distribution says."""
        if not is_page(self._target()):
            self._refuse(404, "not here")
            return
        body = self._body()
        if body is None:
            return
        try:
            answer, content = self._ask(body)
            answer, content = lost.as_the_cdn(self._target(), answer, content)
            content = sign_in.in_our_words(self._target(), answer.getheader("Content-Type", ""), content)
        except (OSError, http.client.HTTPException):
            self._refuse(502, "the local stack does not answer; ./dev status tells more")
            return
        self._answer(answer, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = pass_on

    def _body(self) -> bytes | None:
        """The request's body; None when it was refused."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            self._refuse(411, "a length is required")
            return None
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit():
            self._refuse(400, "Content-Length is not a number")
            return None
        is_file = files_door.in_bucket(self.command, self._target(), self.upstream.bucket)
        if int(length) > (files_door.LARGEST_BYTES if is_file else LARGEST_BODY_BYTES):
            self._refuse(413, "the body is too large")
            return None
        return self.rfile.read(int(length))

    def _ask(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        """One request upstream. A kept connection that the other side closed is opened again, for repeatable methods only."""
        reused = self.connection_upstream is not None
        try:
            return self._ask_once(body)
        except (OSError, http.client.HTTPException):
            self._forget_upstream()
            if not reused or self.command not in ("GET", "HEAD", "OPTIONS"):
                raise
            return self._ask_once(body)

    def _ask_once(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        if self.connection_upstream is None:
            self.connection_upstream = http.client.HTTPConnection(self.upstream.host, self.upstream.port, timeout=UPSTREAM_SECONDS)
        target, host = self.upstream.place(self.command, self._target())
        target, body, more = sign_in.translated(target, body)
        self.connection_upstream.request(self.command, target, body or None, {**self._request_headers(host), **more})
        answer = self.connection_upstream.getresponse()
        content = answer.read()
        if answer.will_close:
            self._forget_upstream()
        return answer, content

    def _forget_upstream(self) -> None:
        if self.connection_upstream:
            self.connection_upstream.close()
        self.connection_upstream = None

    def _target(self) -> str:
        """Origin form only: an absolute address in the request line cannot choose another host."""
        path = self.path
        if "://" in path.split("?")[0]:
            path = "/" + path.split("://", 1)[1].partition("/")[2]
        return path if path.startswith("/") else "/" + path

    def _request_headers(self, host: str) -> dict[str, str]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OURS and name.lower() not in AWS_CALLS}
        if headers.get("Authorization", "").startswith("AWS4-"):
            del headers["Authorization"]
        forwarded = {"X-Forwarded-For": self.client_address[0], "X-Forwarded-Proto": self.scheme}
        return {**headers, **forwarded, "Host": host}

    def _answer(self, answer: http.client.HTTPResponse | lost.Lost, content: bytes) -> None:
        content, more = squeeze.as_the_cdn(self.headers.get("Accept-Encoding", ""), answer, content)
        self.send_response_only(answer.status, answer.reason)
        for name, value in [*answer.getheaders(), *sign_in.headers(self._target()), *more]:
            if name.lower() not in HOP_BY_HOP and name.lower() != "content-length":
                self.send_header(name, value)
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        elif answer.getheader("Content-Length"):
            self.send_header("Content-Length", answer.getheader("Content-Length"))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, status: int, reason: str) -> None:
        content = (reason + "\n").encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses of plates and people do not belong in a log."""


def is_page(target: str) -> bool:
    """Whether a path can be one of the distribution's: the emulator keeps its own paths, whatever host is asked, under ``/_``."""
    path = target.partition("?")[0]
    for _ in range(3):
        path = urllib.parse.unquote(path)
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return ".." not in parts and not any(part.startswith("_") for part in parts) and path != "/health"


def start(server: ThreadingHTTPServer) -> threading.Thread:
    thread = threading.Thread(target=server.serve_forever, name="front-door", daemon=True)
    thread.start()
    return thread
