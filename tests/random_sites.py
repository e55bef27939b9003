"""Random sites for judges to disagree about: seeded facts documents that reach every rule of the method.

The days of facts are laid on purpose at the edges of windows: the as-of day less 1, 3, 6, 12, 36 or 60 calendar months,
92 days or none, and a day before or after. One seed gives one site, whatever was made before it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

RULE_SET = Path(__file__).parents[1] / "chalicelib" / "grading" / "rulesets" / "model-2020.toml"
ITEMS = [item for item in tomllib.loads(RULE_SET.read_text(encoding="utf-8"))["items"] if "clauses" in item]
CAN_BE_ABSENT = [item["code"] for item in ITEMS if item["not_applicable"] != "否"]
EDGES_MONTHS = (0, 1, 2, 3, 6, 6, 12, 12, 12, 36, 36, 60)
SITE, ENTERPRISE = "5ZKQ0J8V3M7R2W1N", "1B9X4T6C8D2F5G3H"
SPECIAL = ["confined_space", "combustible_dust", "spraying", "shipbuilding", "metal_smelting", "ammonia_refrigeration"]
RISKY = ["appliances", "electroplating", "wood_bamboo", "shoemaking", "sponge", "textile_dyeing", "solvent_painting", "solvent_printing"]


class RandomSite:
    """One site: ``facts`` and the ``days`` and ``known_at`` (or None) it is to be judged by."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.number = 0
        self.as_of = date(2019, 6, 1) + timedelta(days=self.random.randrange(0, 2200))
        if self.random.random() < 0.15:
            self.as_of = date(2023, 9, 25) + timedelta(days=self.random.randrange(0, 420))
        self.busy = self.random.choice((0.1, 0.25, 0.6))
        self.careless = self.chance(0.06)
        self.facts = self._document()
        self.days = [self.as_of, self.as_of + timedelta(days=self.random.choice((1, 1, 7, 31, 92, 180, 366)))]
        self.known_at = f"{self.day(2)}T{self.random.choice(('08:00:00.000', '15:59:59.999'))}Z" if self.chance(0.3) else None

    # ── dice ──
    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, most: int) -> range:
        """Zero to ``most``, mostly few."""
        return range(self.random.randint(1, most) if self.chance(self.busy) else 0)

    def near(self, day: date, spread: int = 1) -> date:
        return day + timedelta(days=self.random.randint(-spread, spread))

    def day(self, forward: int = 1) -> date:
        """An edge of a window before the as-of day, or any day of five years; seldom ``forward`` days after it."""
        roll = self.random.random()
        if roll < 0.55:
            return self.near(months_before(self.as_of, self.random.choice(EDGES_MONTHS)))
        if roll < 0.65:
            return self.near(self.as_of - timedelta(days=92))
        if roll < 0.72:
            return self.as_of + timedelta(days=self.random.randint(0, forward * 20))
        return self.as_of - timedelta(
            days=self.random.choice((self.random.randrange(60), self.random.randrange(400), self.random.randrange(1900)))
        )

    def after(self, day: date, most: int = 40) -> date:
        return day + timedelta(days=self.random.choice((0, 0, 1, self.random.randrange(most + 1))))

    # ── records ──
    def record(self, on: date, by: str = "district", **payload: object) -> dict:
        """Mostly known the same day at 08:00 or 09:00, sometimes recorded later; sometimes withdrawn."""
        self.number += 1
        known = on + timedelta(days=self.random.choice((0, 0, 0, 0, 1, 5, 40)))
        made = {
            "id": f"{SITE[:6]}-{self.number:018d}",
            "on": on.isoformat(),
            "at": f"{known}T0{self.random.choice('8889')}:00:00.000Z",
            "by": by,
        }
        made.update(payload)
        if self.chance(0.03):
            self.number += 1
            voided = known + timedelta(days=self.random.randrange(60))
            made["void"] = {"id": f"{SITE[:6]}-{self.number:018d}", "on": voided.isoformat(), "at": f"{voided}T08:00:00.000Z"}
        return made

    def step(self, kind: str, on: date, by: str = "district", **payload: object) -> dict:
        return {"kind": kind, **self.record(on, by, **payload)}

    def told(self, root: dict, steps: list[dict]) -> dict:
        return {**root, "then": sorted(steps, key=_order)} if steps else root

    def _document(self) -> dict:
        records = {
            **self._register(), "assessment": self._assessments(), "self_check": self._self_checks(),
            "completeness_measured": self._measured(), "hazard_found": self._hazards(),
            "accident": [self._accident() for _ in self.some(4)], **self._credit(), **self._papers(), **self._rights(),
        }  # fmt: skip
        held = {kind: sorted(found, key=_order) for kind, found in records.items() if found}
        count = sum(len(found) for found in held.values())
        return {
            "schema": 1,
            "site_id": SITE,
            "enterprise_id": ENTERPRISE,
            "version": count * 1_000_000,
            "known_at": "2030-01-01T00:00:00.000Z",
            "records": held,
        }

    # ── register ──
    def _register(self) -> dict:
        registered = self.record(
            date(2012, 1, 2), "system", enterprise_id=ENTERPRISE, name="示例厂", township="330110010", **self._profile()
        )
        registered.pop("void", None)
        changes = [self.record(self.day(), "township", **self._profile()) for _ in self.some(2)]
        states = ("operating", "operating", "suspended", "closed", "moved_out")
        moves = [self.record(self.day(), "township", state=self.random.choice(states)) for _ in range(self.chance(0.1) + self.chance(0.1))]
        filed = [self._filed_source() for _ in range(self.chance(0.05))]
        colours = ("red", "orange", "yellow", "blue")
        graded = [self.record(self.day(), "expert", method="LEC", colour=self.random.choice(colours)) for _ in range(self.chance(0.1))]
        return {
            "site_registered": [registered],
            "site_changed": changes,
            "site_state_changed": moves,
            "major_hazard_source_filed": filed,
            "risk_graded": graded,
        }

    def _filed_source(self) -> dict:
        filed = self.record(self.day(), level=self.random.randint(1, 4))
        return self.told(
            filed, [self.step("major_hazard_source_removed", self.after(date.fromisoformat(filed["on"])))] if self.chance(0.4) else []
        )

    def _profile(self) -> dict:
        fields: dict = {}
        flags = ("key_process", "inhalation_toxic", "confined_space_toxic", "solvent_spraying", "key_fire_unit", "labour_intensive")
        fields.update({flag: self.chance(0.5) for flag in flags if self.chance(0.07)})
        numbers = {"staff": (99, 100, None), "dust_workers": (9, 10, None), "tenants": (2, 3, None), "inherent_class": (1, 2, 3, 4)}
        fields.update({name: self.random.choice(values) for name, values in numbers.items() if self.chance(0.3)})
        if self.chance(0.3):
            fields["chemical_type"] = self.random.choice(("production", "trade_with_storage", "trade_without_storage", "use"))
        if self.chance(0.2):
            fields["special_premises"] = self.random.sample(SPECIAL, self.random.randint(0, 2))
        if self.chance(0.05):
            fields["higher_risk_industries"] = self.random.sample(RISKY, self.random.randint(0, 1))
        if self.chance(0.2):
            fields["premises"] = self.random.choice(("independent", "plant_in_plant"))
        return fields

    # ── items ──
    def _findings(self, share: float) -> dict:
        """Counts of clauses, from none to far more than the item can lose."""
        found: dict = {}
        for item in ITEMS:
            if not self.chance(share):
                continue
            clauses = {clause["code"]: self.random.choice((0, 1, 1, 2, 3, 4, 8)) for clause in item["clauses"] if self.chance(0.6)}
            if any(clause.get("zero") for clause in item["clauses"]) and self.chance(0.5):
                clauses = {
                    code: count for code, count in clauses.items() if not next(c for c in item["clauses"] if c["code"] == code).get("zero")
                }
            found[item["code"]] = clauses
        return found

    def _assessment(self, on: date, coverage: str) -> dict:
        share = self.random.choice((0.0, 0.03, 0.1, 0.3)) if coverage == "full" else 0.1
        findings = self._findings(share)
        absent = [code for code in CAN_BE_ABSENT if code not in findings and self.chance(self.random.choice((0.0, 0.2, 0.8)))]
        if coverage == "partial":
            absent = absent[:1]
        by = self.random.choice(("township", "district", "district", "expert"))
        by = self.random.choice(("self", "report", "system")) if self.chance(0.04) else by
        return self.record(on, by, coverage=coverage, items=findings, not_applicable=absent, desk_review=self.chance(0.1))

    def _assessments(self) -> list[dict]:
        made = [self._assessment(self.day(), "partial") for _ in self.some(3)]
        if self.chance(0.93):
            made.append(self._assessment(months_before(self.as_of, self.random.choice((4, 11, 13, 40))), "full"))
        made += [self._assessment(self.day(), "full") for _ in range(self.random.choice((0, 1, 1, 2)))]
        if made and self.chance(0.15):
            twin = self._assessment(date.fromisoformat(made[-1]["on"]), "partial")
            made.append({**twin, "at": made[-1]["at"]})
        return made

    def _self_check(self, on: date) -> dict:
        coverage = self.random.choice(("full", "partial"))
        made = self.record(on, "self", coverage=coverage, items=self._findings(self.random.choice((0.0, 0.0, 0.1))))
        if coverage == "partial" and self.chance(0.5):
            made["covers"] = sorted({*made["items"], *(item["code"] for item in self.random.sample(ITEMS, 6))})
        return made

    def _self_checks(self) -> list[dict]:
        regular = self.random.choice((0.0, 0.6, 1.0))
        made = [
            self._self_check(months_before(self.as_of, back) - timedelta(days=self.random.randrange(9)))
            for back in range(5)
            if self.chance(regular)
        ]
        return self.with_twin(made + [self._self_check(self.day()) for _ in self.some(3)], self._self_check)

    def _measured(self) -> list[dict]:
        made = [self._share(self.day()) for _ in range(self.random.choice((0, 1, 1)))]
        if self.chance(0.95):
            made.append(self._share(months_before(self.as_of, 13)))
        return self.with_twin(made, self._share)

    def with_twin(self, made: list[dict], make: Callable[[date], dict]) -> list[dict]:
        """Now and then a second record of the same instant as the newest one, which says something else."""
        if not made or not self.chance(0.15):
            return made
        newest = max(made, key=_order)
        return [*made, {**make(date.fromisoformat(newest["on"])), "at": newest["at"]}]

    def _share(self, on: date) -> dict:
        required = self.random.choice((3, 7, 30))
        return self.record(
            on, "system", filled=self.random.choice((required, required, self.random.randint(0, required))), required=required
        )

    # ── hazards ──
    def _hazards(self) -> list[dict]:
        """A careless site leaves many hazards to lie."""
        if not self.careless:
            return [self._hazard() for _ in self.some(6)]
        return [{name: value for name, value in self._hazard().items() if name != "then"} for _ in range(14)]

    def _hazard(self) -> dict:
        """Deadlines at the edges too: a hazard's own day is then taken back from its deadline."""
        deadline = self.day(forward=2)
        found_on = deadline - timedelta(days=self.random.choice((0, 1, 7, 15, 30)))
        by = self.random.choice(("township", "district", "expert", "self", "report"))
        root = self.record(found_on, by, level=self.random.choice(("general", "general", "major")), deadline_on=deadline.isoformat())
        if self.chance(0.2):
            root["repeat_of"] = "5ZKQ0J-000000000000009999"
        return self.told(root, self._hazard_steps(found_on, deadline))

    def _hazard_steps(self, found_on: date, deadline: date) -> list[dict]:
        steps = []
        if self.chance(0.3):
            moved = deadline if self.chance(0.7) else self.after(deadline, 20)
            steps.append(self.step("rectification_ordered", found_on, deadline_on=moved.isoformat()))
        if self.chance(0.25):
            steps += self._extension(found_on, deadline)
        on = self.random.choice((self.near(deadline), max(found_on, deadline - timedelta(days=3)), self.near(deadline, 9)))
        on = max(found_on, on)
        for _ in range(self.random.choice((0, 1, 1, 2))):
            if self.chance(0.8):
                steps.append(self.step("rectification_reported", on, "self"))
            on = self.after(on, 9)
            if self.chance(0.7):
                result = self.random.choice(("passed", "passed", "failed"))
                steps.append(self.step("recheck", on, "township", result=result, officers=["officer-1"]))
            on = self.after(on, 9)
        return steps + self._hazard_end(on)

    def _extension(self, found_on: date, deadline: date) -> list[dict]:
        later = (deadline + timedelta(days=self.random.choice((1, 7, 30)))).isoformat()
        asked = max(found_on, self.near(deadline, 2))
        decided = self.step("extension_decided", max(asked, self.near(deadline)), "township", approved=self.chance(0.8))
        if self.chance(0.6):
            decided["deadline_on"] = later
        return [self.step("extension_requested", asked, "self", deadline_on=later, reason="停产检修"), decided]

    def _hazard_end(self, on: date) -> list[dict]:
        ends = []
        if self.chance(0.1):
            ends.append(self.step("rectification_refused", self.after(on)))
        if self.chance(0.5):
            officers = [f"officer-{number}" for number in range(self.random.choice((1, 2, 2, 3)))]
            seen = {} if self.chance(0.7) else {"on_site": self.chance(0.7)}
            ends.append(self.step("hazard_closed", self.after(on, 9), "district", officers=officers, **seen))
        if self.chance(0.08):
            ends.append(self.step("hazard_dismissed", self.after(on), reason="误报"))
        return ends

    # ── accidents ──
    def _accident(self) -> dict:
        on = self.day()
        deaths = self.random.choice((0, 0, 0, 1, 2, 3, 10, 30, None))
        serious = self.random.choice((0, 0, 0, 1, 2, 3, 10, 50, 100, None))
        loss = self.random.choice((0, 0, None, 999_999_999, 1_000_000_000, 5_000_000_000, 10_000_000_000))
        root = self.record(
            on, deaths=deaths, serious_injuries=serious, light_injuries=self.random.choice((0, 0, 1, 2, 9, None)), loss_fen=loss,
            responsibility=self.random.choice(("responsible", "responsible", "pending", "not_responsible")),
        )  # fmt: skip
        if self.chance(0.4):
            root["social_effect"] = self.chance(0.8)
        return self.told(root, self._accident_steps(on))

    def _accident_steps(self, on: date) -> list[dict]:
        steps = []
        if self.chance(0.3):
            names = {"deaths": (0, 1, 3), "serious_injuries": (0, 3), "light_injuries": (0, 4), "loss_fen": (0, 1_000_000_000)}
            figures = {name: self.random.choice(values) for name, values in names.items() if self.chance(0.5)}
            steps.append(self.step("accident_updated", self.after(on, 30), **figures))
        for _ in range(self.chance(0.3) + self.chance(0.1)):
            found = self.random.choice(("responsible", "not_responsible", "not_responsible", "pending"))
            steps.append(self.step("accident_determined", self.after(on, 200), responsibility=found))
        if self.chance(0.1):
            steps.append(self.step("accident_measures", self.after(on, 90), due=3, implemented=2))
        return steps

    # ── penalties, orders, credit ──
    def _credit(self) -> dict:
        return {
            "penalty": [self._penalty() for _ in self.some(4)],
            "enterprise_penalty": [{**self._penalty(), "scope": "enterprise"} for _ in self.some(2)],
            "concealment_established": [
                {**self.record(self.day(), conduct="late_report"), "scope": "enterprise"} for _ in range(self.chance(0.05))
            ],
            "obstruction_established": [self.record(self.day()) for _ in range(self.chance(0.06))],
            "stop_order": [self._stop_order() for _ in range(self.chance(0.12))],
            "unlicensed_activity_found": [self._ended("unlicensed_activity_corrected") for _ in range(self.chance(0.08))],
            "direct_red_condition_found": [
                self._ended("direct_red_condition_cleared", condition="untested_new_process") for _ in range(self.chance(0.1))
            ],
            "dishonesty_listed": [self._listing() for _ in range(self.chance(0.12))],
            "complaint": [self._complaint() for _ in self.some(4)],
        }

    def _penalty(self) -> dict:
        made = self.record(self.day(), procedure=self.random.choice(("general", "simple")))
        if self.chance(0.25):
            made["for_grave_accident"] = self.chance(0.8)
        return made

    def _stop_order(self) -> dict:
        on = self.day()
        lifted = self.random.choice((self.after(on, 60), max(on, self.near(months_before(self.as_of, 12))), max(on, self.near(self.as_of))))
        steps = [self.step("production_during_stop", on + (lifted - on) // 2)] if self.chance(0.4) else []
        if self.chance(0.7):
            steps.append(self.step("stop_order_lifted", lifted))
        return self.told(self.record(on, partial=self.chance(0.2)), steps)

    def _ended(self, kind: str, **payload: object) -> dict:
        root = self.record(self.day(), **payload)
        return self.told(root, [self.step(kind, self.after(date.fromisoformat(root["on"])))] if self.chance(0.5) else [])

    def _listing(self) -> dict:
        on = self.near(date(2023, 10, 1)) if self.chance(0.3) else self.day()
        root = {**self.record(on), "scope": "enterprise"}
        if self.chance(0.3):
            root["until_on"] = (on + timedelta(days=self.random.choice((100, 365, 1500)))).isoformat()
        delisted = self.random.choice((on + timedelta(days=365), max(on, self.near(self.as_of))))
        return self.told(root, [self.step("dishonesty_delisted", delisted)] if self.chance(0.4) else [])

    def _complaint(self) -> dict:
        decided = self.day()
        root = self.record(decided - timedelta(days=self.random.randrange(20)), "report", text="噪声大")
        return self.told(
            root, [self.step("complaint_decided", decided, "township", found_true=self.chance(0.7))] if self.chance(0.9) else []
        )

    # ── certificates, people, insurance ──
    def _papers(self) -> dict:
        return {
            "certificate": [self._certificate() for _ in self.some(4)] + self._renewed_licence(),
            "engineer_posted": [self._engineer() for _ in self.some(4)],
            "accident_free_confirmed": [self._accident_free() for _ in range(self.chance(0.4) + self.chance(0.1))],
            "insurance": [self._insurance() for _ in self.some(2)],
        }

    def _insurance(self) -> dict:
        start = self.day()
        kind = self.random.choice(("work_injury", "safety_liability"))
        return self.record(start, "system", type=kind, valid_from=start.isoformat(), valid_to=months_before(start, -12).isoformat())

    def _certificate(self) -> dict:
        kinds = ("standardisation_1", "standardisation_2", "standardisation_3", "standardisation_micro", "licence", "filing", "report")
        valid_to = self.near(self.as_of, self.random.choice((1, 1, 400)))
        valid_from = valid_to - timedelta(days=self.random.choice((30, 365, 1095)))
        if self.chance(0.2):
            valid_from, valid_to = self.near(self.as_of, 2), self.as_of + timedelta(days=900)
        made = self.record(
            min(valid_from, self.day()), type=self.random.choice(kinds), valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat()
        )
        if self.chance(0.4):
            made["number"] = self.random.choice(("A-1", "A-2"))
        if self.chance(0.4):
            made["legally_required"] = self.chance(0.7)
        return self.told(made, [self.step("certificate_revoked", self.near(self.as_of, 30))] if self.chance(0.15) else [])

    def _renewed_licence(self) -> list[dict]:
        """An old licence and, perhaps, the one that took its place at an edge of the as-of day."""
        if not self.chance(0.2):
            return []
        over = self.near(self.as_of, 2)
        old = {
            "type": "licence",
            "number": "L-1",
            "valid_from": months_before(over, 36).isoformat(),
            "valid_to": over.isoformat(),
            "legally_required": True,
        }
        new = {**old, "valid_from": self.near(over, 2).isoformat(), "valid_to": months_before(over, -36).isoformat()}
        made = [self.record(months_before(over, 36), **old)]
        return made + [self.record(self.near(over), **new)] if self.chance(0.6) else made

    def _engineer(self) -> dict:
        made = self.record(self.day(), "system")
        if self.chance(0.3):
            made["until_on"] = max(date.fromisoformat(made["on"]), self.near(self.as_of)).isoformat()
        on = date.fromisoformat(made["on"])
        return self.told(made, [self.step("engineer_left", max(on, self.near(self.as_of)), "self")] if self.chance(0.3) else [])

    def _accident_free(self) -> dict:
        since = self.near(months_before(self.as_of, self.random.choice((35, 36, 36, 60, 60, 70))))
        return self.record(self.after(since, 900), since_on=since.isoformat())

    # ── overrides and appeals ──
    def _rights(self) -> dict:
        return {
            "override": [self._override() for _ in range(self.chance(0.1) + self.chance(0.05))],
            "appeal": [self._appeal() for _ in range(self.chance(0.15))],
        }

    def _override(self) -> dict:
        signers = [f"officer-{number}" for number in range(self.random.choice((1, 2, 2, 2)))]
        grade = self.random.choice(("red", "orange", "yellow", "blue"))
        until = self.near(self.as_of, self.random.choice((1, 200)))
        return self.record(
            self.day(), grade=grade, reason="专班意见", legal_basis="安全生产法", signers=signers, until_on=until.isoformat()
        )

    def _appeal(self) -> dict:
        on = self.day()
        kind = self.random.choice(("appeal_opinion", "appeal_decided", "appeal_withdrawn"))
        payload = {"appeal_opinion": {"text": "同意"}, "appeal_decided": {"outcome": "rejected"}, "appeal_withdrawn": {}}[kind]
        return self.told(
            self.record(on, "self", text="有异议"), [self.step(kind, self.after(on, 12), **payload)] if self.chance(0.7) else []
        )


def months_before(day: date, months: int) -> date:
    """Clamped to the month's end; months below zero go forward."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def _order(record: dict) -> tuple[str, str, str]:
    return record["on"], record["at"], record["id"]
