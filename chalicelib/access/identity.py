"""Who is asking: the one place that looks at the claims of a verified token. Pure.

Cognito hands groups as a list, as ``a,b`` (AWS REST APIs) or as ``[a, b]`` (emulators); all three are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.errors import Forbidden, Unauthenticated

ROLES = ("admin", "district", "township", "expert", "enterprise")
SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the authorizer verified them.

    ``organisation`` is the township code of an inspector, the enterprise id of an enterprise, and for an expert the ids
    of the assigned sites, separated by blanks or commas. ``subject`` is opaque: no name, no phone.
    """

    subject: str
    role: str
    organisation: str = ""
    enforcement_certificate: bool = False

    def assigned_to(self, site_id: str) -> bool:
        """Whether an expert has this site."""
        return self.role == "expert" and site_id in SEPARATORS.split(self.organisation)


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What the matrices need to know of a site, an enterprise or a township.

    ``townships``: where it stands (an enterprise may stand in several). ``involved``: everybody in the evidence, for
    decisions that must be somebody else's.
    """

    scope: str
    subject_id: str
    enterprise_id: str = ""
    townships: frozenset[str] = frozenset()
    involved: frozenset[str] = frozenset()


PUBLIC = Identity(subject="", role="public")


def identity_of(claims: Mapping[str, object]) -> Identity:
    """The identity in the claims of an **id** token.

    An access token carries no organisation and passes without scopes: refused (Unauthenticated). Somebody without
    exactly one known role is refused too (Forbidden): two roles in one hand would sign against themselves.
    """
    if claims.get("token_use") != "id":
        raise Unauthenticated("an id token is required")
    subject = str(claims.get("sub") or "")
    if not subject:
        raise Unauthenticated("the token names nobody")
    roles = [role for role in ROLES if role in groups_of(claims.get("cognito:groups"))]
    if len(roles) != 1:
        raise Forbidden("exactly one role is required", roles=len(roles))
    return Identity(
        subject=subject,
        role=roles[0],
        organisation=str(claims.get("custom:organisation") or "").strip(),
        enforcement_certificate=_is_set(claims.get("custom:certificate")),
    )


def groups_of(claim: object) -> frozenset[str]:
    """Group names in whatever form the authorizer hands them."""
    if claim is None:
        return frozenset()
    if isinstance(claim, (list, tuple)):
        return frozenset(str(group).strip() for group in claim)
    return frozenset(filter(None, SEPARATORS.split(str(claim).strip().strip("[]"))))


def _is_set(claim: object) -> bool:
    """A custom attribute is text; anything but the usual words for no is a certificate number or a yes."""
    return str(claim or "").strip().lower() not in ("", "0", "false", "no", "none")
