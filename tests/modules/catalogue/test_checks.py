"""What the checks of the bank's product types refuse, and what they leave alone."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import force_locale, gettext
from app.modules.catalogue.rules import cdr
from app.modules.catalogue.rules.checks import broken, newly
from app.modules.catalogue.rules.content import content_hash, public
from app.modules.catalogue.rules.facts import facts
from app.modules.catalogue.schemas.cdr import load_record
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.schemas.templates import begun, check_templates
from app.modules.catalogue.services.demo import published_records
from app.modules.catalogue.types import PRODUCT_TYPES
from tests.modules.catalogue.conftest import rate, time_deposit

Document = dict[str, Any]


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def document(type_key: str, **groups: Any) -> Document:
    return {"type": type_key, "basics": {"name": {"zh": "产品"}}, **groups}


def refused(content: Document) -> list[Fault]:
    with pytest.raises(Invalid) as error:
        load_content(content)
    return list(error.value.faults)


def said(fault: Fault) -> str:
    return gettext(fault.message, fault.values)


def wealth(type_key: str, regulator_class: str, *assets: tuple[str, str, str], **groups: Any) -> Document:
    rows = [{"asset": asset, "low": low, "high": high} for asset, low, high in assets]
    return document(
        type_key,
        investment={"direction": {"zh": "投资"}, "regulator_class": regulator_class, "assets": rows},
        **{"benchmark": {"basis": {"zh": "测算"}}, "risk": {"seller_rating": "R3"}, **groups},
    )


BOND = (("debt", "0.8", "1"), ("equity", "0", "0.2"))


def tranche(code: str, quota: str, start: str, end: str, **more: str) -> dict[str, Any]:
    return {"code": code, "quota": cny(quota), "subscribe_from": start, "subscribe_until": end, **more}


MARCH, APRIL, MAY = (f"2026-0{month}-01T00:00:00Z" for month in (3, 4, 5))
REFUSED = {
    "a large certificate below its threshold": (
        document("large_cd", terms={"minimum": cny("199999.99")}),
        "/terms/minimum",
        "begins at 200,000 CNY",
    ),
    "one for institutions below theirs": (
        document("large_cd", terms={"customers": "institution", "minimum": cny("200000")}),
        "/terms/minimum",
        "begins at 10,000,000 CNY",
    ),
    "tranches beyond the quota": (
        document(
            "large_cd",
            limits={"quota": cny("150")},
            tranches={"tranches": [tranche("1", "100", MARCH, APRIL), tranche("2", "51", MARCH, APRIL)]},
        ),
        "/tranches/tranches",
        "Quota: 151 CNY in all; it must be at most Total quota",
    ),
    "a subscription that ends before it begins": (
        document("large_cd", tranches={"tranches": [tranche("1", "100", APRIL, MARCH)]}),
        "/tranches/tranches/0/subscribe_from",
        "must not lie after Subscription until",
    ),
    "two tranches of one name": (
        document("large_cd", tranches={"tranches": [tranche("1", "1", MARCH, APRIL), tranche("1", "2", APRIL, MAY)]}),
        "/tranches/tranches/1/code",
        "stands in two rows",
    ),
    "a fixed income product without its four fifths": (
        wealth("wealth_bond", "fixed_income", ("debt", "0.79", "1"), ("equity", "0", "0.2")),
        "/investment/assets",
        "at least 80 %",
    ),
    "an equity product in another class": (
        wealth("wealth_equity", "mixed", ("equity", "0.5", "1")),
        "/investment/regulator_class",
        "Mixed, which is not possible here",
    ),
    "a mixed product that is bound to bonds": (
        wealth("wealth_mixed", "mixed", ("debt", "0.8", "1"), ("equity", "0", "0.2")),
        "/investment/assets/0/low",
        "no class of assets",
    ),
    "least shares above the whole": (
        wealth("wealth_bond", "fixed_income", ("debt", "0.8", "1"), ("cash", "0.3", "1")),
        "/investment/assets",
        "110 % in all; it must be at most 100 %",
    ),
    "a floor got around in another currency": (
        document("large_cd", terms={"currency": "CNY", "minimum": {"amount": "1", "currency": "USD"}}),
        "/terms/minimum/currency",
        "is in USD, the product in CNY",
    ),
    "less than nothing": (document("time_deposit", terms={"minimum": cny("-5")}), "/terms/minimum/amount", "negative"),
    "a fee of more than all": (
        document("time_deposit", fees={"fees": [{"name": "管理费", "kind": "periodic", "balance_rate": "20"}]}),
        "/fees/fees/0/balance_rate",
        "2000 %; it must be at most 100 %",
    ),
    "a promise in the name": (
        {**wealth("wealth_bond", "fixed_income", *BOND), "basics": {"name": {"zh": "保本增利"}}},
        "/basics/name",
        "promises neither",
    ),
    "a benchmark upside down": (
        wealth(
            "wealth_bond",
            "fixed_income",
            *BOND,
            benchmark={"basis": {"zh": "测算"}, "low": rate("0.03"), "high": rate("0.02")},
        ),
        "/benchmark/low",
        "it must be at most Benchmark to",
    ),
    "a structured deposit paying below its guarantee": (
        document(
            "fx_structured_deposit",
            risk={"seller_rating": "R2"},
            payoff={"minimum_rate": rate("0.01"), "legs": [{"case": "below", "rate": rate("0.009")}]},
        ),
        "/payoff/legs/0/rate",
        "less than the minimum guaranteed rate",
    ),
    "barriers upside down": (
        document(
            "fx_structured_deposit",
            risk={"seller_rating": "R2"},
            payoff={"barrier_low": "1.2", "barrier_high": "1.1"},
        ),
        "/payoff/barrier_low",
        "must stay below Upper barrier",
    ),
    "futures kept on less margin than is given": (
        document("gold_futures", risk={"seller_rating": "R5"}, trading={"margin": "0.1"}, gold={"maintenance": "0.2"}),
        "/gold/maintenance",
        "20 %; it must be at most Margin",
    ),
    "a function with more at once than in a day": (
        document(
            "mobile_banking",
            service={"functions": [{"name": "转账", "per_transaction": cny("100"), "per_day": cny("50")}]},
        ),
        "/service/functions/0/per_transaction",
        "it must be at most A day at most",
    ),
    "insurance with too short a cooling-off period": (
        document(
            "agency_insurance", risk={"seller_rating": "R2"}, insurance={"insurer": "某保险", "cooling_off": "P10D"}
        ),
        "/insurance/cooling_off",
        "at least 15 days",
    ),
    "insurance called a deposit": (
        {
            **document("agency_insurance", risk={"seller_rating": "R2"}, insurance={"insurer": "某保险"}),
            "basics": {"name": {"zh": "存款型保险"}},
        },
        "/basics/name",
        "not sold as a deposit",
    ),
    "a premium card for anybody": (
        document("premium_card", eligibility={"min_assets": cny("1000")}),
        "/eligibility/min_assets",
        "at least 500,000 CNY",
    ),
    "a housing loan of forty years": (
        document("housing_loan", terms={"longest_term": "P40Y"}),
        "/terms/longest_term",
        "thirty years at most",
    ),
    "customers younger than they may be old": (
        time_deposit(eligibility={"min_age": 60, "max_age": 18}),
        "/eligibility/min_age",
        "is 60 years; it must be at most Maximum age",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_check_that_is_broken_is_told_at_its_place(case: str, app: Any) -> None:
    content, pointer, words = REFUSED[case]
    with app.test_request_context():
        faults = refused(content)
        told = {fault.pointer: said(fault) for fault in faults}
        assert pointer in told, told
        assert words in told[pointer]
        with force_locale("zh_Hans_CN"):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in said(faults[0]))


def test_what_is_right_is_left_alone() -> None:
    for content in (
        document("large_cd", terms={"customers": "institution", "minimum": cny("10000000")}),
        document("large_cd", terms={"minimum": {"amount": "50000", "currency": "USD"}}),
        wealth("wealth_bond", "fixed_income", *BOND),
        wealth("wealth_mixed", "mixed", ("debt", "0.4", "0.79"), ("equity", "0.2", "0.4")),
        wealth("wealth_equity", "equity", ("equity", "0.8", "1"), ("cash", "0", "0.2")),
    ):
        load_content(content)


def test_a_draft_may_lack_what_a_submission_needs() -> None:
    loaded = load_content(document("agency_insurance", risk={"seller_rating": "R2"}, insurance={"insurer": "某保险"}))
    lacking = {fault.pointer for fault in broken(loaded, complete=True)}
    assert {"/agency/commission", "/insurance/cooling_off", "/terms/minimum"} <= lacking
    assert broken(loaded) == []


def test_an_option_sold_by_the_customer_needs_cover_and_one_bought_a_premium() -> None:
    sold = document("fx_option", risk={"seller_rating": "R4"}, trading={"side": "sold"})
    bought = {**sold, "trading": {"side": "bought"}}
    lacking = [{f.pointer for f in broken(content, complete=True)} for content in (sold, bought)]
    assert ["/option/cover" in found for found in lacking] == [True, False]
    assert ["/option/premium" in found for found in lacking] == [False, True]


def test_what_a_version_in_force_breaks_does_not_stop_another_change() -> None:
    """A check younger than a version holds for what is entered from now on."""
    old = document("large_cd", terms={"minimum": cny("100000")}, eligibility={"min_age": 18})
    other = {**old, "eligibility": {"min_age": 20}}
    worse = {**old, "terms": {"minimum": cny("90000")}}
    assert load_content(other, base=old)["eligibility"] == {"min_age": 20}
    assert newly(other, old, complete=True) == []
    with pytest.raises(Invalid):
        load_content(worse, base=old)
    with pytest.raises(Invalid):
        load_content(other)


def test_documents_stored_before_keep_their_hashes() -> None:
    """Every attribute added since is absent from them, and what is absent is no member."""
    published = sorted(content_hash(load_content(cdr.content(load_record(r)))) for r in understood())
    assert hashlib.sha256("".join(published).encode()).hexdigest() == PUBLISHED
    first = json.loads((Path(__file__).parent / "data" / "first_documents.json").read_text("utf-8"))
    assert {code: content_hash(load_content(content))[:16] for code, content in first.items()} == STORED


def understood() -> list[Any]:
    found = []
    for record in published_records():
        try:
            load_content(cdr.content(load_record(record)))
        except (Invalid, KeyError, TypeError, AttributeError):
            continue
        found.append(record)
    return found


def test_what_is_internal_is_not_for_customers() -> None:
    estimate = {"internal_low": rate("0.0456"), "internal_high": rate("0.0567")}
    public_side = {"basis": {"zh": "参考指数测算"}, "low": rate("0.03"), "high": rate("0.04")}
    content = wealth("wealth_bond", "fixed_income", *BOND, benchmark={**public_side, **estimate})
    insurance = document(
        "agency_insurance", risk={"seller_rating": "R2"}, insurance={"insurer": "某保险"}, agency={"commission": "0.23"}
    )
    assert public(content)["benchmark"] == public_side
    assert "0.0456" not in json.dumps(public(content))
    assert "0.23" not in json.dumps(public(insurance))


def test_an_own_group_is_routed_as_the_group_it_counts_as() -> None:
    old = document("fx_structured_deposit", risk={"seller_rating": "R2"}, payoff={"underlying": "EUR/USD"})
    new = deepcopy(old)
    new["payoff"]["underlying"] = "USD/JPY"
    found = facts(load_content(old), load_content(new))
    assert found["groups"] == ["payoff", "terms"]
    assert found["terms_changed"] is True


def test_the_templates_of_every_type_are_documents() -> None:
    check_templates()
    assert [key for key, found in PRODUCT_TYPES.items() if not found.templates] == ["other_loan"]
    found = PRODUCT_TYPES["time_deposit"]
    content = load_content(begun(found, found.templates[0], {"basics": {"name": {"zh": "新定期"}}}))
    assert [row["term"] for row in content["rates"]["tiers"]] == ["P3M", "P6M", "P1Y", "P2Y", "P3Y", "P5Y"]
    assert content["basics"]["strengths"]
    assert broken(content, complete=True) == []


def test_every_attribute_says_in_both_languages_what_it_is() -> None:
    for found in PRODUCT_TYPES.values():
        for group, attribute in found.attributes():
            for labels in (found.labels, group.labels, attribute.labels, *(c.labels for c in attribute.columns)):
                assert labels["en"]
                assert labels["zh"]


PUBLISHED = "88b80853aca989a17ef0a6b312ca52fd30906f3e5f9913ff0c4dd146fb886083"
STORED = {
    "CN-TD": "926e4185120ad5b9",
    "CN-CD": "af065ccdaa954661",
    "CN-BOND-R2": "9b7b8b2c5cad0537",
    "CN-CARD-PREMIUM": "e65ed39d9fcba19d",
    "CN-FX": "b9b1db29f1803f65",
    "CN-MOBILE": "507464b264419271",
}
