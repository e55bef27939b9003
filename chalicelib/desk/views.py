"""The front end's own routes: they translate between HTTP and what stands behind, and decide nothing."""

from __future__ import annotations

import os
from collections.abc import Callable

from chalice import Blueprint
from chalice.app import Authorizer

from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.http import answers

BACK = "/desk/"


def build_blueprint(guard: Authorizer, configure: Callable[[], Settings] = settings) -> Blueprint:
    """Where to sign in (open to everybody) and what the codes mean."""
    routes = Blueprint("chalicelib.desk.views")
    answered = answers(routes)

    @routes.route("/sign-in", methods=["GET"])
    @answered
    def where_to_sign_in():
        from chalicelib.access.signin import sign_in

        current = configure()
        provider = os.environ.get("IDENTITY") or "cognito"
        client = current.user_pool_client_id or os.environ.get("OIDC_AUDIENCE", "")
        return sign_in(provider, current.sign_in_url, client, current.public_base_url + BACK)

    @routes.route("/words", methods=["GET"], authorizer=guard)
    @answered
    def what_codes_mean():
        from chalicelib.desk.words import words

        caller(routes.current_request.context)
        return words()

    return routes
