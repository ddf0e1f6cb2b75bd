"""How a table decides: conditions, hit policies, exact numbers, errors that say where."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow.decisions import DecisionError, DecisionTable, read_table
from tests.workflow.decisions.tables import dmn


def table(*args: Any, **kwargs: Any) -> DecisionTable:
    (found,) = read_table(dmn(*args, **kwargs))
    return found


BIG_OR_SMALL = [(["> 5"], ['"big"']), (["<= 5"], ['"small"'])]
OVERLAPPING = [(["> 5"], ['"big"']), (["> 3"], ['"middle"']), (["-"], ['"any"'])]


def test_the_rule_that_hits_gives_the_output_and_leaves_its_trace() -> None:
    found = table(BIG_OR_SMALL)
    result = found.evaluate({"amount": "5.50", "unrelated": object()})
    assert (result.output, result.rules, result.inputs) == ("big", ["row_1"], {"amount": "5.50"})
    assert result.table_hash == found.table_hash


def test_no_rule_hit_gives_nothing() -> None:
    assert table([(["> 5"], ['"big"'])]).evaluate({"amount": 1}).output is None
    assert table([(["> 5"], ['"big"'])], policy="COLLECT").evaluate({"amount": 1}).output == []


def test_unique_refuses_two_rules_and_names_them() -> None:
    with pytest.raises(DecisionError, match=r"size.*row_1, row_2, row_3"):
        table(OVERLAPPING).evaluate({"amount": 6})


@pytest.mark.parametrize(
    ("policy", "expected", "rules"),
    [
        ("FIRST", "big", ["row_1"]),
        ("PRIORITY", "any", ["row_3"]),
        ("COLLECT", ["big", "middle", "any"], ["row_1", "row_2", "row_3"]),
        ("RULE ORDER", ["big", "middle", "any"], ["row_1", "row_2", "row_3"]),
    ],
)
def test_a_hit_policy_says_what_several_rules_come_to(policy: str, expected: Any, rules: list[str]) -> None:
    result = table(OVERLAPPING, policy=policy, values='"any","middle","big"').evaluate({"amount": 6})
    assert (result.output, result.rules) == (expected, rules)


def test_any_accepts_agreement_only() -> None:
    agreeing = [(["> 5"], ['"x"']), (["> 3"], ['"x"']), (["< 0"], ['"y"'])]
    assert table(agreeing, policy="ANY").evaluate({"amount": 6}).output == "x"
    with pytest.raises(DecisionError, match="different results"):
        table(OVERLAPPING, policy="ANY").evaluate({"amount": 6})


def test_collect_gives_each_result_once_and_rule_order_each_time() -> None:
    same = [(["> 5"], ['"x"']), (["> 3"], ['"x"'])]
    assert table(same, policy="COLLECT").evaluate({"amount": 6}).output == ["x"]
    assert table(same, policy="RULE ORDER").evaluate({"amount": 6}).output == ["x", "x"]


@pytest.mark.parametrize(("name", "expected"), [("SUM", "0.30"), ("MIN", "0.10"), ("MAX", "0.20"), ("COUNT", 2)])
def test_numbers_can_be_aggregated_exactly(name: str, expected: Any) -> None:
    rules = [(["> 5"], ["0.10"]), (["> 3"], ["0.20"]), (["< 0"], ["9"])]
    assert table(rules, policy="COLLECT", aggregation=name).evaluate({"amount": 6}).output == expected


def test_aggregating_texts_is_an_error() -> None:
    with pytest.raises(DecisionError, match=r"row_1.*SUM"):
        table([(["-"], ['"x"'])], policy="COLLECT", aggregation="SUM").evaluate({"amount": 6})


def test_several_outputs_give_a_member_each() -> None:
    found = table([(["-"], ["30", '["sms", null]'])], outputs=("days", "methods"))
    assert found.evaluate({"amount": 1}).output == {"days": 30, "methods": ["sms", None]}


def test_an_output_may_calculate_with_the_inputs() -> None:
    assert table([(["-"], ["amount * 0.01"])]).evaluate({"amount": "250.50"}).output == "2.5050"


def test_lists_are_looked_into() -> None:
    rules = [(['list contains(?, "rates")'], ['"alm"'])]
    found = table(rules, inputs=(("groups", "Any"),))
    assert found.evaluate({"groups": ["fees", "rates"]}).output == "alm"
    assert found.evaluate({"groups": []}).output is None
    with pytest.raises(DecisionError, match=r"row_1.*groups"):
        found.evaluate({"groups": "rates"})


@pytest.mark.parametrize("value", [0.1, "a lot", True, [], {}, "NaN", "1e5"])
def test_what_is_no_exact_number_is_refused_by_decision_and_input(value: Any) -> None:
    with pytest.raises(DecisionError, match=r"size.*amount"):
        table(BIG_OR_SMALL).evaluate({"amount": value})


def test_an_unknown_variable_is_named() -> None:
    with pytest.raises(DecisionError, match=r"size.*amount.*missing"):
        table(BIG_OR_SMALL).evaluate({})
    with pytest.raises(DecisionError, match=r"row_1.*limit"):
        table([(["> limit"], ["1"])]).evaluate({"amount": 1})


def test_nothing_matches_only_where_a_rule_says_so() -> None:
    rules = [(["> 5"], ['"big"']), (["null"], ['"none"'])]
    assert table(rules).evaluate({"amount": None}).output == "none"


def test_a_value_outside_the_allowed_ones_is_refused() -> None:
    found = table([(["-"], ["1"])], inputs=(("kind", "string"),), allowed='"minor","material"')
    assert found.evaluate({"kind": "minor"}).output == 1
    with pytest.raises(DecisionError, match="allowed"):
        found.evaluate({"kind": "tiny"})


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from(["amount", "other"]), _VALUES))
def test_no_input_brings_anything_but_the_named_error(inputs: dict[str, Any]) -> None:
    try:
        result = table(BIG_OR_SMALL).evaluate(inputs)
    except DecisionError:
        return
    assert result.output in ("big", "small", None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**9), max_value=10**9))
def test_a_bound_is_exact(amount: Decimal) -> None:
    assert table(BIG_OR_SMALL).evaluate({"amount": amount}).output == ("big" if amount > 5 else "small")
