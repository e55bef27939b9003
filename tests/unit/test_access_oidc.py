"""Another identity provider: its id tokens are verified against its published keys, everything else opens no route."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from chalice import Chalice, CognitoUserPoolAuthorizer
from chalice.test import Client
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.access.oidc import decide, provider_keys, verified_claims
from chalicelib.access.views import authorizer, caller
from chalicelib.errors import Unauthenticated

AUDIENCE = "safety-code"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGED = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(BaseHTTPRequestHandler):
    """A provider's two public documents."""

    def do_GET(self) -> None:
        issuer = f"http://127.0.0.1:{self.server.server_port}"
        public = {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())), "kid": "k1", "use": "sig", "alg": "RS256"}
        documents = {"/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}, "/keys": {"keys": [public]}}
        body = json.dumps(documents[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """The test's output stays clean."""


@pytest.fixture(scope="module")
def issuer():
    server = HTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def token(issuer: str, key: object = KEY, algorithm: str = "RS256", **changes: object) -> str:
    now = int(time.time())
    claims = {"iss": issuer, "aud": AUDIENCE, "sub": "o-1", "iat": now, "exp": now + 600, "groups": ["township"], "name": "张三"}
    claims |= {"custom:organisation": "330110010", **changes}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm, headers={"kid": "k1"})


def answer(issuer: str, header: str) -> dict:
    environment = {"OIDC_ISSUER": issuer, "OIDC_AUDIENCE": AUDIENCE}
    return decide(header, lambda: provider_keys(issuer), environment).to_dict(FakeRequest())


class FakeRequest:
    method_arn = "arn:aws:execute-api:us-east-1:123456789012:abc/api/GET/me"


def test_a_genuine_id_token_is_let_through_with_only_the_claims_that_are_read(issuer: str) -> None:
    given = answer(issuer, f"Bearer {token(issuer)}")
    assert given["principalId"] == "o-1"
    assert given["policyDocument"]["Statement"][0]["Resource"]
    claims = json.loads(given["context"]["claims"])
    assert claims == {"sub": "o-1", "token_use": "id", "cognito:groups": ["township"], "custom:organisation": "330110010"}
    assert caller({"authorizer": given["context"]}).role == "township"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": FORGED},
        {"key": "x" * 32, "algorithm": "HS256"},
        {"iss": "http://elsewhere.example"},
        {"aud": "another-client"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"sub": None},
        {"scope": "openid profile"},
        {"groups": ["township", "district"]},
        {"groups": None},
    ],
)
def test_any_other_token_opens_no_route(issuer: str, changes: dict) -> None:
    given = answer(issuer, token(issuer, **changes))
    assert given["principalId"] == "nobody"
    assert not given["policyDocument"]["Statement"][0]["Resource"]


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x.y.z", "e30.e30."])
def test_what_is_no_token_opens_no_route(issuer: str, header: str) -> None:
    assert answer(issuer, header)["principalId"] == "nobody"


def test_an_unsigned_token_is_refused(issuer: str) -> None:
    unsigned = token(issuer, key=None, algorithm="none")
    with pytest.raises(Unauthenticated):
        verified_claims(unsigned, provider_keys(issuer), issuer, AUDIENCE)


def test_the_authorizer_is_chosen_when_packaging_and_works_through_the_gateway(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    monkeypatch.setenv("OIDC_AUDIENCE", AUDIENCE)
    app = Chalice(app_name="oidc-test")
    guard = authorizer(app, {"IDENTITY": "oidc"})

    @app.route("/me", authorizer=guard)
    def me():
        return {"role": caller(app.current_request.context).role}

    with Client(app) as client:
        assert client.http.get("/me", headers={"Authorization": f"Bearer {token(issuer)}"}).json_body == {"role": "township"}
        assert client.http.get("/me", headers={"Authorization": f"Bearer {token(issuer, key=FORGED)}"}).status_code == 403
        assert client.http.get("/me").status_code == 401
    assert [(handler.name, handler.handler_string) for handler in app.builtin_auth_handlers] == [("gate", "app.gate")]


def test_cognito_is_the_default_and_an_unknown_provider_is_named() -> None:
    app = Chalice(app_name="cognito-test")
    assert isinstance(authorizer(app, {}), CognitoUserPoolAuthorizer)
    assert isinstance(authorizer(app, {"IDENTITY": "cognito"}), CognitoUserPoolAuthorizer)
    with pytest.raises(ValueError, match="ldap"):
        authorizer(app, {"IDENTITY": "ldap"})


@pytest.mark.parametrize("context", [{}, {"authorizer": None}, {"authorizer": {}}, {"authorizer": {"claims": None}}])
def test_nobody_is_signed_in_without_verified_claims(context: dict) -> None:
    with pytest.raises(Unauthenticated):
        caller(context)
