"""Codes, accounts and counters of enterprises in DynamoDB. Every step of a code is a conditional write: of two at once, one goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from chalicelib import bulk
from chalicelib.accounts.model import LEASE_SECONDS, MOST_TRIES, Account, Code
from chalicelib.clock import instant_text
from chalicelib.tables import Accounts, table_name

CODE, USER = "code", "user#"
COUNTER_DAYS = 2
# Attributes of a code's item that conditions look at; the rest of a code is one document.
LIVE = ("serial", "state", "tries", "claim")


@dataclass(frozen=True, slots=True)
class AccountTable:
    """The ``accounts`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Accounts)

    # ── Codes ────────────────────────────────────────────────────────────────────────────────────────────────────
    def find_code(self, enterprise: str) -> Code | None:
        """The newest code of an enterprise, used or not; None if there never was one."""
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key=_key(enterprise, CODE), ConsistentRead=True).get("Item")
        return _code(item) if item else None

    def put_code(self, enterprise: str, code: Code, before: Code | None) -> bool:
        """Put a new code in the place of the one that was read; False if another one has come between."""
        document = {name: value for name, value in asdict(code).items() if name not in LIVE}
        item = {
            **_key(enterprise, CODE), "schema": {"N": "1"}, "serial": {"S": code.serial}, "state": {"S": code.state},
            "tries": {"N": "0"}, "doc": {"S": json.dumps(document)},
        }  # fmt: skip
        if before is None:
            return bulk.conditional(bulk.client().put_item, TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(part)")
        return bulk.conditional(
            bulk.client().put_item, TableName=self.table, Item=item,
            ConditionExpression="serial = :before",
            ExpressionAttributeValues={":before": {"S": before.serial}},
        )

    def count_try(self, enterprise: str, serial: str) -> bool:
        """Count one more try at an open code; False, and nothing counted, when it may not be tried any more."""
        return self._update(
            _key(enterprise, CODE),
            "SET tries = tries + :one",
            "serial = :serial AND #state = :open AND tries < :most",
            {":one": {"N": "1"}, ":serial": {"S": serial}, ":open": {"S": "open"}, ":most": {"N": str(MOST_TRIES)}},
            {"#state": "state"},
        )

    def claim(self, enterprise: str, serial: str, name: str, now: datetime) -> bool:
        """Hold an open code for making this sign-in name; again by the same name, or when whoever held it has not come back."""
        until = now + timedelta(seconds=LEASE_SECONDS)
        values = {
            ":serial": {"S": serial}, ":open": {"S": "open"}, ":name": {"S": name},
            ":until": {"N": str(int(until.timestamp()))}, ":now": {"N": str(int(now.timestamp()))},
        }  # fmt: skip
        return self._update(
            _key(enterprise, CODE),
            "SET claim = :name, claimed_until = :until",
            "serial = :serial AND #state = :open AND (attribute_not_exists(claim) OR claim = :name OR claimed_until < :now)",
            values,
            {"#state": "state"},
        )

    def finish(self, enterprise: str, serial: str, account: Account) -> bool:
        """The code is used and the account stands, both or neither; False when the claim is no longer this name's."""
        used = {
            "TableName": self.table, "Key": _key(enterprise, CODE), "UpdateExpression": "SET #state = :used REMOVE claim, claimed_until",
            "ConditionExpression": "serial = :serial AND #state = :open AND claim = :name", "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":used": {"S": "used"}, ":open": {"S": "open"}, ":serial": {"S": serial}, ":name": {"S": account.name}},
        }  # fmt: skip
        stands = {"TableName": self.table, "Item": self._item(enterprise, account)}
        try:
            bulk.call(bulk.client().transact_write_items, TransactItems=[{"Update": used}, {"Put": stands}])
        except ClientError:
            return False
        return True

    # ── Accounts ─────────────────────────────────────────────────────────────────────────────────────────────────
    def list_accounts(self, enterprise: str) -> list[Account]:
        """Every account an enterprise ever had, oldest first."""
        values = {":owner": {"S": enterprise}, ":user": {"S": USER}}
        items = bulk.query_items(
            TableName=self.table, KeyConditionExpression="#owner = :owner AND begins_with(part, :user)",
            ExpressionAttributeNames={"#owner": "owner"}, ExpressionAttributeValues=values, ConsistentRead=True,
        )  # fmt: skip
        return sorted(map(_account, items), key=lambda one: (one.since, one.account))

    def find_account(self, enterprise: str, account: str) -> Account | None:
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key=_key(enterprise, USER + account), ConsistentRead=True).get("Item")
        return _account(item) if item else None

    def keep_account(self, enterprise: str, account: Account) -> None:
        """Note an account that was made elsewhere; one that stands stays as it is, ended ones above all."""
        bulk.conditional(bulk.client().put_item, TableName=self.table, Item=self._item(enterprise, account), ConditionExpression="attribute_not_exists(part)")

    def end(self, enterprise: str, account: str, now: datetime) -> None:
        """From here on the account's tokens are refused. Its name stays until the pool has let it go."""
        self._update(
            _key(enterprise, USER + account),
            "SET #state = :ended, ended_at = if_not_exists(ended_at, :now)",
            "attribute_exists(part)",
            {":ended": {"S": "ended"}, ":now": {"S": instant_text(now)}},
            {"#state": "state"},
        )

    def forget_name(self, enterprise: str, account: str) -> None:
        self._update(_key(enterprise, USER + account), "REMOVE #name", "attribute_exists(part)", None, {"#name": "name"})

    def is_ended(self, enterprise: str, account: str) -> bool:
        """Whether this account of the enterprise has ended. One that was never noted has not."""
        found = self.find_account(enterprise, account)
        return found is not None and found.state == "ended"

    # ── Counters ─────────────────────────────────────────────────────────────────────────────────────────────────
    def count(self, name: str, most: int, now: datetime) -> bool:
        """Count one more under this name; False, and nothing counted, when there are as many as may be."""
        end = {"N": str(int((now + timedelta(days=COUNTER_DAYS)).timestamp()))}
        return self._update(
            _key(name, "count"),
            "SET tries = if_not_exists(tries, :none) + :one, expires_at = :end, #schema = :one",
            "attribute_not_exists(tries) OR tries < :most",
            {":none": {"N": "0"}, ":one": {"N": "1"}, ":end": end, ":most": {"N": str(most)}},
            {"#schema": "schema"},
        )

    def _item(self, enterprise: str, account: Account) -> dict[str, object]:
        return {
            **_key(enterprise, USER + account.account), "schema": {"N": "1"}, "name": {"S": account.name}, "state": {"S": account.state},
            "doc": {"S": json.dumps({"since": account.since})},
        }  # fmt: skip

    def _update(self, key: Mapping[str, object], update: str, condition: str, values: Mapping[str, object] | None, names: Mapping[str, str]) -> bool:
        given = {"ExpressionAttributeValues": values} if values else {}
        return bulk.conditional(
            bulk.client().update_item,
            TableName=self.table,
            Key=key,
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            **given,
        )

def _key(owner: str, part: str) -> dict[str, object]:
    return {"owner": {"S": owner}, "part": {"S": part}}


def _code(item: Mapping[str, Mapping[str, str]]) -> Code:
    live = {"serial": item["serial"]["S"], "state": item["state"]["S"], "tries": int(item["tries"]["N"]), "claim": item.get("claim", {}).get("S", "")}
    return Code(**json.loads(item["doc"]["S"]), **live)


def _account(item: Mapping[str, Mapping[str, str]]) -> Account:
    return Account(
        account=item["part"]["S"].removeprefix(USER),
        name=item.get("name", {}).get("S", ""),
        state=item["state"]["S"],
        since=json.loads(item["doc"]["S"])["since"],
        ended_at=item.get("ended_at", {}).get("S", ""),
    )
