"""Why a township moved since last month: index and place split exactly into rule change, own data, others' data and coefficient.

Last month is scored again under today's rules (what that changes is *rules*). Between the two months three things change: the
township's own data, the data of the others, the coefficients. Each part is the mean of what its change does over every order in
which the three can happen (Shapley's value), in exact fractions: the parts sum to the whole change, with no remainder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from chalicelib.exact import TENTHS, parse_scaled
from chalicelib.index.model import Carried, Measure, State, TownshipMonth, TownshipScore
from chalicelib.index.score import index_of, score_township
from chalicelib.index.structure import IndexRules

PLAYERS = ("own", "others", "coefficient")
RULES = "rules"
Now = frozenset[str]  # the players that stand as this month, the others as last month


@dataclass(frozen=True, slots=True)
class Part:
    """One cause. ``index`` in tenths, ``rank`` in places won; ``rank`` is None when there is no rank in both months."""

    kind: str
    index: Fraction
    rank: Fraction | None


@dataclass(frozen=True, slots=True)
class Side:
    """A township in one month under today's rules: raw (hundredths), coefficient (hundredths), whether it is ranked."""

    raw: int
    coefficient: int
    ranked: bool


@dataclass(frozen=True)
class Months:
    """Both months under today's rules, by township; only those with points. Which month counts, the players say."""

    now: Mapping[str, Side]
    before: Mapping[str, Side]

    def value(self, code: str, data: Mapping[str, Side], players: Now) -> int:
        """The index (tenths) of a township with these data and the coefficient of one month (of the only one it has)."""
        side = data[code]
        load = (self.now if "coefficient" in players else self.before).get(code, side)
        return index_of(side.raw, load.coefficient)

    def index(self, code: str, players: Now) -> int:
        return self.value(code, self.now if "own" in players else self.before, players)

    def place(self, code: str, players: Now) -> int:
        """The place among the others as they were in one month."""
        own, others = self.index(code, players), self.now if "others" in players else self.before
        return 1 + sum(side.ranked and self.value(other, others, players) > own for other, side in others.items() if other != code)


def movements(scores: Sequence[TownshipScore], rules: IndexRules, previous: Mapping) -> dict[str, tuple[Part, ...]]:
    """The parts of each township's change since ``previous`` (last month's result document), where both months have an index."""
    published = {row["code"]: row for row in previous["townships"]}
    again = [score_again(row, previous["month"], rules) for row in published.values()]
    months = Months(sides_of(scores), sides_of(again))
    return {
        code: parts_of(code, published[code], months)
        for code in months.now
        if code in months.before and published[code]["index"] is not None
    }


def sides_of(scores: Iterable[TownshipScore]) -> dict[str, Side]:
    return {score.code: Side(score.raw, score.coefficient, score.sufficient) for score in scores if score.raw is not None}


def score_again(row: Mapping, month: str, rules: IndexRules) -> TownshipScore:
    """A township of an earlier result document under these rules, from its published counts."""
    found = {item["code"]: item for indicator in row["indicators"] for item in indicator["sub_items"]}
    measures = tuple(measure_of(item.code, found.get(item.code)) for item in rules.sub_items)
    return score_township(month, TownshipMonth(row["code"], row["name"], row["sites"], measures), rules)


def measure_of(code: str, item: Mapping | None) -> Measure:
    """A published sub-item as the judge's input; one that did not exist then is *no data*."""
    if item is None:
        return Measure(code, State.NO_DATA)
    state = State(item["state"])
    if state is State.NO_DATA and "carried_from" in item:
        return Measure(code, state, carried=Carried(item["carried_from"], Fraction(item["share"])))
    if state is not State.VALUE:
        return Measure(code, state)
    numerator = item["numerator"] if isinstance(item["numerator"], int) else Fraction(item["numerator"])
    return Measure(code, state, numerator, item["denominator"] or 0, item.get("condition", 0), item.get("level"))


def parts_of(code: str, published: Mapping, months: Months) -> tuple[Part, ...]:
    """Rules first (as published → the same data under today's rules), then the three players."""
    nobody: Now = frozenset()
    index = shapley(lambda players: months.index(code, players))
    rules = months.index(code, nobody) - parse_scaled(published["index"], TENTHS)
    if published["rank"] is None or not (months.now[code].ranked and months.before[code].ranked):
        return (Part(RULES, Fraction(rules), None), *(Part(kind, index[kind], None) for kind in PLAYERS))
    rank = shapley(lambda players: -months.place(code, players))
    won = Fraction(published["rank"] - months.place(code, nobody))
    return (Part(RULES, Fraction(rules), won), *(Part(kind, index[kind], rank[kind]) for kind in PLAYERS))


def shapley(value: Callable[[Now], int]) -> dict[str, Fraction]:
    """Each player's mean contribution over all orders; together exactly ``value(all) − value(none)``."""
    known: dict[Now, int] = {}
    total = dict.fromkeys(PLAYERS, 0)
    orders = list(permutations(PLAYERS))
    for order in orders:
        present: Now = frozenset()
        for player in order:
            joined = present | {player}
            for each in (present, joined):
                if each not in known:
                    known[each] = value(each)
            total[player] += known[joined] - known[present]
            present = joined
    return {player: Fraction(amount, len(orders)) for player, amount in total.items()}
