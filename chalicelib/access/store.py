"""Audit lines in DynamoDB: one item per line, never overwritten."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from chalicelib import bulk
from chalicelib.access.audit import AuditLine
from chalicelib.tables import Audit, table_name

IS_NEW = "attribute_not_exists(#line)"


@dataclass(frozen=True, slots=True)
class AuditTable:
    """The ``audit`` table of a stack."""

    table_prefix: str

    def write(self, line: AuditLine) -> None:
        """Append a line. Unavailable if it cannot be written now: then what it would have recorded must not happen."""
        document = {name: value for name, value in asdict(line).items() if name not in ("day", "line")}
        bulk.call(
            bulk.client().put_item,
            TableName=table_name(self.table_prefix, Audit),
            Item={
                "day": {"S": line.day},
                "line": {"S": line.line},
                "schema": {"N": "1"},
                "doc": {"S": json.dumps(document, ensure_ascii=False)},
            },
            ConditionExpression=IS_NEW,
            ExpressionAttributeNames={"#line": "line"},
        )
