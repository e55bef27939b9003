"""What the log already holds of the facts a file speaks of, a hundred keys at a time, and where its subjects stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import bulk
from chalicelib.errors import NotFound, Unavailable
from chalicelib.intake.log import Key, Log
from chalicelib.publish.files import MISSING, content_type
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import Appended, EventLog
from chalicelib.tables import Cards, table_name

__all__ = ["ImportLog", "Key", "Log"]


@dataclass(frozen=True, slots=True)
class ImportLog:
    """The event log, with the look-up that an import makes before it writes."""

    events: EventLog

    def append(self, events: Iterable[Event], now: datetime) -> Appended:
        """As :meth:`chalicelib.supervision.store.EventLog.append`."""
        return self.events.append(events, now)

    def find_texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        """The stored content of those (subject, event id) that stand in the log. Unavailable: repeat the call."""
        wire = [{"subject": {"S": subject}, "event_id": {"S": event_id}} for subject, event_id in dict.fromkeys(keys)]
        items = bulk.batch_get(self.events.table, wire, ("subject", "event_id", "doc"))
        return {(item["subject"]["S"], item["event_id"]["S"]): item["doc"]["S"] for item in items}  # type: ignore[misc]

    def list_events(self, subject: str) -> tuple[Event, ...]:
        """As :meth:`chalicelib.supervision.store.EventLog.list_events`."""
        return self.events.list_events(subject)


@dataclass(frozen=True, slots=True)
class CardAreas:
    """Where sites stand, by their cards; an enterprise stands wherever one of its sites does."""

    events: EventLog

    def townships(self, subjects: Collection[str]) -> dict[str, frozenset[str]]:
        """As :class:`chalicelib.intake.permission.Areas`."""
        sites = {subject: [subject[2:]] for subject in subjects if subject.startswith("S:")}
        opened = {subject: self._opened(subject) for subject in subjects if subject.startswith("E:")}
        found = self._of_sites({site for each in (*sites.values(), *opened.values()) for site in each})
        areas = {subject: frozenset(found[site] for site in each if site in found) for subject, each in (sites | opened).items()}
        return {subject: area for subject, area in areas.items() if area}

    def _opened(self, subject: str) -> list[str]:
        return [str(event.payload["site_id"]) for event in self.events.list_events(subject) if event.kind == "site_opened"]

    def _of_sites(self, site_ids: Collection[str]) -> dict[str, str]:
        keys = [{"site_id": {"S": site_id}} for site_id in sorted(site_ids)]
        items = bulk.batch_get(table_name(self.events.table_prefix, Cards), keys, ("site_id", "township"))
        return {item["site_id"]["S"]: item["township"]["S"] for item in items}  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class JobObjects:
    """Files of jobs in the bucket, streamed to and from the disk."""

    bucket: str

    def fetch(self, key: str, path: Path) -> None:
        """As :class:`chalicelib.intake.upload.Objects`. Unavailable if it cannot be read now."""
        with _told(key):
            _s3().download_file(self.bucket, key, str(path))

    def keep(self, key: str, path: Path) -> None:
        with _told(key):
            _s3().upload_file(str(path), self.bucket, key, ExtraArgs={"ContentType": content_type(key)})

    def exists(self, key: str) -> bool:
        try:
            with _told(key):
                _s3().head_object(Bucket=self.bucket, Key=key)
        except NotFound:
            return False
        return True


def _s3():
    import boto3

    return boto3.client("s3")


@contextmanager
def _told(key: str) -> Iterator[None]:
    from boto3.exceptions import Boto3Error

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise NotFound("no such file", key=key) from error
        raise Unavailable(error.response["Error"]["Code"], key=key) from error
    except (BotoCoreError, Boto3Error) as error:
        raise Unavailable(type(error).__name__, key=key) from error
