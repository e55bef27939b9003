"""Saves what a regrade made of many sites: facts, card and history line of a site together or not at all.

A site that somebody saved further meanwhile is left as it stands: the newer one was folded from more facts, or of a
later day. Nothing is written for a site of which nothing changed. A site and its enterprise are regraded side by side by
design, so a card is only ever written over the very one that was read: otherwise the site is looked at anew, and a change
that both made has one line in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from chalicelib import bulk
from chalicelib.errors import Unavailable
from chalicelib.grading.card import Card
from chalicelib.grading.store import CardStore, FactsStore, HistoryStore, StoredCard

SCHEMA = 1
FAILED = "ConditionalCheckFailed"
# A second visible result of the same version and day (another rule set put in force that day) gets a line of its own.
LINES_PER_DAY = 20
ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Regraded:
    """A site's facts and the card made of them (None before it is registered), and the events that asked for it."""

    facts: Mapping[str, object]
    card: Card | None
    triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """Site ids by what became of them. ``refused`` carries the reason why a site can never be saved."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    overtaken: tuple[str, ...]
    refused: Mapping[str, str]


class Saver:
    """Saves results into the tables of a stack."""

    def __init__(self, table_prefix: str) -> None:
        self.facts = FactsStore(table_prefix)
        self.cards = CardStore(table_prefix)
        self.history = HistoryStore(table_prefix)

    def save(self, results: Sequence[Regraded]) -> Saved:
        """Save the results of distinct sites. Unavailable: some may be saved; repeating is right."""
        saved, left = Saved((), (), (), {}), list(results)
        for _ in range(ROUNDS):
            saved, left = self._save_round(saved, left)
            if not left:
                return saved
        raise Unavailable("others keep saving these sites", sites=len(left))

    def _save_round(self, saved: Saved, results: Sequence[Regraded]) -> tuple[Saved, list[Regraded]]:
        """Try each site once; with what became of them, the ones whose card somebody replaced in between."""
        stored = self.cards.load([result.facts["site_id"] for result in results])
        groups: dict[str, list[dict]] = {}
        unchanged, overtaken = [], []
        for result in results:
            site_id = result.facts["site_id"]
            if _is_further(stored.get(site_id), result.card):
                overtaken.append(site_id)
            elif puts := self._puts(result, stored.get(site_id)):
                groups[site_id] = puts
            else:
                unchanged.append(site_id)
        written, raced, refused = self._write(groups)
        again = [result for result in results if result.facts["site_id"] in raced and result.card is not None]
        overtaken += [result.facts["site_id"] for result in results if result.facts["site_id"] in raced and result.card is None]
        total = Saved(
            (*saved.written, *written), (*saved.unchanged, *unchanged), (*saved.overtaken, *overtaken), {**saved.refused, **refused}
        )
        return total, again

    def mend(self, results: Sequence[Regraded]) -> Saved:
        """Replace what stands for distinct sites, whatever version it claims, unless somebody saves in between."""
        site_ids = [result.facts["site_id"] for result in results]
        cards, facts = self.cards.load(site_ids), self.facts.versions(site_ids)
        groups: dict[str, list[dict]] = {}
        for result in results:
            site_id, card = result.facts["site_id"], result.card
            standing = cards.get(site_id)
            puts = [_over(self.facts.put(result.facts, card and card.township), facts.get(site_id))]
            if card is not None:
                puts.append(_onto(self.cards.put(card, orjson.dumps(card.document).decode()), standing))
                if standing is None or standing.outcome != card.outcome:
                    puts.append(self.history.put(card.site_id, f"{card.as_of}#{card.version}", _line(result, card, standing)))
            groups[site_id] = puts
        written, raced, refused = self._write(groups)
        return Saved(tuple(written), (), tuple(raced), refused)

    def _puts(self, result: Regraded, standing: StoredCard | None) -> list[dict]:
        facts, card = result.facts, result.card
        if card is None:
            return [self.facts.put(facts, None)]
        puts = []
        if standing is None or standing.version != card.version:
            puts.append(self.facts.put(facts, card.township))
        doc = orjson.dumps(card.document).decode()
        if standing is None or (standing.version, standing.as_of, standing.outcome, standing.doc) != (
            card.version,
            card.as_of,
            card.outcome,
            doc,
        ):
            puts.append(_onto(self.cards.put(card, doc), standing))
        if standing is None or standing.outcome != card.outcome:
            puts.append(self.history.put(card.site_id, f"{card.as_of}#{card.version}", _line(result, card, standing)))
        return puts

    def _write(self, groups: Mapping[str, list[dict]]) -> tuple[list[str], list[str], dict[str, str]]:
        written: list[str] = []
        raced: list[str] = []
        refused: dict[str, str] = {}
        names = iter(groups)
        for chunk in bulk.chunks(groups.values()):
            named = {next(names): group for group in chunk}
            try:
                reasons = bulk.transact([put for group in chunk for put in group])
            except bulk.Refused:
                reasons = [{"Code": "ValidationError"}]
            if not reasons:
                written.extend(named)
                continue
            for site_id, puts in named.items():
                self._write_one(site_id, puts, written, raced, refused)
        return written, raced, refused

    def _write_one(self, site_id: str, puts: list[dict], written: list[str], raced: list[str], refused: dict[str, str]) -> None:
        try:
            reasons = self._transact_one(puts)
        except bulk.Refused as error:
            refused[site_id] = error.detail
            return
        if not reasons:
            written.append(site_id)
        elif any(reason.get("Code") == FAILED for reason in reasons):
            raced.append(site_id)
        else:
            refused[site_id] = "; ".join(str(reason.get("Message", reason.get("Code"))) for reason in reasons)

    def _transact_one(self, puts: list[dict]) -> list[dict]:
        """One site. If only its history line is taken, the line gets a number behind it."""
        reasons: list[dict] = []
        for number in range(2, LINES_PER_DAY):
            reasons = bulk.transact(puts)
            failed = [put for put, reason in zip(puts, reasons, strict=bool(reasons)) if reason.get("Code") == FAILED]
            if [put["TableName"] for put in failed] != [self.history.table]:
                return reasons
            item = failed[0]["Item"]
            item["line"] = {"S": f"{item['line']['S'].rsplit('~', 1)[0]}~{number}"}
        return reasons


def _is_further(standing: StoredCard | None, card: Card | None) -> bool:
    """Whether the stored card was made of more facts, or of as many on a later day."""
    return standing is not None and card is not None and (standing.version, standing.as_of) > (card.version, card.as_of)


def _onto(put: dict, standing: StoredCard | None) -> dict:
    """The same write of a card, on condition that exactly the one that was read still stands, or none."""
    plain = _over(put, None)
    if standing is None:
        return plain
    seen = {":version": {"N": str(standing.version)}, ":as_of": {"S": standing.as_of}, ":outcome": {"S": standing.outcome}}
    return plain | {"ConditionExpression": "version = :version AND as_of = :as_of AND outcome = :outcome", "ExpressionAttributeValues": seen}


def _over(put: dict, seen: int | None) -> dict:
    """The same write, on condition that the item still has the version that was seen."""
    plain = {name: value for name, value in put.items() if name not in ("ConditionExpression", "ExpressionAttributeValues")}
    if seen is None:
        return plain | {"ConditionExpression": "attribute_not_exists(site_id)"}
    return plain | {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": {":seen": {"N": str(seen)}}}


def _line(result: Regraded, card: Card, standing: StoredCard | None) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "as_of": card.as_of,
        "version": card.version,
        "known_at": result.facts["known_at"],
        "from": orjson.loads(standing.outcome) if standing is not None and standing.outcome else None,
        "to": orjson.loads(card.outcome),
        "triggers": sorted(result.triggers),
    }
