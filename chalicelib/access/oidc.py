"""Another identity provider than Cognito: its id tokens are verified here (OpenID Connect Core 1.0 §3.1.3.7).

Chosen when packaging by ``IDENTITY=oidc`` with ``OIDC_ISSUER`` and ``OIDC_AUDIENCE``; needs requirements-oidc.txt. The
provider's keys come from its ``jwks_uri`` and are kept; only asymmetric signatures are accepted.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Mapping
from functools import lru_cache

from chalice.app import AuthRequest, AuthResponse

from chalicelib.access.identity import identity_of
from chalicelib.errors import SafetyCodeError, Unauthenticated

ALGORITHMS = ["RS256", "ES256", "PS256"]
TIMEOUT_SECONDS = 3
CLOCK_LEEWAY_SECONDS = 30

KeyFinder = Callable[[str], object]


def verified_claims(token: str, find_key: KeyFinder, issuer: str, audience: str) -> dict[str, object]:
    """The claims of a genuine, current id token for this audience, in the words of :func:`identity_of`. Unauthenticated otherwise.

    An id token of OpenID Connect has no ``token_use``: it is known by its audience, and by carrying no ``scope``.
    """
    import jwt

    try:
        claims = jwt.decode(
            token,
            find_key(token),  # type: ignore[arg-type]
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=issuer,
            leeway=CLOCK_LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise Unauthenticated("the token was not accepted") from error
    if "scope" in claims or "scp" in claims:
        raise Unauthenticated("an id token is required")
    groups = claims.get("cognito:groups") or claims.get("groups") or claims.get("roles")
    return {**claims, "cognito:groups": groups, "token_use": "id"}


@lru_cache(maxsize=2)
def provider_keys(issuer: str) -> KeyFinder:
    """The signing key of a token by its ``kid``, from the provider's published set; an unknown ``kid`` fetches it anew."""
    import jwt

    with urllib.request.urlopen(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT_SECONDS) as answer:
        configuration = json.load(answer)
    client = jwt.PyJWKClient(configuration["jwks_uri"], cache_keys=True, timeout=TIMEOUT_SECONDS)
    return lambda token: client.get_signing_key_from_jwt(token).key


def gate(request: AuthRequest) -> AuthResponse:
    """The custom authorizer: every route for a genuine token with exactly one role, none otherwise."""
    return decide(request.token, lambda: provider_keys(os.environ["OIDC_ISSUER"]), os.environ)


def decide(header: str, keys: Callable[[], KeyFinder], environment: Mapping[str, str]) -> AuthResponse:
    """The answer for an ``Authorization`` header. Claims travel as one JSON text: an authorizer's context holds no lists."""
    token = header.removeprefix("Bearer ").strip()
    try:
        claims = verified_claims(token, _late(keys), environment["OIDC_ISSUER"], environment["OIDC_AUDIENCE"])
        identity = identity_of(claims)
    except SafetyCodeError:
        return AuthResponse(routes=[], principal_id="nobody")
    return AuthResponse(routes=["*"], principal_id=identity.subject, context={"claims": json.dumps(_told(claims))})


def _late(keys: Callable[[], KeyFinder]) -> KeyFinder:
    return lambda token: keys()(token)


def _told(claims: Mapping[str, object]) -> dict[str, object]:
    """Only what :func:`identity_of` reads goes on: no name, no address, no phone."""
    kept = ("sub", "token_use", "cognito:groups", "custom:organisation", "custom:certificate")
    return {name: claims[name] for name in kept if claims.get(name) is not None}
