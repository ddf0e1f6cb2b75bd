"""A family from its founding to the day its variants follow, and what is refused on the way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date
from app.kernel.crypto import blind, seal
from app.kernel.database import session, unit_of_work
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.modules.catalogue import services as catalogue
from app.modules.changes.models import ChangeRequest
from app.modules.customers.models import ACCOUNT_NUMBER, Account, Customer, Holding
from app.modules.customers.services import open_holding
from app.modules.families import queries
from app.modules.families.services import following, keeping, planning
from tests.modules.changes.conftest import Ask
from tests.modules.customers.made import customer
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, person
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of

OWNER, OTHER_OWNER, ADVISER = "lin.yue", "wu.lan", "liao.kai"
AHEAD = timedelta(days=60)
RATE = "rates.tiers[kind=fixed,term=P1Y].rate"


@pytest.fixture
def family(play: Play) -> Play:
    """TD for everybody, TD-GOLD for the affluent at a rate of its own, TD2 for private banking, TD3 not sold yet."""
    gold = {**dearer(TIME_DEPOSIT, "1.80"), "basics": {"name": {"en": "Gold"}}}
    play.sell({"TD": TIME_DEPOSIT, "TD-GOLD": gold, "TD2": TIME_DEPOSIT})
    keep(play, keeping.found, base="TD", tier="mass", names={"en": "Time deposits"})
    add(play, product="TD-GOLD", tier="affluent", own=["rates.tiers"])
    add(play, product="TD2", tier="private")
    add(play, product="TD3", tier="young", name={"en": "Young", "zh": "青年版"})
    return play


def keep(play: Play, verb: Any, who: str = OWNER, **given: Any) -> Any:
    with unit_of_work() as uow:
        return verb(uow, actor=person(uow, who), now=play.now, **given)


def add(play: Play, who: str = OWNER, **given: Any) -> None:
    with unit_of_work() as uow:
        keeping.add_variant(uow, keeping.locked(uow, "TD"), **given, actor=person(uow, who), now=play.now)


def describe(play: Play, product: str, **given: Any) -> None:
    told = {"own": [], "services": [], "corridors": [], **given}
    with unit_of_work() as uow:
        actor = person(uow, OWNER)
        family = keeping.locked(uow, "TD")
        keeping.describe_variant(uow, family, product=product, **told, actor=actor, now=play.now)


def follow(play: Play) -> following.Followed:
    with unit_of_work() as uow:
        actor, family = person(uow, OWNER), keeping.locked(uow, "TD")
        return following.follow(uow, family, reason="The base changed.", actor=actor, now=play.now)


def due(play: Play) -> list[str]:
    return list(queries.due_to_follow(queries.members_of(session(), "TD", play.now)))


def republish(play: Play, percent: str, minimum: str) -> None:
    """A further version of the base, sixty days ahead, as an approved process would publish it."""
    content = dearer(TIME_DEPOSIT, percent)
    content["terms"]["minimum"]["amount"] = minimum
    with unit_of_work() as uow:
        actor = person(uow, OWNER)
        version = catalogue.draft_version(uow, product_code="TD", content=content, actor=actor, now=play.now)
        catalogue.submit(uow, version_id=version.id, actor=actor, now=play.now)
        told = {"content_hash": version.content_hash, "approval": "CR-1", "change_class": "minor"}
        catalogue.approve(uow, version_id=version.id, **told, actor=actor, now=play.now)
        effective = play.now + AHEAD
        catalogue.publish(uow, version_ids=[version.id], effective_at=effective, actor=actor, now=play.now)


def test_when_a_shared_term_changes_one_request_lets_all_variants_follow_together(family: Play) -> None:
    assert due(family) == []
    with pytest.raises(Conflict):
        follow(family)
    republish(family, "1.20", "100")
    assert sorted(due(family)) == ["TD-GOLD", "TD2", "TD3"]
    done = follow(family)
    assert done.drafts == ["TD3"], "what was never launched needs no request"
    request = session().get_one(ChangeRequest, done.request.id if done.request else 0)
    assert (request.state, request.initiator) == ("draft", OWNER)
    assert accounting_date(request.effective_at) == accounting_date(family.now + AHEAD)  # type: ignore[arg-type]
    family.request_id = request.id
    proposed = {v.product_code: v.content for v in family.versions()}
    assert sorted(proposed) == ["TD-GOLD", "TD2"]
    assert {c["terms"]["minimum"]["amount"] for c in proposed.values()} == {"100"}
    rates = {code: c["rates"]["tiers"][0]["rate"]["value"] for code, c in proposed.items()}
    assert rates == {"TD-GOLD": "1.8", "TD2": "1.2"}, "an own term stays"
    assert sorted(due(family)) == ["TD-GOLD", "TD2"], "until the request is through"
    effective = request.effective_at
    family.submit().prepare().review().do("executive_decision").do("plan_rollout", notice_days=45)
    assert due(family) == []
    assert {version.valid_from for version in family.versions()} == {effective}, "together, and with their base"
    actions = select(AuditEvent.action).where(AuditEvent.stream == "tier_family:TD").order_by(AuditEvent.number)
    assert list(session().scalars(actions)) == [
        "tier_family.founded",
        *["tier_family.variant_added"] * 3,
        "tier_family.followed",
    ]


def test_who_judges_a_change_of_the_base_sees_which_variants_share_it(family: Play) -> None:
    family.draft({"TD": dearer(TIME_DEPOSIT, "1.20")})
    told = queries.will_be_due(session(), [family.versions()[0]], family.now)
    assert [(member.code, [labels["en"] for labels in terms]) for member, terms in told] == [
        ("TD2", ["Rates"]),
        ("TD3", ["Rates"]),
    ], "TD-GOLD sets its rates itself"


def leave(play: Play, product: str) -> None:
    with unit_of_work() as uow:
        actor, family = person(uow, OWNER), keeping.locked(uow, "TD")
        keeping.leave(uow, family, product=product, reason="Not sold any more", actor=actor, now=play.now)


def test_a_variant_leaves_and_its_tier_is_free_for_another_product(family: Play) -> None:
    leave(family, "TD2")
    with pytest.raises(Conflict):
        leave(family, "TD")
    family.sell({"TD4": TIME_DEPOSIT})
    add(family, product="TD4", tier="private")
    assert [m.code for m in queries.members_of(session(), "TD", family.now)] == ["TD", "TD-GOLD", "TD4", "TD3"]
    add(family, product="TD2", tier="retiree")
    assert faults(lambda: add(family, product="TD2", tier="corporate")) == [("/product", "in_a_family")]


def faults(verb: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        verb()
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_what_is_no_family_is_refused_where_it_is_wrong(family: Play) -> None:
    family.sell({"LO": LOAN, "TD4": dearer(TIME_DEPOSIT, "1.30"), "TD5": TIME_DEPOSIT})
    keep(family, keeping.found, base="TD5", tier="mass", names={"en": "Others"})
    assert faults(lambda: add(family, product="TD4", tier="private")) == [("/tier", "tier_taken")]
    assert faults(lambda: add(family, product="TD2", tier="retiree")) == [("/product", "in_a_family")]
    assert faults(lambda: add(family, product="TD5", tier="retiree")) == [("/product", "in_a_family")]
    found = {"tier": "mass", "names": {"en": "X"}}
    assert faults(lambda: keep(family, keeping.found, base="TD2", **found)) == [("/base", "in_a_family")]
    assert faults(lambda: add(family, product="TD4", tier="retiree")) == [("/own", "shared_term_differs")]
    assert faults(lambda: add(family, product="LO", tier="retiree")) == [("/product", "other_type")]
    assert faults(lambda: add(family, product="NONE", tier="retiree")) == [("/product", "invalid")]
    assert faults(lambda: describe(family, "TD-GOLD", own=[])) == [("/own", "shared_term_differs")]
    with pytest.raises(Forbidden):
        add(family, who=OTHER_OWNER, product="TD4", tier="retiree", own=["rates.tiers"])


def agree(play: Play, who: str = ADVISER, **given: Any) -> Any:
    today = accounting_date(play.now)
    told = {"product": "TD2", "valid_from": today, "valid_to": today + timedelta(days=90), **given}
    with unit_of_work() as uow:
        actor, family = person(uow, who), keeping.locked(uow, "TD")
        return planning.agree(uow, family, plan=planning.Agreed(**told), actor=actor, now=play.now)


def test_a_plan_is_agreed_within_its_corridor_by_whoever_serves_the_customer(family: Play) -> None:
    lounge = {"key": "lounge", "names": {"en": "Lounge", "zh": "贵宾厅"}}
    describe(family, "TD2", services=[lounge], corridors=[{"path": RATE, "low": "1.5", "high": "1.75"}])
    customer("private")
    beyond = {"services": ["yacht"], "deviations": [{"path": RATE, "value": "1.8"}]}
    assert faults(lambda: agree(family, customer="C1", **beyond)) == [
        ("/services/0", "no_such_service"),
        ("/deviations/0/value", "outside_corridor"),
    ]
    assert faults(lambda: agree(family, customer="C1", product="TD-GOLD")) == [("/customer", "not_eligible")]
    assert faults(lambda: agree(family, who=OWNER, segment="young", product="TD3")) == [("/product", "not_on_sale")]
    assert faults(lambda: agree(family, who=OWNER, customer="C1")) == [("/customer", "invalid")], "not for these eyes"
    within = {"services": ["lounge"], "deviations": [{"path": RATE, "value": "1.75"}]}
    plan = agree(family, customer="C1", **within)
    assert faults(lambda: agree(family, customer="C1")) == [("/valid_from", "overlaps")]
    with unit_of_work() as uow:
        actor, kept = person(uow, ADVISER), keeping.locked(uow, "TD")
        planning.end(uow, kept, plan_id=plan.id, reason="Moved away", actor=actor, now=family.now)
    agree(family, customer="C1", **within)
    with pytest.raises(Forbidden):
        agree(family, segment="private")
    agree(family, who=OWNER, segment="private")
    with pytest.raises(Conflict):
        leave(family, "TD2")
    seen = {who: len(queries.plans_of(session(), "TD", person(session(), who), limit=9)) for who in (OWNER, ADVISER)}
    assert seen == {OWNER: 1, ADVISER: 3}, "who does not serve the customer does not see the plan"


def test_a_holding_that_is_opened_under_a_plan_bears_its_terms(family: Play, bank: Flask) -> None:
    minimum = {"path": "terms.minimum", "low": "10", "high": "50"}
    describe(family, "TD2", corridors=[{"path": RATE, "low": "1.5", "high": "1.75"}, minimum])
    customer("private")
    with pytest.raises(Invalid):
        opened(family, "20")
    plain = opened(family, "50")
    agree(family, who=OWNER, segment="private", deviations=[{"path": RATE, "value": "1.6"}])
    plan = agree(family, customer="C1", deviations=[{"path": "terms.minimum", "value": "20"}])
    held = opened(family, "20")
    assert held.negotiated == {
        RATE: {**TIME_DEPOSIT["rates"]["tiers"][0]["rate"], "value": "1.6"},
        "terms.minimum": {"amount": "20", "currency": "CNY"},
    }
    assert (plain.negotiated, opened(family, "50", product="TD").negotiated) == (None, None)
    sold_on_the_page(client_of(bank, ADVISER), plan.number)
    assert "holdings/new" not in client_of(bank, "jin.cheng", "zh").get("/customers/C1").text
    with unit_of_work() as uow:
        actor, kept = person(uow, ADVISER), keeping.locked(uow, "TD")
        planning.end(uow, kept, plan_id=plan.id, reason="Moved away", actor=actor, now=family.now)
    with pytest.raises(Invalid):
        opened(family, "20")
    assert list(opened(family, "50").negotiated or ()) == [RATE]


def sold_on_the_page(client: FlaskClient, plan: str) -> None:
    """Where the plan is shown to whoever serves the customer, the holding is opened on its terms."""
    page, form = client.get("/customers/C1").text, "/customers/C1/holdings/new"
    assert plan in page
    assert "1.6" in page
    shown = client.get(form).text
    assert '<option value="TD2"' in shown
    assert '<option value="TD3"' not in shown
    sent = {"csrf_token": token_of(shown), "product": "TD2", "channel": "branch", "account": "A1",
            "principal": "20", "term": "1年"}  # fmt: skip
    for wrong, status in (({"principal": "19"}, 422), ({"term": "soon"}, 422), ({"product": "NONE"}, 404),
                          ({"account": ""}, 422), ({"product": "TD3"}, 409)):  # fmt: skip
        answer = client.post(form, data={**sent, **wrong})
        assert (answer.status_code, 'value="TD' in answer.text or "NONE" in answer.text) == (status, True), wrong
    assert "such as 3 months" in client.post(form, data={**sent, "term": "soon"}).text
    assert client.post(form, data=sent).status_code == 303
    assert client.get("/customers/C1").text.count("agreed individually") == 2


def opened(play: Play, principal: str, product: str = "TD2") -> Holding:
    """A deposit for a year that the adviser sold to the customer."""
    with unit_of_work() as uow:
        if uow.scalar(select(Account.id)) is None:
            owner = uow.scalars(select(Customer)).one()
            uow.add(Account(reference="A1", customer_id=owner.id, number=seal(ACCOUNT_NUMBER, "A1", "1"),
                number_index=blind(ACCOUNT_NUMBER, "1"), currency="CNY", unit_code=owner.unit_code, status="open",
                opened_on=owner.since))  # fmt: skip
            uow.flush()
        return open_holding(
            uow, customer="C1", account="A1", product=product, channel="branch", principal=Decimal(principal),
            currency="CNY", term="P1Y", actor=person(uow, ADVISER), now=play.now,
        )  # fmt: skip


def test_programs_found_and_read_a_family(ask: Ask) -> None:
    new = {"base": "TD", "tier": "mass", "names": {"en": "Time deposits"}}
    assert ask("tan.xue", "POST", "/tier-families", new).status_code == 403
    assert ask("zhao.heng", "POST", "/tier-families", {**new, "tier": "rich"}).status_code == 422
    assert ask(OWNER, "POST", "/tier-families", new).status_code == 201
    added = ask(OWNER, "POST", "/tier-families/TD/variants", {"product": "TD2", "tier": "private"})
    assert [(v["product"], v["base"]) for v in added.json["variants"]] == [("TD", True), ("TD2", False)]
    one = ask(OWNER, "GET", "/tier-families/TD")
    assert one.json["due"] == []
    described = {"own": ["rates.tiers"], "services": [], "corridors": [{"path": RATE, "low": "1", "high": "2"}]}
    path = "/tier-families/TD/variants/TD2"
    assert ask(OWNER, "PUT", path, described).status_code == 428
    assert ask(OWNER, "PUT", path, described, If_Match=one.headers["ETag"]).status_code == 200
    assert ask(OWNER, "PUT", path, described, If_Match=one.headers["ETag"]).status_code == 412
    assert ask(OWNER, "POST", "/tier-families/TD/follow", {"reason": "Why"}).json["code"] == "nothing_due"
    assert [f["base"] for f in ask(OWNER, "GET", "/tier-families?limit=1").json["items"]] == ["TD"]
    assert ask(OWNER, "GET", "/tier-families/TD2").status_code == 404
    assert ask(OWNER, "GET", "/tier-families/TD/plans").json == {"items": [], "next": None}
