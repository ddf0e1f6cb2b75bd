"""Figures typed into a text outside its merge fields are found by their unit and compared by their value."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from app.modules.documents.rules.numerals import number_of
from app.modules.documents.rules.typed import strays, typed_in
from tests.processes.bank import TIME_DEPOSIT, rate


def found(text: str) -> list[str]:
    return [figure.text for figure in typed_in(text)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("年利率3.5%，最高４．２５％", ["3.5%", "４．２５％"]),
        ("利率百分之三点五，日息万分之五", ["百分之三点五", "万分之五"]),
        ("earns 3.5 per cent, later 4 percent", ["3.5 per cent", "4 percent"]),
        ("5万元起存，五万元以上；人民币1,000.50元", ["5万元", "人民币1,000.50元"]),
        ("From CNY 50,000, or US$1.5 million, or 20 yuan", ["CNY 50,000", "US$1.5 million", "20 yuan"]),
        ("规模2亿元、100美元", ["2亿元", "100美元"]),
        ("存期12个月、3年期、半年、一年半、1年6个月", ["12个月", "3年", "半年", "一年半"]),
        ("每满1年1年6个月3天，一年360天", ["1年", "1年6个月3天", "360天"]),
        ("a 12-month deposit for two years, notice of 30 days", ["12-month", "two years", "30 days"]),
    ],
)
def test_percentages_amounts_and_terms_are_found_in_both_languages(text: str, figures: list[str]) -> None:
    assert found(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "自2026年12月7日起执行，二〇二六年末前有效；On 7 December 2026",
        "客服热线95588，营业时间9:00至17:00，5个工作日内答复",
        "第三条 依据《储蓄管理条例》（国务院令第107号）第二十四条、3.1款",
        "{terms.minimum}元起存，{rates.tiers}，{effective_day}，{terms.term}年",
        "第一年与同一年、每3个月付息，十周年庆，年满18周岁，百年品牌，半年度报告",
        "more than 20 branches, version 3, clause 12.4, open 7 days a week",
    ],
)
def test_dates_telephone_numbers_clauses_and_laws_are_no_figures(text: str) -> None:
    assert found(text) == []


def test_a_figure_says_where_it_stands_and_merge_fields_keep_their_place() -> None:
    (figure,) = typed_in("{product}\n起存{terms.minimum}，送3%")
    assert (figure.kind, figure.line, figure.position) == ("percent", 2, 20)


@pytest.mark.parametrize("row", ["一", "9", "亿", "1,", "1万", "9.", "一年", "5%", "点", " "])
def test_no_text_is_too_strange_or_too_long_to_be_read(row: str) -> None:
    for text in (row * 20_000, f"{row * 20_000}年", f"5{row * 20_000}元"):
        assert len(found(text)) < 50


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,000.5", "1000.5"), ("三点一四", "3.14"), ("十二", "12"), ("二百五", "205"), ("五万三千", "53000"),
     ("一亿五千万", "150000000"), ("二〇二六", "2026"), ("壹拾万", "100000"), ("Twelve", "12")],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert str(number_of(text)).removesuffix(".0") == value


def terms() -> dict[str, Any]:
    content = deepcopy(dict(TIME_DEPOSIT))
    content["terms"]["minimum"] = {"amount": "50000", "currency": "CNY"}
    tiers = [("P3M", "0.65", None), ("P1Y6M", "0.95", "200000")]
    content["rates"]["tiers"] = [
        {"kind": "fixed", "term": term, "rate": rate(value), **({"balance_from": low} if low else {})}
        for term, value, low in tiers
    ]
    content["terms"]["early_withdrawal"] = {"zh": "提前7天通知，按活期利率0.05%计息。", "en": "At 0.05%."}
    return content


@pytest.mark.parametrize(
    "text",
    [
        "0.65%、百分之零点九五、5‰以上",
        "5万元起存，伍万元，CNY 50,000，20万元以上",
        "3个月，18个月，一年半，通知7天，0.05%",
    ],
)
def test_what_the_live_terms_hold_is_no_stray_however_it_is_written(text: str) -> None:
    assert [each.text for each in strays(text, terms())] == (["5‰"] if "5‰" in text else [])


def test_what_stands_nowhere_in_the_terms_customers_are_told_is_a_stray() -> None:
    praised = {**terms(), "basics": {**terms()["basics"], "description": {"zh": "6万元起存。"}}}
    text = "利率3.5%，6万元起存，50000美元，2年；保底1.55%"
    assert [each.text for each in strays(text, praised)] == ["3.5%", "6万元", "50000美元", "2年", "1.55%"]
