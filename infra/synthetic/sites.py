"""Invented enterprises and sites: who is where, in what trade, with which hazards, and how much care they take."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from chalicelib.register.district import District, Township
from chalicelib.register.uscc import ALPHABET, close_code, organisation_check
from infra.synthetic.trades import GIVEN, TRADES, Trade

COUNTS = "synthetic.csv"
SMALL_TOWNSHIPS = 3
SITES_PER_ENTERPRISE = 8800 / 8500
METRES_PER_DEGREE = 111_320
NEVER_ISSUED = "91330110MA0000"
# Item codes that do not apply, by the register sign whose absence says so (domain: 空项 only from register or officers).
NOT_APPLICABLE = {
    "confined_space": ("P02",),
    "special_work": ("B03", "P03"),
    "gas": ("E06",),
    "special": ("E07",),
    "contractors": ("B06",),
    "health": ("W04",),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names given so far, all with the district's prefix."""

    prefix: str
    given: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Site:
    """An invented site. ``care`` in (0, 1): how well it is run; ``town_care`` about -1 to 1:
    how well its township looks after it. Everything that happens follows from these and chance.
    """

    number: str
    enterprise_number: str
    enterprise_name: str
    name: str
    uscc: str
    sequence: int
    township: Township
    trade: Trade
    longitude: float
    latitude: float
    staff: int
    signs: frozenset[str]
    chemical: str
    special: tuple[str, ...]
    eight: tuple[str, ...]
    care: float
    town_care: float
    registered_on: date
    random: Random = field(repr=False, compare=False)

    @property
    def higher_risk(self) -> bool:
        """Whether a full assessment is due every year."""
        dangerous = {"shipbuilding", "metal_smelting", "ammonia_refrigeration"}
        signs = self.signs & {"key_process", "inhalation_toxic", "key_fire", "labour_100", "tenants_3", "dust_10", "toxic_space", "solvent"}
        return bool(signs or self.eight or dangerous & set(self.special))

    @property
    def not_applicable(self) -> list[str]:
        codes = [code for sign, items in NOT_APPLICABLE.items() if sign not in self.signs for code in items]
        return sorted(
            codes
            + ([] if "machines" in self.signs else ["E03"])
            + ([] if "equipment" in self.signs else ["E01", "E02"])
            + ([] if "source" in self.signs else ["P04"])
        )


def counts_of(district: District) -> dict[str, tuple[int, float]]:
    """Invented sites and care by township code, from the district's folder; empty where it has no invented data."""
    path = district.folder / COUNTS
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (int(row["synthetic_sites"]), float(row["synthetic_care"])) for row in csv.DictReader(file)}


def township_sizes(district: District, sites: int, day: date) -> list[tuple[Township, int, float]]:
    """Townships of the district that the invented table knows, with their number of sites and their care.

    Up to ten sites per township of the table, three townships are enough (the small district); else all share in proportion.
    """
    table = counts_of(district)
    known = [township for township in district.townships_on(day) if township.code in table]
    if sites < 10 * len(known):
        by_care = sorted(known, key=lambda township: (table[township.code][1], township.code))
        step = (len(by_care) - 1) // (SMALL_TOWNSHIPS - 1)
        known = by_care[::step][:SMALL_TOWNSHIPS]
        return [(township, sites // SMALL_TOWNSHIPS, table[township.code][1]) for township in known]
    total = sum(table[township.code][0] for township in known)
    ends = [round(sites * sum(table[other.code][0] for other in known[: place + 1]) / total) for place in range(len(known))]
    return [(township, end - start, table[township.code][1]) for township, start, end in zip(known, [0, *ends], ends)]


def make_sites(district: District, sites: int, as_of: date, seed: int) -> list[Site]:
    """All sites, in a fixed order. About 8,500 enterprises for 8,800 sites."""
    made: list[Site] = []
    names = Names(district.synthetic_names)
    for township, count, care in township_sizes(district, sites, as_of):
        for _ in range(count):
            random = Random(f"{seed}|site|{len(made)}")
            parent = random.choice(made) if len(made) > 20 and random.random() > 1 / SITES_PER_ENTERPRISE else None
            sequence = 1 + sum(site.enterprise_number == parent.enterprise_number for site in made) if parent else 1
            made.append(_site(len(made) + 1, sequence, township, care, parent, as_of, names, random))
    return made


def _site(
    number: int, sequence: int, township: Township, care: float, parent: Site | None, as_of: date, names: Names, random: Random
) -> Site:
    trade = parent.trade if parent else random.choices(TRADES, [each.share for each in TRADES])[0]
    low, high = trade.staff
    staff = round(low * (high / low) ** (random.random() ** 1.6))
    special = tuple(sorted(_drawn(trade, "special:", random)))
    eight = tuple(sorted(_drawn(trade, "eight:", random)))
    chemical = (
        random.choice(trade.chemical) if trade.chemical else ("use" if trade.industry.startswith("C") and random.random() < 0.03 else "")
    )
    enterprise = parent.enterprise_name if parent else _new_name(trade, names.prefix, names.given, random)
    longitude, latitude = _position(township, random)
    return Site(
        number=f"S{number:06d}",
        enterprise_number=parent.enterprise_number if parent else f"E{number:06d}",
        enterprise_name=enterprise,
        name=f"{enterprise}{township.short}{sequence}厂" if parent else enterprise,
        uscc=parent.uscc if parent else "" if random.random() < 0.004 else credit_code(number),
        sequence=sequence,
        township=township,
        trade=trade,
        longitude=longitude,
        latitude=latitude,
        staff=staff,
        signs=_signs(trade, staff, special, chemical, random),
        chemical=chemical,
        special=special,
        eight=eight,
        care=1 / (1 + math.exp(-(1.4 + 1.0 * care + random.gauss(0, 1.1)))),
        town_care=care,
        registered_on=parent.registered_on
        if parent
        else as_of - timedelta(days=random.randint(760, 1095) if random.random() < 0.94 else random.randint(5, 700)),
        random=random,
    )


def credit_code(number: int) -> str:
    """The code of an invented enterprise, in the never-issued block: 961 places that keep the inner check, then those that do not.

    The outer check is always right; a code that breaks the inner one is valid with a warning, as some real ones are.
    """
    places = len(ALPHABET) ** 2
    turn, place = divmod(number - 1, places)
    body = NEVER_ISSUED[8:] + ALPHABET[place // len(ALPHABET)] + ALPHABET[place % len(ALPHABET)]
    kept = organisation_check(body)
    inner = kept if turn == 0 else [character for character in ALPHABET if character != kept][turn - 1]
    return close_code(NEVER_ISSUED[:8] + body + inner)


def _drawn(trade: Trade, prefix: str, random: Random) -> list[str]:
    return [sign.removeprefix(prefix) for sign, share in trade.risks.items() if sign.startswith(prefix) and random.random() < share]


def _signs(trade: Trade, staff: int, special: tuple[str, ...], chemical: str, random: Random) -> frozenset[str]:
    chance = random.random
    candidates = {
        "confined_space": "confined_space" in special,
        "toxic_space": "confined_space" in special and chance() < 0.15,
        "special": bool(special),
        "dust_10": "combustible_dust" in special and staff >= 40 and chance() < 0.5,
        "solvent": "spraying" in special and chance() < 0.25,
        "gas": bool(chemical) or bool({"spraying", "ammonia_refrigeration"} & set(special)) or chance() < 0.1,
        "key_process": chance() < trade.risks.get("key_process", 0),
        "inhalation_toxic": chemical == "production" and chance() < 0.06,
        "source": chemical in ("production", "trade_with_storage")
        and chance() < 0.25
        or "ammonia_refrigeration" in special
        and chance() < 0.2,
        "machines": chance() < trade.machines,
        "equipment": chance() < (0.6 if trade.machines > 0.5 else 0.2),
        "special_work": chance() < trade.risks["special_work"],
        "contractors": chance() < trade.risks["contractors"],
        "health": chance() < trade.risks["health"],
        "tenant": chance() < trade.risks["tenant"],
        "tenants_3": chance() < 0.02,
        "night": chance() < trade.risks["night"],
        "key_fire": chance() < (0.06 if staff > 80 else 0.012),
        "labour_100": staff >= 100 and trade.industry in ("C18", "C17", "C39") and chance() < 0.6,
    }
    return frozenset(name for name, holds in candidates.items() if holds)


def _new_name(trade: Trade, prefix: str, names: set[str], random: Random) -> str:
    while True:
        name = f"{prefix}{random.choice(GIVEN)}{random.choice(GIVEN) if random.random() < 0.7 else ''}{random.choice(trade.words)}有限公司"
        if name not in names:
            names.add(name)
            return name


def _position(township: Township, random: Random) -> tuple[float, float]:
    """A point spread evenly over the disc around the township's label point, WGS-84."""
    distance = township.label_radius_m * math.sqrt(random.random()) * 0.98
    angle = random.random() * 2 * math.pi
    latitude = township.latitude + distance * math.sin(angle) / METRES_PER_DEGREE
    longitude = township.longitude + distance * math.cos(angle) / (METRES_PER_DEGREE * math.cos(math.radians(township.latitude)))
    return round(longitude, 6), round(latitude, 6)
