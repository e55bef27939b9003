"""The drill: back the running stack up, restore it into an empty one beside it, hold both against each other, take it down."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import boto3

from chalicelib import clock
from chalicelib.config import Settings
from infra.backup.compare import Compared, compare, snapshot
from infra.backup.restore import restore
from infra.backup.take import Source, take
from infra.backup.vault import Vault
from infra.local.stack import Deployed


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill found: everything held against each other, and the cards rebuilt from the restored log."""

    compared: Compared
    rebuilt: int
    rebuilt_differences: int

    @property
    def identical(self) -> bool:
        return not self.compared.differences and not self.rebuilt_differences


def source_of(settings: Settings) -> Source:
    """A stack by its settings. Of keys only a fingerprint is told."""
    about = {
        "district": settings.district,
        "code_version": settings.code_version,
        "id_key": fingerprint(settings.id_key),
        "plate_keys": fingerprint(settings.plate_keys),
    }
    return Source(settings.table_prefix, settings.files_bucket, about)


def fingerprint(key: str) -> str:
    return hashlib.sha256(f"safety-code fingerprint {key}".encode()).hexdigest()[:16] if key else ""


def drill(deployed: Deployed, vault: Vault, say: Callable[[str], None]) -> Drilled:
    """Everything on the endpoint of this stack; the second stack is deleted at the end, whatever was found."""
    source = source_of(deployed.settings())
    before = snapshot(source)
    say("backing up")
    take(source, vault, clock.utc_now(), say)
    with beside(deployed, say) as second:
        target = source_of(second.settings())
        say("restoring")
        restore(vault, target, say)
        say("comparing")
        compared = compare(source, target, before)
        rebuilt, differing = rebuilt_from_log(second)
    return Drilled(compared, rebuilt, differing)


@contextmanager
def beside(deployed: Deployed, say: Callable[[str], None]) -> Iterator[Deployed]:
    """An empty stack of the same template and keys, whose stream nobody follows."""
    from infra.local import stack

    name = f"drill-{secrets.token_hex(4)}"
    given: Mapping[str, str] = {**deployed.parameters, "StreamEnabled": "false"}
    yielded = Deployed(deployed.endpoint, name, stack.deploy(name, given, say), given)
    try:
        yield yielded
    finally:
        boto3.client("cloudformation").delete_stack(StackName=name)


def rebuilt_from_log(deployed: Deployed) -> tuple[int, int]:
    """Every card of the restored stack, rebuilt from its restored log: how many, and how many differ."""
    from chalicelib.grading.recompute import rebuild, sites_of_district
    from chalicelib.grading.regrade import Regrader
    from chalicelib.register.district import load_district

    settings, now = deployed.settings(), clock.utc_now()
    regrader = Regrader(settings.table_prefix, load_district(settings.district))
    found = rebuild(regrader, settings.day(), sites_of_district(regrader, regrader.saver.cards, now, now))
    return found.sites, len(found.differences)
