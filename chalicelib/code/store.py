"""What the API reads besides the log: cards, a township's list of them, history lines, files of releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from chalicelib import bulk
from chalicelib.errors import NotFound, Unavailable
from chalicelib.tables import Cards, History, table_name

PAGE_SIZE = 100
ROW_TEXTS = ("site_id", "name", "grade", "as_of", "review_on", "enterprise_id")


@dataclass(frozen=True, slots=True)
class Card:
    """The stored card of one site: its plate's issue number and the public document."""

    issue: int | None
    doc: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and where it goes on; ``next`` None at the end."""

    rows: list[dict[str, object]]
    next: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class CardShelf:
    """The ``cards`` and ``history`` tables of a stack, read only."""

    table_prefix: str

    def find(self, site_id: str) -> Card | None:
        """The card of a site, or None."""
        key = {"site_id": {"S": site_id}}
        item = bulk.call(bulk.client().get_item, TableName=table_name(self.table_prefix, Cards), Key=key).get("Item")
        if not item:
            return None
        issue = item.get("issue", {}).get("N")
        return Card(int(issue) if issue else None, orjson.loads(item["doc"]["S"]))

    def list_township(self, township: str, grade: str | None, after: str | None) -> Page:
        """A page of a township's cards after a site id; with ``grade`` only those (a page may then be short, even empty)."""
        request: dict[str, object] = {
            "TableName": table_name(self.table_prefix, Cards),
            "IndexName": "by_township",
            "KeyConditionExpression": "township = :township",
            "ExpressionAttributeValues": {":township": {"S": township}},
            "Limit": PAGE_SIZE,
        }
        if grade:
            request["FilterExpression"] = "grade = :grade"
            request["ExpressionAttributeValues"][":grade"] = {"S": grade}  # type: ignore[index]
        if after:
            request["ExclusiveStartKey"] = {"township": {"S": township}, "site_id": {"S": after}}
        answer = bulk.call(bulk.client().query, **request)
        last = answer.get("LastEvaluatedKey")
        return Page([_row(item) for item in answer["Items"]], {"after": last["site_id"]["S"]} if last else None)

    def list_history(self, site_id: str) -> list[dict[str, object]]:
        """Every visible change of a site, newest first."""
        items = bulk.query_items(
            TableName=table_name(self.table_prefix, History),
            KeyConditionExpression="site_id = :site",
            ExpressionAttributeValues={":site": {"S": site_id}},
            ScanIndexForward=False,
        )
        return [{"line": item["line"]["S"], **orjson.loads(item["doc"]["S"])} for item in items]


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """The bucket of releases, read only."""

    bucket: str

    def read(self, key: str) -> bytes:
        """A file of a release. NotFound if it is not there, Unavailable if it cannot be read now."""
        import botocore.session
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return botocore.session.get_session().create_client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            # Without the right to list, a missing key is answered by 403.
            if error.response["Error"]["Code"] in ("NoSuchKey", "404", "403", "AccessDenied"):
                raise NotFound("no such file", path=key) from error
            raise Unavailable("the file cannot be read now") from error
        except BotoCoreError as error:
            raise Unavailable("the file cannot be read now") from error


def _row(item: bulk.Item) -> dict[str, object]:
    row: dict[str, object] = {name: item[name]["S"] for name in ROW_TEXTS if "S" in item.get(name, {})}
    if "N" in item.get("score", {}):
        row["score_tenths"] = int(item["score"]["N"])  # type: ignore[arg-type]
    return row
