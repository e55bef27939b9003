"""Signing in: the provider's addresses as the front end hears them, and the hosted page of this machine in Chinese."""

from __future__ import annotations

import pytest

from chalicelib.access.signin import cognito, discovered
from chalicelib.errors import Unavailable
from infra.local import sign_in

FORM = """<h1>Sign in</h1><div class="error">Incorrect username or password.</div><form method="POST" action="/login">
<input type="hidden" name="state" value="a&quot;b"><input type="hidden" name="code_challenge" value="xyz">
<label for="username">Username</label><input type="text" id="username" name="username" autocomplete="username" required autofocus>
<label for="password">Password</label><input type="password" id="password" name="password" required><button type="submit">Sign in</button></form>"""


def test_a_pool_has_its_pages_at_fixed_paths() -> None:
    assert cognito("https://x.auth.eu-west-1.amazoncognito.com/") == {
        "authorization_endpoint": "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
        "token_endpoint": "https://x.auth.eu-west-1.amazoncognito.com/oauth2/token",
        "revocation_endpoint": "https://x.auth.eu-west-1.amazoncognito.com/oauth2/revoke",
        "end_session_endpoint": "https://x.auth.eu-west-1.amazoncognito.com/logout",
    }


def test_another_provider_publishes_its_own() -> None:
    asked: list[str] = []

    def fetch(address: str) -> dict[str, object]:
        asked.append(address)
        return {"issuer": "https://id.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t"}

    assert discovered("https://id.example/", fetch) == {
        "authorization_endpoint": "https://id.example/a",
        "token_endpoint": "https://id.example/t",
    }
    assert asked == ["https://id.example/.well-known/openid-configuration"]


def test_a_provider_that_is_silent_may_come_back() -> None:
    from chalicelib.access.signin import fetch

    with pytest.raises(Unavailable):
        fetch("http://127.0.0.1:9/.well-known/openid-configuration")


def test_the_hosted_page_speaks_chinese_and_keeps_every_field() -> None:
    page = sign_in.in_chinese(FORM)
    for kept in ('name="state" value="a&quot;b"', 'name="code_challenge" value="xyz"', 'name="username"', 'type="password"', "required"):
        assert kept in page
    assert all(word in page for word in ("<h1>登录</h1>", "账号", "密码", "账号或密码不对。"))
    assert "Sign in" not in page and "Username" not in page


def test_a_page_without_a_form_stays() -> None:
    assert sign_in.in_chinese("<p>moved</p>") == "<p>moved</p>"


def test_what_the_pool_says_is_text() -> None:
    page = sign_in.in_chinese(FORM.replace("Incorrect username or password.", "&lt;b&gt;x"))
    assert "&lt;b&gt;x" in page and "<b>x" not in page


def test_a_revocation_is_told_in_the_emulators_words() -> None:
    target, body, headers = sign_in.translated("/oauth2/revoke", b"token=abc&client_id=me")
    assert (target, body) == ("/", b'{"Token": "abc", "ClientId": "me"}')
    assert headers["X-Amz-Target"].endswith(".RevokeToken")
    assert sign_in.translated("/login", b"x") == ("/login", b"x", {})


def test_a_renewed_token_keeps_its_groups_and_comes_back_under_its_name() -> None:
    target, body, headers = sign_in.translated("/oauth2/token", b"grant_type=refresh_token&client_id=me&refresh_token=r%2B1")
    assert target == "/" and headers["X-Amz-Target"].endswith(".InitiateAuth")
    assert b'"REFRESH_TOKEN": "r+1"' in body
    answer = b'{"AuthenticationResult": {"IdToken": "i", "AccessToken": "a", "ExpiresIn": 3600, "TokenType": "Bearer"}}'
    told = sign_in.in_our_words("/oauth2/token", "application/x-amz-json-1.1", answer)
    assert told == b'{"id_token": "i", "access_token": "a", "expires_in": 3600, "token_type": "Bearer"}'
    code = b"grant_type=authorization_code&code=x"
    assert sign_in.translated("/oauth2/token", code) == ("/oauth2/token", code, {})
    assert sign_in.in_our_words("/oauth2/token", "application/json", b'{"error": "x"}') == b'{"error": "x"}'


@pytest.mark.parametrize("target", ["/oauth2/authorize?client_id=1", "/login", "/logout?x=1"])
def test_only_the_pools_paths_leave_the_distribution(target: str) -> None:
    assert sign_in.is_ours(target)
    assert not any(sign_in.is_ours(other) for other in ("/", "/oauth2", "/oauth2/authorize/x", "/api/login", "/desk/"))
