"""Differences between versions, and the facts they give to the materiality rule."""

from __future__ import annotations

from typing import Any

import pytest

from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.difference import changed, difference
from app.modules.catalogue.rules.facts import facts
from app.modules.catalogue.schemas.content import load_content
from tests.modules.catalogue.conftest import rate, time_deposit


def tier(term: str, value: str, **more: str) -> dict[str, Any]:
    return {"kind": "fixed", "term": term, "rate": rate(value), **more}


def document(*tiers: dict[str, Any], **groups: Any) -> dict[str, Any]:
    return load_content(time_deposit(**{"rates": {"tiers": list(tiers) or [tier("P1Y", "0.0155")]}, **groups}))


def test_the_order_of_rows_and_the_way_a_number_is_written_make_no_difference() -> None:
    one = document(tier("P3M", "0.0100"), tier("P12M", "0.02"))
    other = document(tier("P1Y", "0.02"), tier("P3M", "0.01"))
    assert content_hash(one) == content_hash(other)
    assert changed(difference(one, other)) == []


def test_a_changed_cell_keeps_its_row_and_a_new_row_is_added_whole() -> None:
    changes = changed(difference(document(tier("P1Y", "0.02")), document(tier("P1Y", "0.021"), tier("P2Y", "0.03"))))
    assert [(c.path, c.kind) for c in changes] == [
        ("rates.tiers[kind=fixed,term=P1Y].rate", "changed"),
        ("rates.tiers[kind=fixed,term=P2Y]", "added"),
    ]
    assert changes[0].holder == "fixed"


def test_a_row_in_which_nothing_stands_is_a_row_all_the_same() -> None:
    """A scope that limits nothing: found by a random play."""
    limited, everywhere = ({"availability": {"scopes": [scope]}} for scope in ({"units": ["SH"]}, {}))
    assert [c.kind for c in changed(difference(document(**limited), document(**everywhere)))] == ["added", "removed"]
    assert [c.kind for c in changed(difference(document(**everywhere), document(**limited)))] == ["added", "removed"]


def test_a_version_may_treat_existing_holders_otherwise_than_its_type() -> None:
    new = document(tier("P1Y", "0.02"), holders={"rates.tiers": "tracks"})
    assert {c.holder for c in difference(document(), new) if c.group == "rates"} == {"tracks"}


def test_an_unchanged_attribute_is_told_as_such() -> None:
    changes = difference(document(), document())
    assert {c.kind for c in changes} == {"unchanged"}
    assert {c.group for c in changes} == {"basics", "terms", "rates"}


def test_the_facts_of_a_repricing() -> None:
    old = document(tier("P1Y", "0.0155"), tier("P2Y", "0.02"))
    found = facts(old, document(tier("P1Y", "0.0145"), tier("P2Y", "0.02125")))
    assert (found["rate_change_bp"], found["rate_rise_bp"], found["rate_cut_bp"]) == (13, 13, 10)
    assert found["groups"] == ["rates"]
    assert found["rate_worse_for_customer"] is True
    assert (found["family"], found["new_product"]) == ("deposit", False)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ({"eligibility": {"min_age": 18}}, {"eligibility": {"min_age": 16}}, "eligibility_widened"),
        ({"eligibility": {"min_age": 18}}, {}, "eligibility_widened"),
        ({"eligibility": {"max_age": 60}}, {"eligibility": {"max_age": 65}}, "eligibility_widened"),
        ({}, {"eligibility": {"min_age": 18}}, "eligibility_narrowed"),
        (
            {"fees": {"fees": [{"name": "f", "kind": "event", "amount": {"amount": "1", "currency": "CNY"}}]}},
            {"fees": {"fees": [{"name": "f", "kind": "event", "amount": {"amount": "2", "currency": "CNY"}}]}},
            "fee_raised",
        ),
        ({}, {"fees": {"fees": [{"name": "f", "kind": "event"}]}}, "fee_added"),
        ({}, {"availability": {"scopes": [{"channels": ["branch"]}]}}, "availability_changed"),
        (
            {"limits": {"quota": {"amount": "1", "currency": "CNY"}}},
            {"limits": {"quota": {"amount": "2", "currency": "CNY"}}},
            "limit_raised",
        ),
        ({}, {"documents": {"documents": [{"kind": "promotion", "title": "x"}]}}, "promotion_changed"),
    ],
)
def test_a_fact_is_true_where_it_happened_and_only_there(old: Any, new: Any, fact: str) -> None:
    assert facts(document(**old), document(**new))[fact] is True
    assert facts(document(**new), document(**new))[fact] is False


def test_the_higher_of_two_ratings_counts() -> None:
    def wealth(issuer: str, seller: str) -> dict[str, Any]:
        return load_content(
            {
                "type": "wealth_bond",
                "basics": {"name": {"zh": "债券"}},
                "investment": {"direction": {"zh": "债券"}},
                "benchmark": {"basis": {"zh": "测算"}},
                "risk": {"issuer_rating": issuer, "seller_rating": seller},
            }
        )

    found = facts(wealth("R2", "R2"), wealth("R3", "R2"))
    assert (found["risk_rating"], found["risk_rating_changed"], found["risk_rating_raised"]) == ("R3", True, True)
    assert facts(wealth("R2", "R3"), wealth("R3", "R3"))["risk_rating_changed"] is False


def test_what_was_never_live_is_a_new_product() -> None:
    assert facts({}, document())["new_product"] is True
