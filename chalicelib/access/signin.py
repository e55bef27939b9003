"""Where people sign in: the provider's addresses for code + PKCE (RFC 6749, RFC 7636), told to the front end.

Cognito's hosted pages stand at fixed paths below the pool's domain; another provider's are in its discovery document.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping

from chalicelib.errors import Unavailable

TIMEOUT_SECONDS = 3
DISCOVERY = "/.well-known/openid-configuration"
KNOWN = ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "end_session_endpoint")

Fetch = Callable[[str], Mapping[str, object]]


def sign_in(provider: str, base: str, client: str, back: str) -> dict[str, object]:
    """What a browser needs to sign in. ``back`` is the one address the provider sends it back to."""
    found = cognito(base) if provider == "cognito" else discovered(base, fetch)
    return {"provider": provider, "client_id": client, "redirect_uri": back, **found}


def cognito(base: str) -> dict[str, str]:
    """The endpoints of a user pool's domain (managed login)."""
    paths = ("oauth2/authorize", "oauth2/token", "oauth2/revoke", "logout")
    return {name: f"{base.rstrip('/')}/{path}" for name, path in zip(KNOWN, paths)}


def discovered(issuer: str, fetch: Fetch) -> dict[str, str]:
    """The endpoints that an issuer publishes (OpenID Connect Discovery 1.0); those it lacks are left out."""
    document = fetch(issuer.rstrip("/") + DISCOVERY)
    return {name: str(document[name]) for name in KNOWN if document.get(name)}


def fetch(address: str) -> Mapping[str, object]:
    """A JSON document of the provider. Unavailable while it does not answer."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)
    except (OSError, ValueError) as error:
        raise Unavailable("the identity provider does not answer") from error
