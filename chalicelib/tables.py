"""The tables of docs/architecture.md: their shapes as PynamoDB models.

The shapes are declared here once and a contract test holds the template to them. Single items (the quarantine) go through
the models; jobs that move thousands of items take the names from here and use :mod:`chalicelib.bulk`. Region, endpoint and credentials come from
the environment alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib import clock
from chalicelib.errors import Unavailable

CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 10
ATTEMPTS = 4
DEFAULT_REGION = "cn-north-1"


def region() -> str:
    """The region of the environment at the moment of asking; a Lambda has ``AWS_REGION``, a developer the other."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION


@contextmanager
def faults() -> Iterator[None]:
    """A fault of the database inside is Unavailable: trying again is right."""
    try:
        yield
    except PynamoDBException as error:
        raise Unavailable(type(error).__name__) from error


class InstantAttribute(UnicodeAttribute):
    """An aware datetime as UTC text that sorts. PynamoDB's own attribute silently takes a naive one as UTC."""

    def serialize(self, value: datetime | str) -> str:
        """Text of an instant. ValueError for a naive datetime."""
        return clock.instant_text(clock.parse_instant(value) if isinstance(value, str) else value)


class Base(Model):
    """What every item has. Concrete tables name only their own attributes."""

    class Meta:
        abstract = True
        connect_timeout_seconds = CONNECT_TIMEOUT_S
        read_timeout_seconds = READ_TIMEOUT_S
        max_retry_attempts = ATTEMPTS - 1

    schema = NumberAttribute(default=1)


class ByIngested(GlobalSecondaryIndex):
    """What came in since; sparse only in that nothing else is ever asked of it."""

    class Meta:
        index_name = "by_ingested"
        projection = KeysOnlyProjection()

    ingest_shard = UnicodeAttribute(hash_key=True)
    ingested_at = UnicodeAttribute(range_key=True)


class Events(Base):
    """The append-only log."""

    class Meta(Base.Meta):
        table_name = "events"

    subject = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    ingested_at = InstantAttribute()
    ingest_shard = UnicodeAttribute()
    doc = UnicodeAttribute()
    by_ingested = ByIngested()


class Facts(Base):
    """A site's log regrouped, ready for the judges."""

    class Meta(Base.Meta):
        table_name = "facts"

    site_id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    township = UnicodeAttribute(null=True)
    enterprise_id = UnicodeAttribute(null=True)
    known_at = UnicodeAttribute()
    doc = UnicodeAttribute()


class ByTownship(GlobalSecondaryIndex):
    """The cards of a township, without their documents."""

    class Meta:
        index_name = "by_township"
        projection = IncludeProjection(
            ["version", "as_of", "grade", "score", "name", "enterprise_id", "issue", "rule_set", "review_on", "review_shard"]
        )

    township = UnicodeAttribute(hash_key=True)
    site_id = UnicodeAttribute(range_key=True)


class BySearch(GlobalSecondaryIndex):
    """What the sites of a township are found by, and nothing else: it is written only when the register changes, not with every grade."""

    class Meta:
        index_name = "by_search"
        projection = IncludeProjection(["search"])

    township = UnicodeAttribute(hash_key=True)
    site_id = UnicodeAttribute(range_key=True)


class ByReview(GlobalSecondaryIndex):
    """Sites by the day on which time alone changes something."""

    class Meta:
        index_name = "by_review"
        projection = KeysOnlyProjection()

    review_shard = UnicodeAttribute(hash_key=True)
    review_on = UnicodeAttribute(range_key=True)


class Cards(Base):
    """The ready-made public card of a site."""

    class Meta(Base.Meta):
        table_name = "cards"

    site_id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    as_of = UnicodeAttribute()
    grade = UnicodeAttribute()
    score = NumberAttribute(null=True)
    name = UnicodeAttribute()
    township = UnicodeAttribute()
    enterprise_id = UnicodeAttribute(null=True)
    issue = NumberAttribute(null=True)
    rule_set = UnicodeAttribute()
    review_on = UnicodeAttribute(null=True)
    review_shard = UnicodeAttribute(null=True)
    outcome = UnicodeAttribute()
    doc = UnicodeAttribute()
    search = UnicodeAttribute(null=True)
    by_township = ByTownship()
    by_search = BySearch()
    by_review = ByReview()


class History(Base):
    """One line per visible change of a card; never overwritten."""

    class Meta(Base.Meta):
        table_name = "history"

    site_id = UnicodeAttribute(hash_key=True)
    line = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()


class Runs(Base):
    """Month runs: plan, partial results, finish."""

    class Meta(Base.Meta):
        table_name = "runs"

    run = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()


class Notices(Base):
    """Which notice went to which channel. The code that writes them knows the claim's end (``claimed_until``)."""

    class Meta(Base.Meta):
        table_name = "notices"

    notice = UnicodeAttribute(hash_key=True)
    channel = UnicodeAttribute(range_key=True)
    claimed_until = UnicodeAttribute(null=True)
    doc = UnicodeAttribute()


class Changes(Base):
    """Which townships' sites are being regraded, and how far the present map is (names with ``#``)."""

    class Meta(Base.Meta):
        table_name = "changes"

    township = UnicodeAttribute(hash_key=True)
    stamp = UnicodeAttribute(null=True)
    doc = UnicodeAttribute(null=True)


class Audit(Base):
    """Who did or saw what."""

    class Meta(Base.Meta):
        table_name = "audit"

    day = UnicodeAttribute(hash_key=True)
    line = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()


class Papers(Base):
    """Numbers of papers served on sites: one item per number of a series, none left out, none given twice."""

    class Meta(Base.Meta):
        table_name = "papers"

    series = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    doc = UnicodeAttribute()


class Ledger(Base):
    """The hash chain of acts by hand: its entries, a mark for each event entered, and the head."""

    class Meta(Base.Meta):
        table_name = "ledger"

    part = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    hash = UnicodeAttribute(null=True)
    doc = UnicodeAttribute()


class Quarantine(Base):
    """Records that can never succeed, with the reason."""

    class Meta(Base.Meta):
        table_name = "quarantine"

    queue = UnicodeAttribute(hash_key=True)
    line = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute()


class Reports(Base):
    """Receipts and contacts of the public's reports, and the day's counters: erasable, and everything expires."""

    class Meta(Base.Meta):
        table_name = "reports"

    receipt = UnicodeAttribute(hash_key=True)
    doc = UnicodeAttribute(null=True)
    contact = UnicodeAttribute(null=True)
    used = NumberAttribute(null=True)
    expires_at = NumberAttribute()


class ByOwner(GlobalSecondaryIndex):
    """Somebody's jobs of a kind, by when they were asked for."""

    class Meta:
        index_name = "by_owner"
        projection = AllProjection()

    owner = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute(range_key=True)


class Jobs(Base):
    """Files in and out: how far each is. Gone some weeks after."""

    class Meta(Base.Meta):
        table_name = "jobs"

    job = UnicodeAttribute(hash_key=True)
    owner = UnicodeAttribute()
    created_at = UnicodeAttribute()
    version = NumberAttribute()
    expires_at = NumberAttribute()
    doc = UnicodeAttribute()
    by_owner = ByOwner()


class Persons(Base):
    """Names and phones by site and office, outside the log. Erased: the same key without a document."""

    class Meta(Base.Meta):
        table_name = "persons"

    subject = UnicodeAttribute(hash_key=True)
    office = UnicodeAttribute(range_key=True)
    doc = UnicodeAttribute(null=True)


class Accounts(Base):
    """Accounts of enterprises: the one open code of each, who has an account since when, and the day's counters (with ``#``)."""

    class Meta(Base.Meta):
        table_name = "accounts"

    owner = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    serial = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    tries = NumberAttribute(null=True)
    claim = UnicodeAttribute(null=True)
    claimed_until = NumberAttribute(null=True)
    name = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    doc = UnicodeAttribute(null=True)


class ByWaiting(GlobalSecondaryIndex):
    """Acts that wait for a second signature, by when their time is over; an act that ended is not in it."""

    class Meta:
        index_name = "by_waiting"
        projection = AllProjection()

    waiting = UnicodeAttribute(hash_key=True)
    open_until = UnicodeAttribute(range_key=True)


class ByPerson(GlobalSecondaryIndex):
    """What somebody prepared, by when."""

    class Meta:
        index_name = "by_person"
        projection = AllProjection()

    prepared_by = UnicodeAttribute(hash_key=True)
    prepared_at = UnicodeAttribute(range_key=True)


class Acts(Base):
    """Acts that two sign: what the first prepared, and what became of it. The facts are in the log; this goes some weeks after."""

    class Meta(Base.Meta):
        table_name = "acts"

    act = UnicodeAttribute(hash_key=True)
    waiting = UnicodeAttribute(null=True)
    prepared_by = UnicodeAttribute()
    prepared_at = UnicodeAttribute()
    open_until = UnicodeAttribute()
    version = NumberAttribute()
    expires_at = NumberAttribute()
    doc = UnicodeAttribute()
    by_waiting = ByWaiting()
    by_person = ByPerson()


MODELS: tuple[type[Base], ...] = (Events, Facts, Cards, History, Runs, Notices, Changes, Audit, Papers, Ledger, Quarantine, Reports, Jobs, Persons, Accounts, Acts)


def table_name(prefix: str, model: type[Base]) -> str:
    """The name of a table in the stack of this prefix."""
    return f"{prefix}-{model.Meta.table_name}"


@lru_cache(maxsize=256)
def bind(model: type[Base], prefix: str) -> type[Base]:
    """The model, standing on the table of this prefix."""
    meta = type("Meta", (model.Meta,), {"table_name": table_name(prefix, model), "region": region()})
    return type(model.__name__, (model,), {"Meta": meta})
