"""Composition: what stands behind the office in a stack. Tests hand in their own."""

from __future__ import annotations

from chalicelib.access.identity import Identity
from chalicelib.config import Settings
from chalicelib.desk.office import Office


def compose_office(identity: Identity, settings: Settings) -> Office:
    """The office of who asks over the stores of the stack in the settings."""
    from chalicelib.code.compose import compose
    from chalicelib.code.desk import Desk
    from chalicelib.desk.store import PaperStore
    from chalicelib.grading.store import FactsStore

    prefix = settings.table_prefix
    return Office(Desk(identity, compose(settings), settings), FactsStore(prefix), PaperStore(prefix))
