"""What people type becomes the exact document it stands for."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.modules.catalogue.types import product_type
from app.modules.catalogue.views import typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50,000", "50000"),
        ("5万", "50000"),
        ("1.5亿", "150000000"),
        ("１２．５", "12.5"),
        ("much", "much"),
        ("1 000", "1000"),
    ],
)
def test_numbers_are_read_as_bankers_write_them(text: str, value: str) -> None:
    assert typed.number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1.55", "0.0155"), ("1.550 %", "0.01550"), ("0.0001", "0.000001"), ("x", "x")]
)
def test_a_rate_typed_in_per_cent_is_kept_exactly(text: str, value: str) -> None:
    assert typed.out_of_percent(text) == value
    assert typed.percent(value) == text.removesuffix(" %")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3 months", "P3M"),
        ("3M", "P3M"),
        ("1 year 6 months", "P1Y6M"),
        ("3个月", "P3M"),
        ("1年", "P1Y"),
        ("90天", "P90D"),
        ("p7d", "P7D"),
        ("soon", "soon"),
        ("3 months 3 months", "3 months 3 months"),
    ],
)
def test_a_duration_is_read_in_words_and_abbreviations(text: str, value: str) -> None:
    assert typed.duration(text) == value


@pytest.mark.parametrize(("language", "said"), [("en", "1 year 6 months"), ("zh", "1年6个月")])
def test_a_duration_is_shown_as_it_can_be_typed(app: Flask, language: str, said: str) -> None:
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        assert typed.duration_text("P18M") == said
    assert typed.duration(said) == "P1Y6M"


def test_an_empty_row_is_none_and_the_others_keep_their_order() -> None:
    tiers = product_type("time_deposit").group("rates").attribute("tiers")
    form = MultiDict(
        [
            ("t/0/kind", "fixed"),
            ("t/0/rate/value", "1.2"),
            ("t/3/kind", ""),
            ("t/3/rate/unit", "fraction"),
            ("t/7/term", "1年"),
        ]
    )
    assert [row.get("term") for row in typed.rows_of(form, "t", tiers)] == [None, "P1Y"]
    assert typed.filled_places(form, "t", tiers) == [0, 7]


def test_a_day_left_as_it_was_keeps_its_instant() -> None:
    assert typed.instant("2026-03-01", "2026-03-01T04:00:00Z") == "2026-03-01T04:00:00Z"
    assert typed.instant("2026-03-02", "2026-03-01T04:00:00Z") == "2026-03-01T16:00:00Z"
