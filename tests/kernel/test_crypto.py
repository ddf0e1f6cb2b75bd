"""What identifies somebody cannot be read out of the database, moved within it, or opened without its key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.bootstrap import create_app
from app.kernel import crypto, rotation
from app.kernel.crypto import CannotOpen, KeysMissing, Secret, blind, seal
from app.kernel.database import db, end_read, session
from app.modules.customers.models import ACCOUNT_NUMBER, CUSTOMER_ID, CUSTOMER_PHONE, Account, Customer
from tests.modules.catalogue.conftest import NOW, small_bank

OLD, NEW, INDEX = "11" * 32, "22" * 32, "33" * 32
IDS = {"C1": "11010119900307998X", "C2": "310115198506159968"}
PHONES = {"C1": "12000000001", "C2": "12000000002"}
CARD = "9990012345678901234"


def customer(number: str) -> Customer:
    return Customer(
        number=number, kind="person", name="张三", id_kind="resident_id",
        id_number=seal(CUSTOMER_ID, number, IDS[number]), id_index=blind(CUSTOMER_ID, IDS[number]),
        phone=seal(CUSTOMER_PHONE, number, PHONES[number]), mail=None, contact="sms", unit_code="SH01",
        birth_year=1990, status="active", since=date(2020, 1, 1), created_at=NOW,
    )  # fmt: skip


def two_customers(uow: Session) -> None:
    first = customer("C1")
    uow.add_all([first, customer("C2")])
    uow.flush()
    uow.add(
        Account(
            reference="A1",
            customer_id=first.id,
            number=seal(ACCOUNT_NUMBER, "A1", CARD),
            currency="CNY",
            number_index=blind(ACCOUNT_NUMBER, CARD),
            unit_code="SH01",
            status="open",
            opened_on=date(2020, 1, 1),
        )
    )


@pytest.fixture
def bank(seeded: Callable[..., Flask], app: Flask) -> Flask:
    keys(app, OLD)
    return seeded(small_bank, two_customers)


def keys(app: Flask, *held: str) -> None:
    """The application as it starts with these keys."""
    app.config.update(FIELD_KEYS=",".join(held), FIELD_INDEX_KEY=INDEX)
    crypto.install(app)


def opened() -> dict[str, str]:
    found = {c.number: c.id_number.open(c.number) for c in session().scalars(select(Customer))}
    end_read()
    return found


def everything_stored() -> bytes:
    """All that the database holds: the file itself, or every row of every table."""
    if db.engine.dialect.name == "sqlite":
        session().execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return Path(db.engine.url.database).read_bytes()
    rows = []
    for table in inspect(db.engine).get_table_names():
        rows += session().execute(text(f'SELECT "{table}"::text FROM "{table}"')).scalars().all()
        names = [c["name"] for c in inspect(db.engine).get_columns(table) if str(c["type"]) == "BYTEA"]
        for name in names:
            rows += session().execute(text(f'SELECT encode("{name}", \'escape\') FROM "{table}"')).scalars().all()
    return "\n".join(row or "" for row in rows).encode()


def test_no_identifier_can_be_read_out_of_the_database(bank: Flask) -> None:
    stored = everything_stored()
    assert "张三".encode() in stored  # what is read here is what is stored
    for plain in (*IDS.values(), *PHONES.values(), CARD):
        assert plain.encode() not in stored
        assert plain[-8:].encode() not in stored
    assert opened() == IDS


def test_without_its_key_nothing_opens_and_the_error_names_the_key_that_is_missing(bank: Flask) -> None:
    keys(bank, NEW)
    with pytest.raises(CannotOpen, match=r"FIELD_KEYS lacks the key [0-9a-f]{8}"):
        opened()
    keys(bank, NEW, OLD)
    assert opened() == IDS


def test_a_ciphertext_that_was_swapped_with_another_row_or_column_does_not_open(bank: Flask) -> None:
    first, second = session().scalars(select(Customer).order_by(Customer.number))
    assert first.phone is not None
    with pytest.raises(CannotOpen, match="another row"):
        second.id_number.open(first.number)
    with pytest.raises(CannotOpen, match="another row"):
        Secret(CUSTOMER_PHONE, first.id_number.box).open(first.number)
    first.id_number = first.phone
    with pytest.raises(StatementError, match=r"does not belong into customer\.id_number"):
        session().flush()


def test_an_altered_ciphertext_does_not_open(bank: Flask) -> None:
    whole = session().scalars(select(Customer.id_number).where(Customer.number == "C1")).one()
    altered = Secret(whole.place, whole.box[:-1] + bytes([whole.box[-1] ^ 1]))
    with pytest.raises(CannotOpen, match="altered"):
        altered.open("C1")


def test_the_same_number_is_found_by_its_blind_index_and_never_looks_the_same_twice(bank: Flask) -> None:
    found = session().scalar(select(Customer.number).where(Customer.id_index == blind(CUSTOMER_ID, IDS["C2"])))
    assert found == "C2"
    assert seal(CUSTOMER_ID, "C1", "1").box != seal(CUSTOMER_ID, "C1", "1").box
    assert blind(CUSTOMER_ID, "1") != blind(CUSTOMER_PHONE, "1")


def test_a_secret_in_the_hand_does_not_show_itself(bank: Flask) -> None:
    secret = session().scalars(select(Customer.id_number)).first()
    assert f"{secret} {secret!r} {[secret]}" == "<secret customer.id_number> " * 2 + "[<secret customer.id_number>]"


def test_a_rotation_that_is_stopped_goes_on_and_makes_the_old_key_superfluous(bank: Flask) -> None:
    keys(bank, NEW, OLD)
    assert rotation.remaining() == {
        "account.number": 1,
        "customer.id_number": 2,
        "customer.mail": 0,
        "customer.phone": 2,
    }
    assert next(iter(rotation.rotate(1))) == ("account.number", 1)  # and no further
    assert sum(rotation.remaining().values()) == 4
    answer = bank.test_cli_runner().invoke(args=["keys", "rotate", "--batch", "1"])
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[-2:] == ["customer.phone: 2", "everything is under the current key"]
    keys(bank, NEW)
    assert opened() == IDS
    assert list(rotation.rotate(100)) == []


def test_outside_demo_mode_nothing_starts_without_keys(tmp_path: Path) -> None:
    environment = {"VAR_DIR": str(tmp_path), "DEMO": "0", "PATH": ""}
    command = [sys.executable, "-m", "app.serve"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("FIELD_KEYS must hold keys")
    assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]


def test_in_demo_mode_keys_are_made_once_and_readable_by_their_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    settings: dict[str, Any] = {"SECRET_KEY": "only for tests", "DEMO": True}
    first, second = create_app(settings), create_app(settings)
    assert first.config["FIELD_KEYS"] == second.config["FIELD_KEYS"] != first.config["FIELD_INDEX_KEY"]
    assert {oct((tmp_path / n).stat().st_mode & 0o777) for n in ("field_keys", "field_index_key")} == {"0o600"}


@pytest.mark.parametrize("wrong", ["", "11", "zz" * 32, f"{OLD},"])
def test_what_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(KeysMissing, match="FIELD_KEYS must hold keys of 64 hexadecimal digits"):
        create_app({"FIELD_KEYS": wrong, "FIELD_INDEX_KEY": INDEX})
