"""The Chinese of every code that the front end meets, from the labels and the vocabulary: it has no second list. Pure."""

from __future__ import annotations

from chalicelib import labels
from chalicelib.supervision.vocabulary import load_vocabulary


def words() -> dict[str, object]:
    """Titles by code: grades, axes, roles, sources, states, sectors, and the kinds of facts with who may append them."""
    kinds = load_vocabulary().kinds
    return {
        "grade": labels.GRADE,
        "grade_meaning": labels.GRADE_MEANING,
        "axis": labels.AXIS,
        "role": labels.ROLE,
        "source": labels.SOURCE,
        "state": labels.STATE,
        "sector": labels.SECTOR,
        "hazard_state": labels.HAZARD_STATE,
        "kind": {name: kind.title for name, kind in kinds.items()},
        "append": {name: dict(kind.append) for name, kind in kinds.items()},
    }
