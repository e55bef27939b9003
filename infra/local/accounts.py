"""Demo sign-ins, one per role. Passwords are made here, kept in ``.local/`` and nowhere else."""

from __future__ import annotations

import secrets
import string
from itertools import islice

from infra.local import demo
from infra.local.home import read_note, write_note
from infra.local.stack import Deployed

ROLES = ("enterprise", "township", "district", "expert", "admin")
# A colleague each, for what two sign.
COLLEAGUES = {"township-2": "township", "district-2": "district"}
ACCOUNTS = {**{role: role for role in ROLES}, **COLLEAGUES}
OFFICERS = ("township", "district")
NOTE = "accounts"
ASSIGNED = 5


def ensure(deployed: Deployed) -> dict[str, dict[str, str]]:
    """An account of each role in the user pool and a colleague for those who sign in twos, with the groups and claims of docs/architecture.md; role → sign-in.

    One made while there was no site yet gets its organisation as soon as there is one.
    """
    import boto3

    client = boto3.client("cognito-idp")
    pool = deployed.outputs["UserPoolId"]
    kept = read_note(NOTE)
    accounts = kept.get("accounts", {}) if kept.get("pool") == pool else {}
    for name, role in ACCOUNTS.items():
        acts_for = organisation(deployed, role)
        if name not in accounts or (acts_for and not accounts[name]["organisation"]):
            password = accounts.get(name, {}).get("password") or new_password()
            accounts[name] = {"username": f"demo-{name}", "password": password, "organisation": acts_for}
            create(client, pool, role, accounts[name])
            note(deployed, client, role, accounts[name])
            write_note(NOTE, {"pool": pool, "accounts": accounts})
    return accounts


def organisation(deployed: Deployed, role: str) -> str:
    """Whom the account acts for: the township with the first cards, an enterprise there, an expert for some sites; nobody in particular otherwise."""
    cards = list(islice(demo.each_card(deployed), ASSIGNED))
    card = next(iter(cards), {})
    if role == "expert":
        return " ".join(str(one["site_id"]) for one in cards)
    return str({"enterprise": card.get("enterprise_id"), "township": card.get("township")}.get(role) or "")


def create(client: object, pool: str, role: str, account: dict[str, str]) -> None:
    """The user with a permanent password and its group; one that stands is brought to the same state."""
    claims = {"custom:organisation": account["organisation"], "custom:certificate": "DEMO-ENFORCEMENT" if role in OFFICERS else ""}
    attributes = [{"Name": name, "Value": value} for name, value in {"name": f"演示{role}", **claims}.items() if value]
    try:
        client.admin_create_user(UserPoolId=pool, Username=account["username"], UserAttributes=attributes, MessageAction="SUPPRESS")
    except client.exceptions.UsernameExistsException:
        client.admin_update_user_attributes(UserPoolId=pool, Username=account["username"], UserAttributes=attributes)
    client.admin_set_user_password(UserPoolId=pool, Username=account["username"], Password=account["password"], Permanent=True)
    client.admin_add_user_to_group(UserPoolId=pool, Username=account["username"], GroupName=role)


def note(deployed: Deployed, client: object, role: str, account: dict[str, str]) -> None:
    """An enterprise's account stands in the stack's own list too, so that it is seen and can be ended at the desk."""
    if role != "enterprise" or not account["organisation"]:
        return
    from chalicelib.accounts.model import Account
    from chalicelib.accounts.store import AccountTable
    from chalicelib.clock import instant_text, utc_now

    user = client.admin_get_user(UserPoolId=deployed.outputs["UserPoolId"], Username=account["username"])
    subject = next(given["Value"] for given in user["UserAttributes"] if given["Name"] == "sub")
    made = Account(subject, account["username"], "active", instant_text(utc_now()))
    AccountTable(deployed.outputs["StackPrefix"]).keep_account(account["organisation"], made)


def id_token(deployed: Deployed, account: dict[str, str]) -> str:
    """The identity token of a sign-in, as the portal would get it."""
    import boto3

    answer = boto3.client("cognito-idp").initiate_auth(
        ClientId=deployed.outputs["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": account["username"], "PASSWORD": account["password"]},
    )
    return answer["AuthenticationResult"]["IdToken"]


def new_password() -> str:
    """16 characters with upper and lower case and a digit, as the pool's policy asks."""
    letters = string.ascii_letters + string.digits
    while True:
        password = "".join(secrets.choice(letters) for _ in range(16))
        if any(c.islower() for c in password) and any(c.isupper() for c in password) and any(c.isdigit() for c in password):
            return password
