"""Merge fields are a closed list, values are told in plain words, and the most specific template is taken."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app.demo import ROOT
from app.modules.documents.demo import DATA
from app.modules.documents.rules.fields import GENERAL, fields_of_template, types_of
from app.modules.documents.rules.matching import Case, best
from app.modules.documents.rules.merging import fields_of, filled, wrong_in
from app.modules.documents.rules.states import CHANGE_TYPES, HOLDERS, LANGUAGES
from app.modules.documents.rules.stating import contradictions, paths_of, stated, wrong_for
from app.modules.documents.rules.values import MOST_LISTED, Days, Matter, text_of
from app.workflow.decisions.reading import read_table
from tests.processes.bank import LOAN, TIME_DEPOSIT, WEALTH, dearer, rate

DAY = Days(date(2026, 12, 28))
MOST = 4_000


@pytest.mark.parametrize(
    ("text", "line", "position", "said"),
    [
        ("Dear {customer}", 1, 6, "{customer}"),
        ("Dear\n\nall {", 3, 5, "brace"),
        ("a } b", 1, 3, "brace"),
        ("{{product}}", 1, 1, "brace"),
        ("{}", 1, 1, "{}"),
        ("{product.__class__}", 1, 1, "{product.__class__}"),
        ("{product!r}", 1, 1, "{product!r}"),
        ("{ product }", 1, 1, "{ product }"),
        ("尊敬的{客户}", 1, 4, "{客户}"),
    ],
)
def test_what_cannot_be_filled_is_located(text: str, line: int, position: int, said: str) -> None:
    fault = next(wrong_in("/texts/en", text, GENERAL))
    assert (fault.pointer, fault.values["line"], fault.values["position"]) == ("/texts/en", line, position)
    assert said in fault.message % fault.values


def test_every_field_of_the_list_can_be_used_and_a_value_is_put_in_as_it_stands() -> None:
    fields = fields_of_template(["deposit"], [])
    text = " ".join(f"{{{name}}}" for name in fields)
    assert list(wrong_in("", text, fields)) == []
    assert fields_of(text) == list(fields)
    assert filled("{product}!", {"product": "{contact} {0} %s"}) == "{contact} {0} %s!"


def test_the_kinds_of_change_are_those_of_the_notice_policy() -> None:
    (table,) = read_table((ROOT / "rules" / "notice_policy.dmn").read_bytes())
    allowed = {i.expression: set((i.allowed or "").replace('"', "").split(",")) for i in table.inputs}
    assert allowed["change_type"] == set(CHANGE_TYPES)
    assert allowed["holder"] == set(HOLDERS) - {"any"}


def told(template: str, *matters: Matter, language: str = "zh", days: Days = DAY) -> str:
    text = text_of(template, matters, days, language, MOST)
    assert text is not None
    return text


def changed(content: Any = TIME_DEPOSIT, percent: str = "1.35") -> Matter:
    return Matter(content, dearer(content, percent))


def test_a_rate_is_told_with_its_term_its_period_and_its_basis() -> None:
    assert told("{old_rate}", changed()) == "1年：年利率1.55%（按实际天数、一年360天计息）"
    english = told("{new_rate}", changed(), language="en")
    assert english == "1 year: 1.35% a year (interest counted on the actual days over a year of 360 days)"


def test_of_several_tiers_those_that_change_are_listed_and_the_basis_is_told_once() -> None:
    live = deepcopy(dict(TIME_DEPOSIT))
    tiers = [("P3M", "0.65"), ("P1Y", "0.95"), ("P2Y", "1.05")]
    live["rates"]["tiers"] = [{"kind": "fixed", "term": term, "rate": rate(value)} for term, value in tiers]
    new = deepcopy(live)
    new["rates"]["tiers"][0]["rate"]["value"], new["rates"]["tiers"][1]["rate"]["value"] = "0.60", "0.90"
    assert told("利率：{new_rate}", Matter(live, new)).splitlines() == [
        "利率：",
        "3个月：0.6%",
        "1年：0.9%",
        "（以上均为年利率，按实际天数、一年360天计息）",
    ]
    assert told("{what_changes}", Matter(live, new)).splitlines()[0] == "3个月：由0.65%调整为0.6%"


def test_what_is_the_banks_own_matter_is_not_told_to_customers() -> None:
    new = {
        **TIME_DEPOSIT,
        "target_market": {"groups": ["mass"]},
        "limits": {"quota": {"amount": "9", "currency": "CNY"}},
    }
    assert told("{what_changes}", Matter(TIME_DEPOSIT, new), language="en") == "nothing"
    estimated = {**WEALTH, "benchmark": {**WEALTH["benchmark"], "internal_low": rate("4"), "internal_high": rate("5")}}
    for old in (WEALTH, estimated, {}):
        assert "5%" not in told("{what_changes}", Matter(old, estimated), language="en"), "an estimate is no promise"
        assert "5%" not in told("{what_changes}", Matter(estimated, WEALTH), language="en")


def test_how_to_leave_is_what_the_version_before_says_or_the_contract() -> None:
    live = deepcopy(dict(TIME_DEPOSIT))
    assert told("{how_to_leave}", Matter(live, live)) == "提前终止事宜按合同约定办理。"
    live["terms"]["early_withdrawal"] = {"zh": "按活期计息。", "en": "At the demand rate."}
    new = deepcopy(live)
    new["terms"]["early_withdrawal"] = {"zh": "不得提前支取。", "en": "Not possible."}
    assert told("{how_to_leave}", Matter(live, new)) == "按活期计息。"


def test_a_day_that_is_not_known_and_a_rollout_in_waves_are_said_so() -> None:
    assert told("{effective_day}", changed(), days=Days()) == "另行公告之日"
    waves = Days(date(2026, 12, 28), date(2026, 12, 7))
    assert told("{effective_day}", changed(), days=waves) == "2026年12月7日（分批实施，2026年12月28日全面实施）"


def test_several_products_are_listed_by_name_and_many_point_to_a_list() -> None:
    two = told("{product}\n{what_changes}", changed(), changed(LOAN, "3.45"))
    assert two.startswith("整存整取和个人住房贷款\n")
    assert "整存整取：\n" in two
    many = [Matter(TIME_DEPOSIT, _renamed(n)) for n in range(MOST_LISTED + 1)]
    text = told("{product}: {what_changes}", *many, language="en")
    assert text == "No 0, No 1, No 2 and 18 more: as in the list published at our branches and on our website"


def _renamed(number: int) -> dict[str, Any]:
    new = dearer(TIME_DEPOSIT, "1.35")
    new["basics"]["name"] = {"en": f"No {number}", "zh": f"{number}号"}
    return new


def test_a_text_that_grows_too_long_points_to_a_list_or_is_not_there() -> None:
    new = dearer(TIME_DEPOSIT, "1.35")
    new["basics"]["description"] = {"zh": "长" * 500, "en": "long" * 100}
    assert (
        text_of("{what_changes}", [Matter(TIME_DEPOSIT, new)], DAY, "zh", 100) == "详见本行网点及官方网站公布的产品清单"
    )
    assert text_of("{contact}" * 9, [changed()], DAY, "zh", 100) is None


@dataclass
class Made:
    """A template, as far as choosing asks."""

    key: str
    families: list[str] = field(default_factory=list)
    change_types: list[str] = field(default_factory=list)
    holder: str = "any"


CASE = Case("rate", "deposit", "existing")


@pytest.mark.parametrize(
    ("templates", "taken"),
    [
        ([Made("a"), Made("b", ["deposit"])], "b"),
        ([Made("a", ["deposit"], ["rate"]), Made("b", ["deposit"], ["rate"], "existing")], "b"),
        ([Made("a", ["deposit"]), Made("b", [], ["rate"])], "b"),
        ([Made("a", [], [], "existing"), Made("b", ["deposit"])], "b"),
        ([Made("a", ["deposit", "loan"]), Made("b", ["deposit"])], "b"),
        ([Made("b", ["deposit"]), Made("a", ["deposit"])], "a"),
        ([Made("a", ["loan"]), Made("b", [], ["fee"]), Made("c", [], [], "new")], None),
    ],
)
def test_the_most_specific_template_is_taken_and_equals_by_the_rule(templates: list[Made], taken: str | None) -> None:
    for order in (templates, templates[::-1]):
        found = best(order, CASE)
        assert (found.key if found else None) == taken


def test_the_templates_of_the_demo_bank_can_be_filled_in_both_languages() -> None:
    described = json.loads(DATA.read_text("utf-8"))
    assert len(described) == 13
    for template in described:
        fields = fields_of_template(template["families"], [])
        for language in LANGUAGES:
            text = template["texts"][language]
            assert list(wrong_in("", text, fields)) == []
            assert "{" not in told(text, changed(), language=language)


def test_what_a_text_may_name_follows_from_the_types_it_is_for() -> None:
    some = fields_of_template([], ["time_deposit", "demand_deposit"])
    assert {"product", "terms.minimum", "rates.tiers"} <= set(some)
    assert "terms.early_withdrawal" not in some  # a demand deposit has none
    assert "terms.early_withdrawal" in fields_of_template(["deposit"], ["time_deposit", "large_cd"])
    assert "benchmark.low" in fields_of_template(["wealth"], [])
    assert "benchmark.internal_low" not in fields_of_template(["wealth"], [])
    assert not set(fields_of_template([], [])) & {"rates.tiers", "benchmark.low"}
    assert types_of(["wealth"], []) == ("wealth_money_market", "wealth_bond", "wealth_mixed", "wealth_equity")


def test_only_figures_that_a_document_states_can_be_contradicted() -> None:
    paths = paths_of("{product}: {rates.tiers} from {terms.minimum}, ask {contact}")
    says = stated(TIME_DEPOSIT, paths)
    live = dearer(TIME_DEPOSIT, "1.45")
    live["terms"]["minimum"] = {"amount": "100", "currency": "CNY"}
    live["terms"]["rollover"] = True
    live["rates"]["tiers"].append({"kind": "fixed", "term": "P2Y", "rate": rate("1.65")})
    assert contradictions(says, TIME_DEPOSIT, paths) == []
    assert [(c.path, c.says["en"], c.live["en"]) for c in contradictions(says, live, paths)] == [
        ("terms.minimum", "CNY 50", "CNY 100"),
        ("rates.tiers[kind=fixed,term=P1Y].rate", "1.55%", "1.45%"),
        (
            "rates.tiers[kind=fixed,term=P2Y]",
            "not mentioned",
            "1.65% a year (interest counted on the actual days over a year of 360 days)",
        ),
    ]
    assert [c.path for c in contradictions(stated(TIME_DEPOSIT, ["terms.minimum"]), live, ["terms.minimum"])] == [
        "terms.minimum"
    ]


def test_a_document_cannot_state_what_the_version_leaves_empty_nor_tell_of_a_change() -> None:
    text = "{what_changes} {terms.early_withdrawal} {fees.fees} {terms.minimum}"
    assert [(f.code, f.values["name"]) for f in wrong_for(text, TIME_DEPOSIT)] == [
        ("tells_of_a_change", "what_changes"),
        ("nothing_to_state", "terms.early_withdrawal"),
    ]


def test_a_poster_of_new_rates_says_nothing_of_those_it_does_not_name() -> None:
    before = deepcopy(dict(TIME_DEPOSIT))
    before["rates"]["tiers"].append({"kind": "fixed", "term": "P2Y", "rate": rate("1.65")})
    after, paths = dearer(before, "1.45"), paths_of("{new_rate}")
    says = stated(after, paths, before)
    assert [row["term"] for row in says["rates"]["tiers"]] == ["P1Y"]
    later = deepcopy(after)
    later["rates"]["tiers"][1]["rate"] = rate("1.75")
    assert contradictions(says, later, paths) == []
    (found,) = contradictions(says, dearer(later, "1.25"), paths)
    assert (found.says["en"], found.live["en"]) == ("1.45%", "1.25%")
