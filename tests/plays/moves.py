"""What people may do in a play. Each move is one unit of work; a refusal is as good a move as any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session
from app.modules.catalogue import services as catalogue
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.services.imports import import_records
from app.modules.changes import services as changes
from app.modules.changes.models import ChangeRequest, Condition, DelegatedAuthority, ProposedVersion
from app.modules.changes.rules.states import ENDED
from app.modules.changes.services import authorities
from app.modules.suspensions import services as suspensions
from app.worker import run_due
from app.workflow.deployments.library import bundle
from app.workflow.instances import services as cases
from app.workflow.models import ProcessInstance
from tests.plays.bank import BEGIN, CHANNELS, GROUPS, UNITS, Bank, codes, published
from tests.plays.work import in_one
from tests.processes.bank import GOLD, TIME_DEPOSIT, WEALTH

Move = Callable[[Bank, Random], None]
MOST_OPEN = 3
DRIVER = {"kind": "external", "source": "market", "reason": "Rates on the market have moved."}


# What is proposed


def changed(content: Mapping[str, Any], chance: Random) -> dict[str, Any]:
    """The content with something else in it, or at times just as it was."""
    found = deepcopy(dict(content))
    for change in chance.sample(_CHANGES, chance.choice((0, 1, 1, 1, 2))):
        change(found, chance)
    return found


def _rate(content: dict[str, Any], chance: Random) -> None:
    rows = (content.get("rates") or {}).get("tiers") or []
    if rows:
        chance.choice(rows)["rate"]["value"] = f"{chance.choice((1, 2, 3, 4))}.{chance.randint(0, 99):02d}"


def _fee(content: dict[str, Any], chance: Random) -> None:
    amount = {"amount": str(chance.randint(1, 30)), "currency": "CNY"}
    content["fees"] = {"fees": [{"name": "Notice", "kind": "periodic", "amount": amount}]}


def _document(content: dict[str, Any], chance: Random) -> None:
    content["documents"] = {"documents": [{"kind": "terms", "title": f"Terms {chance.randint(1, 9)}"}]}


def _scope(content: dict[str, Any], chance: Random) -> None:
    content["availability"] = {"scopes": [scope(chance) for _ in range(chance.choice((1, 1, 2)))]}
    if chance.random() < 0.2:
        until = BEGIN + timedelta(days=chance.randint(5, 200))
        content["availability"]["sale_until"] = until.isoformat()


def _rating(content: dict[str, Any], chance: Random) -> None:
    if content.get("risk"):
        content["risk"]["seller_rating"] = chance.choice(("R2", "R3", "R4"))


_CHANGES = (_rate, _rate, _rating, _fee, _document, _scope)


def scope(chance: Random) -> dict[str, Any]:
    axes = {
        "units": chance.sample(UNITS, chance.choice((0, 1, 2))),
        "channels": chance.sample(CHANNELS, chance.choice((0, 1))),
        "groups": chance.sample(GROUPS, chance.choice((0, 1, 2))),
    }
    return {axis: values for axis, values in axes.items() if values}


def details(bank: Bank, chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"driver": DRIVER}
    if chance.random() < 0.4:
        found["effective_on"] = (bank.now + timedelta(days=chance.randint(0, 70))).date()
    if chance.random() < 0.5:
        found["pilot_wish"] = chance.random() < 0.8
    if chance.random() < 0.5:
        criteria = {"min_sales": chance.randint(1, 4), "max_complaints": 2, "max_incidents": 1}
        plan = {"scopes": [scope(chance) or {"units": ["SH"]}], "length_days": chance.randint(7, 40)}
        found["pilot_plan"] = {**plan, "criteria": criteria}
    return found


def wanted(uow: Session, code: str, bank: Bank, chance: Random) -> changes.Wanted:
    drafts = select(ProductVersion.number).where(ProductVersion.product_code == code, ProductVersion.state == "draft")
    there = uow.scalars(drafts).all()
    if there and chance.random() < 0.5:
        return changes.Wanted(product=code, version=chance.choice(there))
    base = catalogue.versions_to_base_on(uow, [code], bank.now)[code].content
    return changes.Wanted(product=code, content=changed(base, chance))


def draft(bank: Bank, chance: Random) -> None:
    """Not too many at once: a play is to get far with some."""
    if session().scalar(select(func.count()).where(ChangeRequest.state.not_in(ENDED))) >= MOST_OPEN:  # type: ignore[operator]
        end_read()
        return
    named = chance.sample(codes(), chance.choice((1, 1, 1, 2, 3)))
    actor = _proposer(bank, chance)

    def act(uow: Session) -> None:
        items = [wanted(uow, code, bank, chance) for code in named]
        found = changes.create_draft(uow, wanted=items, details=details(bank, chance), actor=actor, now=bank.now)
        if chance.random() < 0.8:
            changes.submit(uow, request_id=found.id, actor=actor, now=bank.now)

    in_one(act)


def _proposer(bank: Bank, chance: Random) -> Actor:
    if chance.random() < 0.1:
        return bank.anybody(chance)
    return bank.actors[chance.choice(("lin.yue", "zhao.heng", "sun.qiang", "he.jia", "guo.min", "chen.rui"))]


def new_product(bank: Bank, chance: Random) -> None:
    actor = _proposer(bank, chance)
    code = f"NEW-{chance.randint(0, 99):02d}"
    kind = chance.choice((TIME_DEPOSIT, TIME_DEPOSIT, WEALTH, GOLD))
    in_one(
        lambda uow: catalogue.create_product(uow, code=code, content=changed(kind, chance), actor=actor, now=bank.now)
    )


def imported(bank: Bank, chance: Random) -> None:
    records = deepcopy(published())
    for record in records:
        for row in record.get("depositRates") or []:
            row["rate"] = f"0.0{chance.randint(100, 499)}"
    in_one(lambda uow: import_records(uow, records, actor=_proposer(bank, chance), now=bank.now))


# What becomes of a request


def _request(chance: Random, *, open_ones: bool = True) -> ChangeRequest | None:
    query = select(ChangeRequest).order_by(ChangeRequest.id)
    found = session().scalars(query.where(ChangeRequest.state.not_in(ENDED)) if open_ones else query).all()
    session().expunge_all()
    end_read()
    return chance.choice(found) if found else None


def _by(bank: Bank, chance: Random, owner: str) -> Actor:
    return bank.actors[owner] if chance.random() < 0.85 else bank.anybody(chance)


def submit(bank: Bank, chance: Random) -> None:
    if (found := _request(chance)) is not None:
        actor = _by(bank, chance, found.initiator)
        in_one(lambda uow: changes.submit(uow, request_id=found.id, actor=actor, now=bank.now))


def edit(bank: Bank, chance: Random) -> None:
    found = _request(chance, open_ones=chance.random() < 0.9)
    if found is None:
        return
    actor = _by(bank, chance, found.initiator)

    def act(uow: Session) -> None:
        rows = uow.execute(
            select(ProposedVersion.product_code, ProductVersion.content)
            .join(ProductVersion, ProductVersion.id == ProposedVersion.version_id)
            .where(ProposedVersion.change_request_id == found.id)
        ).all()
        taken = chance.sample(rows, chance.randint(0, len(rows)))
        items = [changes.Wanted(product=code, content=changed(content, chance)) for code, content in taken]
        said = details(bank, chance) if not items or chance.random() < 0.3 else {}
        changes.save_step(uow, request_id=found.id, details=said, wanted=items, actor=actor, now=bank.now)

    in_one(act)


def withdraw(bank: Bank, chance: Random) -> None:
    if (found := _request(chance)) is not None:
        actor = _by(bank, chance, found.initiator)
        in_one(lambda uow: changes.withdraw(uow, request_id=found.id, reason="Not now.", actor=actor, now=bank.now))


def observe(bank: Bank, chance: Random) -> None:
    if (found := _request(chance)) is not None:
        actor = _by(bank, chance, chance.choice(("zhao.heng", "fang.yi")))
        told: dict[str, Any] = {
            "scope": "SH",
            "source": "branch",
            "text": "Seen.",
            "readings": {"sales": chance.randint(0, 5)},
        }
        in_one(lambda uow: changes.add_observation(uow, request_id=found.id, actor=actor, now=bank.now, **told))


def stop_pilot(bank: Bank, chance: Random) -> None:
    if (found := _request(chance)) is not None:
        actor = _by(bank, chance, "xu.feng")
        in_one(lambda uow: changes.stop_pilot(uow, request_id=found.id, reason="Losses.", actor=actor, now=bank.now))


def close_condition(bank: Bank, chance: Random) -> None:
    found = session().scalars(select(Condition).where(Condition.state == "open").order_by(Condition.id)).all()
    session().expunge_all()
    end_read()
    if not found:
        return
    one = chance.choice(found)
    mine = [a for _, a in sorted(bank.actors.items()) if a.department == one.department]
    actor = chance.choice(mine) if mine and chance.random() < 0.85 else bank.anybody(chance)
    told: dict[str, Any] = {"request_id": one.change_request_id, "condition_id": one.id, "grounds": "Done."}
    in_one(lambda uow: changes.close_condition(uow, actor=actor, now=bank.now, **told))


def suspend_sales(bank: Bank, chance: Random) -> None:
    actor = _by(bank, chance, chance.choice(("chen.rui", "xu.feng")))
    where = [scope(chance)] if chance.random() < 0.5 else []
    told: dict[str, Any] = {"product_code": chance.choice(codes()), "scopes": where, "reason": "Losses."}
    in_one(lambda uow: suspensions.suspend(uow, actor=actor, now=bank.now, **told))


def delegate_authority(bank: Bank, chance: Random) -> None:
    """An executive hands authority to a position, or takes it back."""
    actor, today = _by(bank, chance, "wang.zhiyuan"), accounting_date(bank.now)
    held = session().scalars(select(DelegatedAuthority.id).order_by(DelegatedAuthority.id)).all()
    end_read()
    if held and chance.random() < 0.5:
        in_one(lambda uow: authorities.revoke(uow, authority_id=chance.choice(held), actor=actor, now=bank.now))
        return
    terms: dict[str, Any] = {
        "holder": chance.choice(("card_centre:head", "corporate_banking:head", "risk:head", "nobody:head")),
        "families": chance.sample(("deposit", "loan", "wealth"), chance.randint(1, 3)),
        "max_rate_change_bp": chance.choice((0, 20, 500)),
        "document": "Letter",
        "valid_from": today + timedelta(days=chance.choice((0, 0, 0, 5, -1))),
        "valid_to": today + timedelta(days=chance.choice((10, 100, 300, 500))),
    }
    in_one(lambda uow: authorities.grant(uow, terms=terms, actor=actor, now=bank.now))


# The operator


def operate(bank: Bank, chance: Random) -> None:
    running = select(ProcessInstance).where(ProcessInstance.engine_state.is_not(None)).order_by(ProcessInstance.id)
    found = session().scalars(running).all()
    if not found:
        end_read()
        return
    case = chance.choice(found)
    parts = bundle(session(), case.definition_id, case.called or ())
    steps = sorted({e.id for d in parts.drawings.values() for e in d.elements.values()})
    case_id = case.id
    session().expunge_all()
    end_read()
    actor = bank.actors["lu.ming"] if chance.random() < 0.9 else bank.anybody(chance)
    told: dict[str, Any] = {"instance_id": case_id, "actor": actor, "now": bank.now}
    verb = chance.choice(("move", "move", "move", "suspend", "resume", "resume", "cancel"))
    if verb == "move":
        step = chance.choice(steps)
        in_one(lambda uow: cases.move(uow, element_id=step, reason="Stuck.", **told))
    elif verb == "cancel":
        in_one(lambda uow: cases.cancel(uow, reason="By mistake.", **told))
    else:
        act = cases.suspend if verb == "suspend" else cases.resume_instance
        in_one(lambda uow: act(uow, **told))


# Time


def wait(bank: Bank, chance: Random) -> None:
    """Time passes and what falls due is run, now or only later."""
    bank.pass_time(timedelta(hours=chance.choice((1, 5, 24, 24, 80, 24 * 8, 24 * 31, 24 * 45))))
    if chance.random() < 0.8:
        run_due(bank.now)
