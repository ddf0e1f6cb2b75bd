"""The rules of change requests, as sentences."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from app.kernel.errors import Conflict
from app.modules.changes.rules import matter, routing, states
from app.modules.changes.services.drafts import merge
from tests.processes.bank import TIME_DEPOSIT, dearer


def test_every_state_is_named_and_leads_somewhere_or_ends() -> None:
    reached = {move.to for move in states.MOVES.values()} | {"draft"}
    left = {state for state, _ in states.MOVES}
    assert reached == set(states.STATES)
    assert reached - left == states.ENDED


@pytest.mark.parametrize("ended", sorted(states.ENDED))
def test_what_has_ended_moves_no_more(ended: str) -> None:
    for _, verb in states.MOVES:
        with pytest.raises(Conflict):
            states.move(ended, verb)


def test_only_the_groups_that_change_have_another_hash() -> None:
    before = matter.by_group({"TD": TIME_DEPOSIT}, {"effective_at": None})
    after = matter.by_group({"TD": dearer(TIME_DEPOSIT, "1.35")}, {"effective_at": None})
    assert matter.changed_groups(before, after) == ["rates"]
    replanned = matter.by_group({"TD": TIME_DEPOSIT}, {"effective_at": "2026-12-01"})
    assert matter.changed_groups(before, replanned) == [matter.PLAN]


def test_how_holders_are_treated_is_a_matter_of_terms() -> None:
    content = {**deepcopy(dict(TIME_DEPOSIT)), "holders": {"rates.tiers": "tracks"}}
    changed = matter.changed_groups(matter.by_group({"TD": TIME_DEPOSIT}, {}), matter.by_group({"TD": content}, {}))
    assert changed == ["terms"]


def test_the_whole_hash_depends_on_every_version_and_the_plan() -> None:
    hashes = {
        matter.whole({"A": "1", "B": "2"}, {}),
        matter.whole({"A": "1", "B": "3"}, {}),
        matter.whole({"A": "1"}, {}),
        matter.whole({"A": "1", "B": "2"}, {"pilot_wish": True}),
    }
    assert len(hashes) == 4
    assert matter.whole({"A": "1", "B": "2"}, {}) == matter.whole({"B": "2", "A": "1"}, {})


def test_the_table_is_told_who_said_what_for_it_knows_whose_word_is_a_veto() -> None:
    said = {"risk": "reject", "aml": "reject", "legal": "send_back", "alm": "with_conditions"}
    assert routing.consolidation_inputs(said, 2, class_raised=True) == {
        "rejecting": ["aml", "risk"],
        "sending_back": ["legal"],
        "class_raised": True,
        "conditions_open": 2,
    }


@pytest.mark.parametrize(
    ("results", "complete", "met"),
    [
        (None, False, False),
        ({"sales": 10, "complaints": 2}, False, False),
        ({"sales": 10, "complaints": 2, "incidents": 0}, True, True),
        ({"sales": 9, "complaints": 2, "incidents": 0}, True, False),
        ({"sales": 10, "complaints": 3, "incidents": 0}, True, False),
        ({"sales": 10, "complaints": 2, "incidents": 1}, True, False),
    ],
)
def test_a_pilot_is_measured_by_its_own_criteria(results: Any, complete: bool, met: bool) -> None:
    criteria = {"min_sales": 10, "max_complaints": 2, "max_incidents": 0}
    found = routing.pilot_inputs(criteria, results, extended=False)
    assert found == {"readings_complete": complete, "criteria_met": met, "extended_before": False}


def test_a_merge_replaces_lists_and_null_removes() -> None:
    merged = merge({"a": {"b": 1, "c": [1, 2]}, "d": 1}, {"a": {"b": 2, "c": [3]}, "d": None})
    assert merged == {"a": {"b": 2, "c": [3]}}


def test_an_unnamed_kind_of_change_still_asks_for_notice() -> None:
    assert routing.change_types(["documents"]) == ["other"]
    assert routing.change_types(["features", "rates", "fees"]) == ["fee", "rate", "feature"]
