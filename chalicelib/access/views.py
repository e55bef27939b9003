"""The seam between the gateway's authorizer and the rest: which authorizer guards the routes, and who is asking."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping

from chalice import Chalice, CognitoUserPoolAuthorizer
from chalice.app import Authorizer

from chalicelib.access.identity import Identity, identity_of
from chalicelib.config import settings
from chalicelib.errors import Unauthenticated

# Chalice wants an ARN before there is a stack. This one names nothing, in any account or region: infra/package.py puts the stack's own pool
# in its place (an intrinsic here would not survive the merge), and tests/contract/test_template.py finds none of them left.
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


def caller(context: Mapping[str, object], ended: Callable[[Identity], bool] | None = None) -> Identity:
    """Who is asking, from the gateway's request context. Unauthenticated if no authorizer let anybody through, or the account has ended.

    An identity token stays genuine until it expires, whatever has become of its user: so those of accounts that we end ourselves are
    looked up (``ended``; by default in our own table, where accounts are ours).
    """
    verified = context.get("authorizer")
    claims = verified.get("claims") if isinstance(verified, Mapping) else None
    if isinstance(claims, str):
        claims = json.loads(claims)
    if not isinstance(claims, Mapping):
        raise Unauthenticated("nobody is signed in")
    identity = identity_of(claims)
    if (ended or has_ended)(identity):
        raise Unauthenticated("the account has ended")
    return identity


def has_ended(identity: Identity, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this is an account of an enterprise that was ended. Another provider ends its own: then nothing is read."""
    if identity.role != "enterprise" or environment.get("OWN_ACCOUNTS") != "true":
        return False
    from chalicelib.accounts.store import AccountTable

    return AccountTable(settings().table_prefix).is_ended(identity.organisation, identity.subject)
