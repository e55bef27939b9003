"""The seam between the gateway's authorizer and the rest: which authorizer guards the routes, and who is asking."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from chalice import Chalice, CognitoUserPoolAuthorizer
from chalice.app import Authorizer

from chalicelib.access.identity import Identity, identity_of
from chalicelib.errors import Unauthenticated

# The template replaces it; an intrinsic here would not survive the merge.
PLACEHOLDER_POOL = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/placeholder"


def authorizer(app: Chalice, environment: Mapping[str, str] = os.environ) -> Authorizer:
    """The authorizer chosen when packaging by ``IDENTITY``: ``cognito`` (default) or ``oidc``. ValueError for another.

    An OIDC authorizer is a function of the app by the name ``gate``: the caller keeps the result under that name.
    """
    provider = environment.get("IDENTITY") or "cognito"
    if provider == "cognito":
        return CognitoUserPoolAuthorizer("cognito", provider_arns=[PLACEHOLDER_POOL])
    if provider == "oidc":
        from chalicelib.access.oidc import gate

        return app.authorizer(name="gate", ttl_seconds=300)(gate)
    raise ValueError(f"IDENTITY={provider}: cognito or oidc")


def caller(context: Mapping[str, object]) -> Identity:
    """Who is asking, from the gateway's request context. Unauthenticated if no authorizer let anybody through."""
    verified = context.get("authorizer")
    claims = verified.get("claims") if isinstance(verified, Mapping) else None
    if isinstance(claims, str):
        claims = json.loads(claims)
    if not isinstance(claims, Mapping):
        raise Unauthenticated("nobody is signed in")
    return identity_of(claims)
