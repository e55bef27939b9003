"""The user pool's hosted sign-in on this machine: the emulator's own pages, in Chinese and in our dress.

On AWS the pool's domain serves the same protocol (code and PKCE at ``/oauth2/authorize``, ``/oauth2/token``, ``/logout``)
with managed pages that know Chinese. Only words and style change here: every field of the emulator's form is kept.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl

PATHS = ("/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/login", "/logout")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
REFRESH = "REFRESH_TOKEN_AUTH"
TOKENS = {"id_token": "IdToken", "access_token": "AccessToken", "refresh_token": "RefreshToken", "expires_in": "ExpiresIn", "token_type": "TokenType"}
WORDS = {
    "Sign in": "登录",
    "Set a new password": "设置新密码",
    "Username": "账号",
    "Password": "密码",
    "New password": "新密码",
    "Confirm new password": "再输一次新密码",
    "Update password": "保存新密码",
    "Incorrect username or password.": "账号或密码不对。",
    "User does not exist.": "账号或密码不对。",
    "User is disabled.": "此账号已停用。",
    "Passwords do not match.": "两次输入的新密码不一致。",
}
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><title>{title} · 安全码</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%230d3b59'/%3E%3Cpath d='M16 5l9 4v7c0 6-4 9-9 11-5-2-9-5-9-11V9z' fill='none' stroke='%23fff' stroke-width='2.4'/%3E%3Cpath d='M11.5 16l3.2 3.2 6-6.4' fill='none' stroke='%23fff' stroke-width='2.4'/%3E%3C/svg%3E"><style>
*{{box-sizing:border-box}}body{{margin:0;min-height:100vh;background:linear-gradient(160deg,#0d3b59,#092b41);color:#14202b;display:grid;place-items:center;padding:20px;
font:16px/1.6 system-ui,-apple-system,"PingFang SC","Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}}
main{{background:#fff;border-radius:18px;box-shadow:0 18px 50px rgba(0,0,0,.35);padding:28px 26px;width:100%;max-width:400px}}
h1{{font-size:1.5rem;line-height:1.25;margin:0 0 4px}}p{{margin:0 0 18px;color:#4b5966}}label{{display:block;font-weight:600;margin:14px 0 4px}}
input{{width:100%;font:inherit;padding:11px 12px;border:1px solid #7b8894;border-radius:10px}}button{{width:100%;font:inherit;font-weight:700;margin-top:22px;padding:12px;
border:0;border-radius:10px;background:#0d3b59;color:#fff;cursor:pointer}}:focus-visible{{outline:3px solid #0b6bcb;outline-offset:2px}}
.error{{background:#fdecec;color:#8f0f14;border-left:4px solid #c8141b;border-radius:0 8px 8px 0;padding:10px 12px;margin:0 0 6px}}
small{{display:block;margin-top:18px;color:#4b5966}}</style></head><body><main>
<h1>{title}</h1><p>安全码工作台</p>{error}
<form method="post" action="/login">{fields}<button>{button}</button></form>
<small>本机演示环境。账号和密码见启动时的提示，或 .local/accounts.json。</small></main></body></html>
"""


@dataclass
class HostedPage(HTMLParser):
    """What a hosted page asks: its heading, its error, its form's inputs and the words on its button."""

    texts: dict[str, str] = field(default_factory=dict)
    inputs: list[dict[str, str | None]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    _open: str = ""
    _label: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.inputs.append(given)
            return
        self._open = "error" if given.get("class") == "error" else tag
        self._label = given.get("for") or ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "label":
            self.labels[self._label] = data.strip()
        elif self._open in ("h1", "error", "button"):
            self.texts[self._open] = data.strip()


def is_ours(target: str) -> bool:
    """Whether a path belongs to the user pool's domain."""
    return target.partition("?")[0] in PATHS


def is_page(target: str, content_type: str) -> bool:
    return is_ours(target) and content_type.startswith("text/html")


def headers(target: str) -> list[tuple[str, str]]:
    """What a page for passwords says beside itself."""
    if not is_ours(target):
        return []
    return [("Content-Security-Policy", POLICY), ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff")]


def translated(target: str, body: bytes) -> tuple[str, bytes, dict[str, str]]:
    """What the emulator's endpoints lack is asked of the calls behind them: it has no revocation (RFC 7009), and a token
    refreshed at its token endpoint has lost its groups."""
    form = dict(parse_qsl(body.decode("utf-8", "replace"))) if target in ("/oauth2/revoke", "/oauth2/token") else {}
    client = {"ClientId": form.get("client_id", "")}
    if target == "/oauth2/revoke":
        return _call("RevokeToken", {"Token": form.get("token", ""), **client})
    if form.get("grant_type") == "refresh_token":
        return _call("InitiateAuth", {"AuthFlow": REFRESH, "AuthParameters": {"REFRESH_TOKEN": form.get("refresh_token", "")}, **client})
    return target, body, {}


def _call(name: str, request: dict[str, object]) -> tuple[str, bytes, dict[str, str]]:
    headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{name}", "Content-Type": "application/x-amz-json-1.1"}
    return "/", json.dumps(request).encode(), headers


def in_our_words(target: str, content_type: str, content: bytes) -> bytes:
    """An answer of the pool as the browser expects it: its pages in Chinese, renewed tokens under their names in OAuth."""
    if is_page(target, content_type):
        return in_chinese(content.decode()).encode()
    if target == "/oauth2/token" and content.startswith(b'{"AuthenticationResult"'):
        found = json.loads(content)["AuthenticationResult"]
        return json.dumps({name: found[key] for name, key in TOKENS.items() if key in found}).encode()
    return content


def in_chinese(page: str) -> str:
    """The same form in Chinese. A page without a form (a redirect's empty body) stays as it is."""
    found = HostedPage()
    found.feed(page)
    if not found.inputs:
        return page
    error = found.texts.get("error")
    return PAGE.format(
        title=word(found.texts.get("h1", "Sign in")),
        error=f'<div class="error" role="alert">{word(error)}</div>' if error else "",
        fields="".join(drawn(given, found.labels) for given in found.inputs),
        button=word(found.texts.get("button", "Sign in")),
    )


def drawn(given: dict[str, str | None], labels: dict[str, str]) -> str:
    """An input with its label, all its attributes kept."""
    attributes = " ".join(name if value is None else f'{name}="{html.escape(value)}"' for name, value in given.items())
    label = labels.get(given.get("id") or "")
    return (f'<label for="{html.escape(given["id"] or "")}">{word(label)}</label>' if label else "") + f"<input {attributes}>"


def word(text: str) -> str:
    """The Chinese of a hosted page's words; unknown ones stay, escaped."""
    return html.escape(WORDS.get(text, text))
