"""Generated customers are realistic, belong to nobody, and are the same for the same seed; a run can be stopped."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.modules.customers.generating import bulk
from app.modules.customers.generating.bulk import Run, generate
from app.modules.customers.models import Account, Customer, CustomerSegment, Holding
from app.modules.customers.rules.identifiers import account_number, identity
from app.modules.customers.rules.states import is_dormant
from tests.modules.customers.conftest import NOW

RUN = Run(products=("TD", "USD"), customers=60, holdings=151, seed=7)
TODAY = accounting_date(NOW)


def written(run: Run = RUN) -> list[Customer]:
    list(generate(run, NOW))
    return customers(run)


def customers(run: Run = RUN) -> list[Customer]:
    rows = select(Customer).where(Customer.number.startswith(run.prefix)).order_by(Customer.number)
    found = list(session().scalars(rows))
    end_read()
    return found


def holdings() -> list[Holding]:
    found = list(session().scalars(select(Holding).order_by(Holding.id)))
    end_read()
    return found


def told(found: list[Customer]) -> list[tuple[str, str, str]]:
    return [(c.number, c.name, c.id_number.open(c.number)) for c in found]


def contracts() -> list[tuple[object, ...]]:
    return [(h.product_code, h.principal, h.term, h.opened_on, h.last_activity_on, h.status) for h in holdings()]


def test_there_are_as_many_as_were_asked_for_with_numbers_that_check(bank: Flask) -> None:
    found = written()
    assert (len(found), len(holdings())) == (60, 151)
    for customer in found:
        plain = customer.id_number.open(customer.number)
        assert identity(customer.id_kind, plain, "/id") == plain
        assert plain[14:17] in {"996", "997", "998", "999"}
        assert plain[6:10] == str(customer.birth_year)
    for account in session().scalars(select(Account)):
        number = account.number.open(account.reference)
        assert account_number(number, "/number") == number
        assert number.startswith("9990")


def test_the_same_seed_gives_the_same_customers_and_another_seed_others(bank: Flask) -> None:
    first, held = told(written()), contracts()
    with unit_of_work() as uow:
        for model in (Holding, Account, CustomerSegment, Customer):
            uow.query(model).delete()
    assert (told(written()), contracts()) == (first, held)
    other = told(written(Run(RUN.products, RUN.customers, RUN.holdings, seed=8)))
    assert not {row[2] for row in other} & {row[2] for row in first}


def test_a_run_that_was_stopped_goes_on_and_a_complete_one_writes_nothing(
    bank: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 25)
    assert list(islice(generate(RUN, NOW), 1)) == [25]
    assert list(generate(RUN, NOW)) == [50, 60]
    assert list(generate(RUN, NOW)) == []
    assert (len(customers()), len(holdings())) == (60, 151)


def test_each_holding_is_pinned_to_the_version_that_was_sold_on_its_day(bank: Flask) -> None:
    written()
    for holding in holdings():
        newer = holding.product_code == "TD" and holding.opened_on.isoformat() >= "2025-07-01"
        assert holding.version == (2 if newer else 1)
        assert holding.currency == ("USD" if holding.product_code == "USD" else "CNY")
        assert holding.principal >= (100 if holding.product_code == "USD" else 50)
        assert holding.matures_on is not None
        assert holding.opened_on <= holding.last_activity_on <= TODAY
        assert (holding.status in {"active"}) <= (holding.matures_on > TODAY)


def test_a_share_has_matured_sleeps_or_was_negotiated(bank: Flask) -> None:
    written(Run(RUN.products, 200, 600, seed=1))
    found = holdings()
    assert {h.status for h in found} == {"active", "matured", "closed"}
    asleep = [h for h in found if is_dormant(h.status, h.matures_on, h.last_activity_on, TODAY)]
    agreed = [h.negotiated for h in found if h.negotiated]
    assert 0 < len(asleep) < 100
    assert 0 < len(agreed) < 60
    assert {tuple(a) for a in agreed} <= {(f"rates.tiers[kind=fixed,term={term}].rate",) for term in ("P3M", "P1Y")}
    poor, rich = (
        sorted(h.principal for h in found if h.customer_id in ids) for ids in (_of_group("mass"), _of_group("affluent"))
    )
    assert rich[len(rich) // 2] > 5 * poor[len(poor) // 2]
    amounts = sorted(h.principal for h in found)
    assert amounts[-1] > 5 * amounts[len(amounts) // 2]


def _of_group(key: str) -> set[int]:
    found = set(session().scalars(select(CustomerSegment.customer_id).where(CustomerSegment.key == key)))
    end_read()
    return found


def test_a_customers_account_is_in_the_currency_of_what_is_booked_on_it(bank: Flask) -> None:
    written()
    rows = session().execute(select(Holding, Account).join(Account, Account.id == Holding.account_id)).all()
    assert {(h.currency, h.customer_id) for h, _ in rows} == {(a.currency, a.customer_id) for _, a in rows}
    assert all(a.opened_on <= h.opened_on for h, a in rows)


def test_only_fictitious_customers_for_a_demo_bank_and_only_of_what_was_sold(bank: Flask) -> None:
    run = bank.test_cli_runner().invoke
    wanted = ["customers", "generate", "--customers", "3", "--holdings", "5", "--product"]
    assert run(args=[*wanted, "NEW"]).output == "NEW was never sold.\n"
    assert run(args=[*wanted, "NO"]).exit_code == 1
    assert run(args=[*wanted, "TD"]).output.splitlines()[-1].startswith("their numbers begin with G")
    bank.config["DEMO"] = False
    assert "demo bank only" in run(args=[*wanted, "TD"]).output
    assert session().scalar(select(func.count(Customer.id))) == 3


def test_a_year_without_activity_makes_dormant_what_does_not_run(bank: Flask) -> None:
    year = timedelta(days=365)
    assert is_dormant("active", None, TODAY - year - timedelta(days=1), TODAY)
    assert not is_dormant("active", None, TODAY - year, TODAY)
    assert not is_dormant("active", TODAY + year, TODAY - 2 * year, TODAY)
    assert is_dormant("matured", TODAY - year, TODAY - 2 * year, TODAY)
    assert not is_dormant("closed", None, TODAY - 2 * year, TODAY)
