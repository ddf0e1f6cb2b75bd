"""What is on sale: publication, pilots, suspension, and what was believed on a past day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.database import session, unit_of_work
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.modules.catalogue import queries, services
from app.modules.catalogue.models import ImmutableVersion, Product, ProductVersion
from app.modules.catalogue.rules.sale import SaleAnswer
from tests.modules.catalogue.conftest import MANAGER, NOW, RISK, RISK_HEAD, SYSTEM, time_deposit

DAY = timedelta(days=1)
EVERYWHERE = {"unit": "SH01", "channel": "branch", "group": "mass"}


def approved(code: str, content: dict[str, Any], now: datetime = NOW) -> int:
    """A version, approved, of a product that is made if need be."""
    with unit_of_work() as uow:
        if uow.get(Product, code) is None:
            _, version = services.create_product(uow, code=code, content=content, actor=MANAGER, now=now)
        else:
            version = services.draft_version(uow, product_code=code, content=content, actor=MANAGER, now=now)
        services.submit(uow, version_id=version.id, actor=MANAGER, now=now)
        services.approve(
            uow,
            version_id=version.id,
            content_hash=version.content_hash,
            approval="CR-2026-0001",
            change_class="minor",
            actor=SYSTEM,
            now=now,
        )
        return version.id


def published(*version_ids: int, at: datetime, now: datetime | None = None) -> None:
    with unit_of_work() as uow:
        services.publish(uow, version_ids=version_ids, effective_at=at, actor=SYSTEM, now=now or at)


def ask(
    code: str, at: datetime, *, known_at: datetime | None = None, version: int | None = None, **where: str
) -> SaleAnswer:
    scope: Any = {**EVERYWHERE, **where}
    return queries.may_sell(session(), product=code, at=at, known_at=known_at, version=version, **scope)


def code_of(answer: SaleAnswer) -> str:
    return answer.reasons[0].code


@pytest.fixture
def live(bank: Flask) -> str:
    """A time deposit on sale everywhere since NOW."""
    published(approved("TD-001", time_deposit()), at=NOW)
    return "TD-001"


def test_a_new_product_is_sold_from_its_effective_instant_on(bank: Flask) -> None:
    version = approved("TD-001", time_deposit())
    assert code_of(ask("TD-001", NOW)) == "not_on_sale"
    published(version, at=NOW + DAY, now=NOW)
    assert code_of(ask("TD-001", NOW + DAY - timedelta(seconds=1))) == "not_on_sale"
    assert ask("TD-001", NOW + DAY) == SaleAnswer(True, 1)


def test_versions_take_effect_together_or_not_at_all(live: str) -> None:
    published(approved("TD-002", time_deposit()), at=NOW)
    new = approved("TD-001", time_deposit("0.0145")), approved("TD-002", time_deposit("0.0145"))
    with unit_of_work() as uow:
        services.reject(uow, version_id=new[1], reason="no", actor=SYSTEM, now=NOW)
    with pytest.raises(Conflict):
        published(*new, at=NOW + DAY)
    assert ask("TD-001", NOW + 2 * DAY).version == 1


def test_a_successor_ends_its_predecessors_sales_at_one_instant(live: str) -> None:
    published(approved(live, time_deposit("0.0145")), at=NOW + 10 * DAY, now=NOW + DAY)
    last_moment = NOW + 10 * DAY - timedelta(microseconds=1)
    assert [ask(live, at).version for at in (NOW, last_moment, NOW + 10 * DAY)] == [1, 1, 2]
    assert code_of(ask(live, NOW + 11 * DAY, version=1)) == "version_not_on_sale"
    versions = queries.versions_of(session(), live)
    assert [(v.number, v.state) for v in versions] == [(2, "live"), (1, "superseded")]
    assert versions[1].valid_to == versions[0].valid_from == NOW + 10 * DAY


def test_what_we_believed_on_a_past_day_can_be_asked(live: str) -> None:
    published(approved(live, time_deposit("0.0145")), at=NOW + 10 * DAY, now=NOW + 5 * DAY)
    later = NOW + 20 * DAY
    assert ask(live, later, known_at=NOW + 4 * DAY).version == 1
    assert ask(live, later, known_at=NOW + 6 * DAY).version == 2


def test_an_effective_instant_in_the_past_is_refused(live: str) -> None:
    with pytest.raises(Invalid):
        published(approved(live, time_deposit("0.0145")), at=NOW, now=NOW + DAY)


def test_only_an_approved_version_is_published(bank: Flask) -> None:
    with unit_of_work() as uow:
        _, version = services.create_product(uow, code="X", content=time_deposit(), actor=MANAGER, now=NOW)
    with pytest.raises(Conflict):
        published(version.id, at=NOW)


def test_an_approval_binds_to_the_content_that_was_shown(bank: Flask) -> None:
    with unit_of_work() as uow:
        _, version = services.create_product(uow, code="X", content=time_deposit(), actor=MANAGER, now=NOW)
        shown = version.content_hash
        services.edit_draft(uow, version_id=version.id, content=time_deposit("0.02"), actor=MANAGER, now=NOW)
        services.submit(uow, version_id=version.id, actor=MANAGER, now=NOW)
    with pytest.raises(Conflict, match="after it was shown"), unit_of_work() as uow:
        services.approve(
            uow, version_id=version.id, content_hash=shown, approval="C", change_class="minor", actor=SYSTEM, now=NOW
        )


def test_an_approved_version_cannot_be_edited_or_deleted(live: str) -> None:
    version_id = queries.version_by_number(session(), live, 1).id
    with pytest.raises(Conflict), unit_of_work() as uow:
        services.edit_draft(uow, version_id=version_id, content=time_deposit("0.09"), actor=MANAGER, now=NOW)
    with pytest.raises(ImmutableVersion), unit_of_work() as uow:
        queries.version_by_number(uow, live, 1).content = time_deposit("0.09")
    with pytest.raises(ImmutableVersion), unit_of_work() as uow:
        sneaked_into(uow, live)
    with pytest.raises(ImmutableVersion), unit_of_work() as uow:
        uow.delete(queries.version_by_number(uow, live, 1))


def sneaked_into(uow: Session, code: str) -> ProductVersion:
    """A version put back to draft in order to change what its approval covers."""
    version = queries.version_by_number(uow, code, 1)
    version.state, version.content_hash = "draft", "0"
    return version


@pytest.fixture
def piloted(live: str) -> str:
    """Version 2 is piloted with young workers in Shanghai, for thirty days from NOW + 1."""
    version = approved(live, time_deposit("0.018"))
    scope = [{"units": ["SH"], "groups": ["young"]}]
    with unit_of_work() as uow:
        services.open_pilot(uow, version_ids=[version], scopes=scope, until=NOW + 31 * DAY, actor=SYSTEM, now=NOW + DAY)
    return live


def piloted_version() -> int:
    found = session().query(ProductVersion.id).filter_by(product_code="TD-001", number=2).scalar()
    return int(found)


def test_the_pilot_version_is_sold_inside_its_scope_only(piloted: str) -> None:
    during = NOW + 2 * DAY
    assert ask(piloted, during, group="young") == SaleAnswer(True, 2)
    assert ask(piloted, during, unit="BJ", group="young") == SaleAnswer(True, 1)
    assert ask(piloted, during, group="mass") == SaleAnswer(True, 1)
    assert code_of(ask(piloted, during, unit="BJ", group="young", version=2)) == "outside_pilot"
    assert code_of(ask(piloted, during, group="young", version=1)) == "pilot_here"
    assert ask(piloted, NOW + 31 * DAY, group="young") == SaleAnswer(True, 1)


def test_a_failed_pilot_rolls_back_sales_only(piloted: str) -> None:
    with unit_of_work() as uow:
        services.close_pilot(uow, version_ids=[piloted_version()], passed=False, actor=SYSTEM, now=NOW + 5 * DAY)
    assert ask(piloted, NOW + 6 * DAY, group="young") == SaleAnswer(True, 1)
    assert ask(piloted, NOW + 2 * DAY, group="young") == SaleAnswer(True, 2)
    assert queries.version_by_number(session(), piloted, 2).state == "pilot_failed"


def test_a_passed_pilot_goes_on_until_the_version_is_live_everywhere(piloted: str) -> None:
    with unit_of_work() as uow:
        services.extend_pilot(
            uow, version_ids=[piloted_version()], until=NOW + 60 * DAY, actor=SYSTEM, now=NOW + 5 * DAY
        )
        services.close_pilot(uow, version_ids=[piloted_version()], passed=True, actor=SYSTEM, now=NOW + 50 * DAY)
    assert ask(piloted, NOW + 55 * DAY, group="young").version == 2
    published(piloted_version(), at=NOW + 56 * DAY, now=NOW + 51 * DAY)
    assert ask(piloted, NOW + 56 * DAY, unit="BJ") == SaleAnswer(True, 2)


def test_the_failed_pilot_of_a_new_product_puts_it_back_into_test(bank: Flask) -> None:
    version = approved("NEW", time_deposit())
    with unit_of_work() as uow:
        services.open_pilot(
            uow, version_ids=[version], scopes=[{"units": ["BJ"]}], until=NOW + DAY, actor=SYSTEM, now=NOW
        )
    assert ask("NEW", NOW, unit="BJ").allowed
    with unit_of_work() as uow:
        services.close_pilot(uow, version_ids=[version], passed=False, actor=SYSTEM, now=NOW + DAY / 2)
    assert queries.status_at(session(), "NEW", NOW + DAY) == "test"


def test_a_new_product_whose_pilot_is_withdrawn_is_in_test_again(bank: Flask) -> None:
    version = approved("NEW", time_deposit())
    with unit_of_work() as uow:
        services.open_pilot(
            uow, version_ids=[version], scopes=[{"units": ["BJ"]}], until=NOW + DAY, actor=SYSTEM, now=NOW
        )
    with unit_of_work() as uow:
        services.withdraw(uow, version_id=version, reason="Not now.", actor=SYSTEM, now=NOW + DAY / 2)
    assert queries.status_at(session(), "NEW", NOW + DAY) == "test"
    assert not ask("NEW", NOW + DAY, unit="BJ").allowed


def test_a_new_product_whose_pilot_failed_while_suspended_is_in_test_again_once_resumed(bank: Flask) -> None:
    version = approved("TD-S", time_deposit())
    with unit_of_work() as uow:
        until = NOW + 30 * DAY
        services.open_pilot(
            uow, version_ids=[version], scopes=[{"units": ["SH"]}], until=until, actor=SYSTEM, now=NOW + DAY
        )
    stopped("TD-S", NOW + 2 * DAY, [], "S-1")
    with unit_of_work() as uow:
        services.close_pilot(uow, version_ids=[version], passed=False, actor=SYSTEM, now=NOW + 3 * DAY)
    assert queries.status_at(session(), "TD-S", NOW + 3 * DAY) == "suspended"
    lifted("TD-S", NOW + 4 * DAY, [], "S-1")
    assert queries.status_at(session(), "TD-S", NOW + 4 * DAY) == "test"
    assert list(audit.verify(session())) == []


def test_an_existing_product_whose_pilot_failed_while_suspended_returns_to_its_live_version(piloted: str) -> None:
    stopped(piloted, NOW + 2 * DAY, [], "S-1")
    with unit_of_work() as uow:
        services.close_pilot(uow, version_ids=[piloted_version()], passed=False, actor=SYSTEM, now=NOW + 3 * DAY)
    lifted(piloted, NOW + 4 * DAY, [], "S-1")
    assert ask(piloted, NOW + 4 * DAY, group="young") == SaleAnswer(True, 1)


def test_a_scope_that_covers_everything_is_no_pilot(live: str) -> None:
    version = approved(live, time_deposit("0.018"))
    with pytest.raises(Invalid), unit_of_work() as uow:
        services.open_pilot(uow, version_ids=[version], scopes=[{}], until=NOW + DAY, actor=SYSTEM, now=NOW)


def test_written_scopes_limit_where_a_version_is_sold(bank: Flask) -> None:
    scopes = [{"units": ["SH"], "channels": ["branch", "mobile"], "groups": ["private"]}]
    published(approved("VIP", time_deposit(availability={"scopes": scopes})), at=NOW)
    assert ask("VIP", NOW, group="private").allowed
    assert code_of(ask("VIP", NOW, group="mass")) == "out_of_scope"
    assert code_of(ask("VIP", NOW, group="private", unit="BJ")) == "out_of_scope"
    assert code_of(ask("VIP", NOW, group="private", channel="phone")) == "out_of_scope"


def stopped(code: str, at: datetime, scopes: list[dict[str, Any]], cause: str, actor: Actor = RISK) -> None:
    order = {"scopes": scopes, "cause": cause, "reason": "losses"}
    with unit_of_work() as uow:
        services.suspend(uow, product_code=code, actor=actor, now=at, **order)


def lifted(code: str, at: datetime, scopes: list[dict[str, Any]], cause: str) -> None:
    with unit_of_work() as uow:
        services.resume(uow, product_code=code, scopes=scopes, cause=cause, reason="fine", actor=RISK_HEAD, now=at)


def test_suspension_stops_sales_at_once_and_past_answers_stay_true(live: str) -> None:
    later = NOW + DAY
    with pytest.raises(Forbidden):
        stopped(live, later, [], "SU-00001", actor=MANAGER)
    stopped(live, later, [], "SU-00001")
    assert code_of(ask(live, later)) == "suspended"
    assert ask(live, NOW).allowed
    lifted(live, later + DAY, [], "SU-00001")
    assert ask(live, later + DAY).allowed
    assert code_of(ask(live, later)) == "suspended"


def test_a_suspended_scope_stops_sales_there_only(live: str) -> None:
    begin, end = NOW + DAY, NOW + 3 * DAY
    scopes = [{"units": ["SH"], "channels": ["branch"]}]
    stopped(live, begin, scopes, "SU-00001")
    assert code_of(ask(live, begin, unit="SH01")) == "suspended_here"
    assert ask(live, begin, unit="SH01", version=1).reasons[0].code == "suspended_here"
    assert ask(live, begin, unit="SH01", channel="mobile").allowed
    assert ask(live, begin, unit="BJ").allowed
    assert ask(live, begin - timedelta(seconds=1)).allowed
    assert not queries.may_sell(session(), product=live, at=begin).allowed, "asked about everywhere"
    here = queries.resolve_scope(session(), unit="SH01", channel="branch", group="mass")
    shown = queries.ProductFilter(as_of=begin, scope=here)
    assert queries.list_products(session(), shown, now=begin, limit=9) == []
    lifted(live, end, scopes, "SU-00001")
    assert ask(live, end).allowed
    assert code_of(ask(live, begin)) == "suspended_here"
    assert code_of(ask(live, end + DAY, known_at=begin)) == "suspended_here"
    assert ask(live, begin, known_at=NOW).allowed


def test_a_suspension_of_a_scope_outlives_one_of_all_sales(live: str) -> None:
    stopped(live, NOW + DAY, [{"units": ["BJ"]}], "SU-00001")
    stopped(live, NOW + 2 * DAY, [], "SU-00002")
    lifted(live, NOW + 3 * DAY, [], "SU-00002")
    assert ask(live, NOW + 3 * DAY).allowed
    assert code_of(ask(live, NOW + 3 * DAY, unit="BJ")) == "suspended_here"
    assert [stop.cause for stop in queries.stops_of(session(), live, at=NOW + 3 * DAY)] == ["SU-00001"]


def test_the_end_of_sale_takes_effect_at_its_instant(live: str) -> None:
    with unit_of_work() as uow:
        services.take_off_sale(uow, product_code=live, at=NOW + 9 * DAY, reason="exit", actor=SYSTEM, now=NOW + DAY)
    assert ask(live, NOW + 8 * DAY).allowed
    assert code_of(ask(live, NOW + 9 * DAY)) == "not_on_sale"
    with pytest.raises(Conflict):
        published(approved(live, time_deposit("0.03")), at=NOW + 20 * DAY)


def test_unknown_things_are_not_found(live: str) -> None:
    for wrong in ({"product": "nope"}, {"product": live, "unit": "MARS"}, {"product": live, "version": 9}):
        with pytest.raises(NotFound):
            queries.may_sell(session(), at=NOW, **wrong)  # type: ignore[arg-type]


def test_the_life_of_a_product_stands_in_its_audit_chain(piloted: str) -> None:
    rows = session().query(audit.AuditEvent.action).filter_by(stream="product:TD-001").order_by("number")
    assert [action for (action,) in rows] == [
        "product.created",
        "version.submitted",
        "version.approved",
        "version.published",
        "product.design",
        "product.test",
        "product.launch",
        "version.drafted",
        "version.submitted",
        "version.approved",
        "pilot.opened",
    ]
    assert list(audit.verify(session())) == []
