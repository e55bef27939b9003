"""The drill on the whole stack: what was backed up, restored and rebuilt is the district that was there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from infra.backup.drill import drill
from infra.backup.vault import FolderVault
from infra.local import demo
from infra.local.progress import Progress
from tests.aws import Stack


@pytest.mark.full
def test_a_restored_district_has_the_same_cards_and_the_same_releases(stack: Stack, tmp_path: Path) -> None:
    demo.publish_months(stack.deployed, date(2020, 6, 30), Progress(), months=1)
    told: list[str] = []
    found = drill(stack.deployed, FolderVault(tmp_path), told.append)
    assert found.compared.differences == ()
    assert (found.compared.cards, found.rebuilt, found.rebuilt_differences) == (90, 90, 0)
    assert found.compared.files > 50, "the month's releases"
