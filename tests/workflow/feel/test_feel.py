"""The FEEL subset: what it says, and that nothing else can come of it."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow import feel
from app.workflow.engine.errors import ExpressionError


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", "anything", True),
        ("", None, True),
        ('"deposit"', "deposit", True),
        ('"deposit","loan"', "loan", True),
        ('"deposit","loan"', "card", False),
        ("5", Decimal("5.00"), True),
        ("-5", -5, True),
        ("0.05", Decimal("0.05"), True),
        ("true", True, True),
        ("true", False, False),
        ("< 5", 5, False),
        (">= 0.1", Decimal("0.1"), True),
        ("[1..5]", 1, True),
        ("(1..5)", 1, False),
        ("]1..5[", 5, False),
        ("[1..5)", 5, False),
        ("< 1, > 5", 6, True),
        ('not("a","b")', "c", True),
        ('not("a","b")', "b", False),
        ("not(< 5)", 5, True),
        ("null", None, True),
        ("not(null)", "x", True),
        ("< 5", None, False),
        ('list contains(?, "rates")', ["rates", "fees"], True),
        ('not(list contains(?, "rates"))', ["fees"], True),
        ('["a","b"]', "a", True),
        ('["a","b"]', ["a", "b"], True),
        ("> ceiling + 1", Decimal(5), True),
        ('contains(?, "x") and 1 < 2', "axb", True),
        ('date("2026-01-01")', "2026-01-01", True),
        ('< date("2026-02-01")', "2026-01-31", True),
    ],
)
def test_a_cell_holds_for_what_it_says(cell: str, value: Any, expected: bool) -> None:
    assert feel.holds(cell, value, {"ceiling": 3}) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('= verdict != "approve"', True),
        ('verdict = "reject" and not(late)', True),
        ('if amount > 100 then "high" else "low"', "low"),
        ('verdict in ("reject","send_back")', True),
        ("amount in [50..60]", True),
        ("amount between 1 and 50", True),
        ("amount * 2 - 1 / 4", Decimal("99.75")),
        ('["a", null]', ["a", None]),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        ('"he said \\"no\\""', 'he said "no"'),
        ("missing = null", True),
    ],
)
def test_an_expression_has_its_value(source: str, expected: Any) -> None:
    facts = {"verdict": "reject", "late": False, "amount": Decimal(50), "missing": None}
    assert feel.evaluate(source, facts) == expected


@pytest.mark.parametrize("cell", ["< 5", '"5"', "[1..5]", "true"])
def test_comparing_different_kinds_is_an_error_not_a_miss(cell: str) -> None:
    value = {"< 5": "4", '"5"': 5, "[1..5]": True, "true": "true"}[cell]
    with pytest.raises(ExpressionError):
        feel.holds(cell, value, {})


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')",
        "a.b",
        "open(1)",
        "x := 1",
        "lambda",
        "None",
        "list contains(1)",
        "[1..",
        "(" * 500,
        "a in (" * 100,
        "1" + "+1" * 400,
        '"a",' * 400,
        "9" * 990,
        "{}",
        "for i in x return i",
    ],
)
def test_what_is_not_in_the_language_is_refused_by_name(source: str) -> None:
    with pytest.raises(ExpressionError):
        feel.evaluate(source, {"a": 1, "x": [1]})


_WORDS = (
    """( ) [ ] .. , < >= = != not( not - + * / ? and or if then else in between null true "a" 5 0.1 x y count( date("""
)
_PIECES = st.sampled_from([*_WORDS.split(), "list contains(", "feel_input"])
_VALUES = (
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.lists(st.text(max_size=2), max_size=3)
)


@given(st.lists(_PIECES, max_size=30).map(" ".join) | st.text(max_size=200), _VALUES)
def test_no_cell_brings_anything_but_the_named_error(source: str, value: Any) -> None:
    with suppress(ExpressionError):
        assert isinstance(feel.holds(source, value, {"x": 1, "y": ["a"]}), bool)


@given(st.lists(_PIECES, max_size=30).map(" ".join) | st.text(max_size=200))
def test_no_expression_brings_anything_but_the_named_error(source: str) -> None:
    with suppress(ExpressionError):
        feel.names(source)
        feel.evaluate(source, {"x": Decimal("1.5"), "y": ["a"]})
