"""Sector flags: told by an import, declared by the enterprise, confirmed by an officer; in any order of delivery."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.code.site import site_document
from chalicelib.supervision.facts import fold
from chalicelib.supervision.sectors import flag_names, sector_flags
from chalicelib.supervision.vocabulary import load_vocabulary
from tests.event_builders import fact, registration


def site(*events):
    made = [*registration(chemical_type="use", key_fire_unit=True), *events]
    return fold([event for event in made if event.scope == "site"], [event for event in made if event.scope == "enterprise"])


def imported(**fields):
    return fact("site_changed", "2020-02-01", source="system", key="import", **fields)


def flags(*events, on="2020-06-20"):
    return {flag["flag"]: flag for flag in sector_flags(site(*events), on)}


BY_SYSTEM = [fact("site_changed", "2020-01-02", key="told", source="system", chemical_type="production")]
CONFIRMED = fact("sector_confirmed", "2020-03-01", key="seen", source="township", flags=["chemical_type"])
DECLARED = fact("sector_declared", "2020-04-01", key="asks", source="self", chemical_type="trade_without_storage")


def test_what_an_import_says_counts_but_is_only_told():
    told = flags(*BY_SYSTEM)["chemical_type"]
    assert (told["value"], told["by"], told["confirmed_on"]) == ("production", "system", None)


def test_an_officer_confirms_what_stands():
    assert flags(*BY_SYSTEM, CONFIRMED)["chemical_type"]["confirmed_on"] == "2020-03-01"
    assert flags(*BY_SYSTEM, CONFIRMED, on="2020-02-28")["chemical_type"]["confirmed_on"] is None


def test_a_flag_that_an_officer_entered_needs_no_second_word():
    entered = fact("site_changed", "2020-03-05", source="township", key_fire_unit=False)
    assert flags(entered)["key_fire_unit"] | {"declared": None} == {
        "flag": "key_fire_unit", "value": False, "by": "township", "on": "2020-03-05", "confirmed_on": "2020-03-05", "declared": None,
    }  # fmt: skip


def test_a_later_import_with_a_value_is_told_again():
    later = fact("site_changed", "2020-05-01", source="system", chemical_type="use")
    assert flags(*BY_SYSTEM, CONFIRMED, later)["chemical_type"]["confirmed_on"] is None
    other = fact("site_changed", "2020-05-01", source="system", staff=12)
    assert flags(*BY_SYSTEM, CONFIRMED, other)["chemical_type"]["confirmed_on"] == "2020-03-01"


def test_a_declaration_changes_nothing_until_an_officer_answers():
    pending = flags(*BY_SYSTEM, CONFIRMED, DECLARED)["chemical_type"]
    assert (pending["value"], pending["declared"]["value"]) == ("production", "trade_without_storage")
    accepted = fact("site_changed", "2020-04-10", source="district", chemical_type="trade_without_storage")
    assert (flags(DECLARED, accepted)["chemical_type"]["value"], flags(DECLARED, accepted)["chemical_type"]["declared"]) == ("trade_without_storage", None)
    refused = fact("sector_confirmed", "2020-04-10", source="district", flags=["chemical_type"])
    assert flags(*BY_SYSTEM, DECLARED, refused)["chemical_type"]["declared"] is None


def test_a_withdrawn_confirmation_does_not_count():
    void = fact("void", "2020-03-09", voids=CONFIRMED.event_id, reason="看错")
    assert flags(*BY_SYSTEM, CONFIRMED, void)["chemical_type"]["confirmed_on"] is None


def test_a_flag_nobody_spoke_of_is_not_listed():
    assert set(flags()) == {"chemical_type", "key_fire_unit"}


def test_every_flag_is_a_field_of_the_register_and_of_the_declaration():
    kinds = load_vocabulary().kinds
    for kind in ("site_registered", "site_changed", "sector_declared"):
        assert set(flag_names()) <= set(kinds[kind].fields)


def test_they_stand_among_what_the_public_never_sees():
    document = site_document(site(*BY_SYSTEM, CONFIRMED), {}, None, "2020-06-20")
    assert [flag["flag"] for flag in document["secrets"]["sector_flags"]] == ["chemical_type", "key_fire_unit"]
    assert all("sector_flags" not in str(part) for name, part in document.items() if name != "secrets")


@given(st.permutations([*BY_SYSTEM, CONFIRMED, DECLARED, imported(chemical_type="use"), fact("site_changed", "2020-05-01", source="expert", key_process=True)]))
def test_neither_order_nor_repetition_matters(events):
    assert sector_flags(site(*events, *events[:2]), "2020-06-20") == sector_flags(site(*sorted(events, key=lambda event: event.event_id)), "2020-06-20")
