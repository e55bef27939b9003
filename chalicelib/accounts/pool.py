"""The user pool, as far as accounts of enterprises need it: make a user of one enterprise, sign it out everywhere, let it go.

Nothing here decides; no other module of ours holds a client of the pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.tables import region

GROUP = "enterprise"
ORGANISATION = "custom:organisation"


@lru_cache(maxsize=1)
def client() -> BaseClient:
    """The process's client."""
    config = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})
    return botocore.session.get_session().create_client("cognito-idp", region_name=region(), config=config)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the pool: who it is in tokens, and for whom it acts."""

    subject: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Pool:
    """One user pool."""

    pool_id: str

    def find(self, name: str) -> User | None:
        """The user of this sign-in name, or None. Unavailable if the pool does not answer."""
        with faults():
            try:
                found = client().admin_get_user(UserPoolId=self.pool_id, Username=name)
            except client().exceptions.UserNotFoundException:
                return None
        told = {attribute["Name"]: attribute["Value"] for attribute in found["UserAttributes"]}
        return User(told["sub"], told.get(ORGANISATION, ""))

    def make(self, name: str, password: str, enterprise: str) -> User | None:
        """A user of this enterprise who can sign in; one half made stays and is finished. None if the name is another's."""
        attributes = {ORGANISATION: enterprise, **({"email": name} if "@" in name else {})}
        with faults():
            try:
                client().admin_create_user(UserPoolId=self.pool_id, Username=name, UserAttributes=_listed(attributes), MessageAction="SUPPRESS")
            except client().exceptions.UsernameExistsException:
                if (self.find(name) or User("", "")).organisation != enterprise:
                    return None
            client().admin_set_user_password(UserPoolId=self.pool_id, Username=name, Password=password, Permanent=True)
            client().admin_add_user_to_group(UserPoolId=self.pool_id, Username=name, GroupName=GROUP)
        return self.find(name)

    def remove(self, name: str, enterprise: str) -> None:
        """Sign a user of this enterprise out everywhere and let it go, with everything the pool knew of it. No change for another's."""
        found = self.find(name)
        if found is None or found.organisation != enterprise:
            return
        with faults():
            try:
                client().admin_user_global_sign_out(UserPoolId=self.pool_id, Username=name)
                client().admin_delete_user(UserPoolId=self.pool_id, Username=name)
            except client().exceptions.UserNotFoundException:
                return


@contextmanager
def faults() -> Iterator[None]:
    """A fault of the pool inside is Unavailable; its message, which may repeat what was entered, goes nowhere."""
    try:
        yield
    except ClientError as error:
        raise Unavailable(f"user pool: {error.response['Error']['Code']}") from None
    except BotoCoreError as error:
        raise Unavailable(f"user pool: {type(error).__name__}") from None


def _listed(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]
