"""Customers, accounts and holdings. What identifies a person or an account is encrypted, and found by a blind index.

Rows by the hundred thousand: statuses are short words, amounts whole numbers, and a holding names its product
version by the key that the catalogue tells it by.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.amounts import Amount
from app.kernel.crypto import Secret, SecretText
from app.kernel.database import Instant, Json, Record

IN_BYTE_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the same order on both databases, so that an index finds what begins with something."""
CUSTOMER_ID, CUSTOMER_PHONE, CUSTOMER_MAIL = "customer.id_number", "customer.phone", "customer.mail"
ACCOUNT_NUMBER = "account.number"


class Customer(Record):
    """A customer 客户: a person 个人 or an organisation 公司."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    """``C000000001`` 客户号: how everybody names the customer. It says nothing about them."""
    kind: Mapped[str] = mapped_column(Text)
    """``person`` or ``corporate``."""
    name: Mapped[str] = mapped_column(IN_BYTE_ORDER)
    id_kind: Mapped[str] = mapped_column(Text)
    """A key of ``rules.identifiers.DOCUMENTS``."""
    id_number: Mapped[Secret] = mapped_column(SecretText(CUSTOMER_ID, "number"))
    id_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    phone: Mapped[Secret | None] = mapped_column(SecretText(CUSTOMER_PHONE, "number"))
    mail: Mapped[Secret | None] = mapped_column(SecretText(CUSTOMER_MAIL, "number"))
    contact: Mapped[str] = mapped_column(Text)
    """How they want to be told: ``sms``, ``app``, ``mail``, ``branch``, or ``none``."""
    unit_code: Mapped[str] = mapped_column(ForeignKey("organisation_unit.code"))
    birth_year: Mapped[int | None]
    status: Mapped[str] = mapped_column(Text)
    """``active`` or ``closed``."""
    since: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(Instant)
    segments: Mapped[list[CustomerSegment]] = relationship(cascade="all, delete-orphan", order_by="CustomerSegment.key")

    __table_args__ = (
        Index("ix_customer_name", "name", "id"),
        Index("ix_customer_unit", "unit_code", "name", "id"),
    )


class CustomerSegment(Record):
    """A customer group 客群 that a customer belongs to: a key of the catalogue's ``CUSTOMER_GROUPS``."""

    __tablename__ = "customer_segment"
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class Account(Record):
    """An account 账户 or card of a customer, in one currency."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    """``A000000001``: how programs name the account without its number."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[Secret] = mapped_column(SecretText(ACCOUNT_NUMBER, "reference"))
    number_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    currency: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str] = mapped_column(ForeignKey("organisation_unit.code"))
    status: Mapped[str] = mapped_column(Text)
    """``open``, ``dormant`` 久悬 or ``closed``."""
    opened_on: Mapped[date]
    customer: Mapped[Customer] = relationship(innerjoin=True)


class Holding(Record):
    """What a customer holds of a product 持有, under the version it was sold with: a later one does not touch it."""

    __tablename__ = "holding"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    product_code: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    """The number of the pinned version."""
    principal: Mapped[Decimal] = mapped_column(Amount)
    """What was placed, or is still owed."""
    currency: Mapped[str] = mapped_column(Text)
    term: Mapped[str | None] = mapped_column(Text)
    """The tier's term that was chosen, ``P1Y``."""
    negotiated: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was agreed individually (rule 4), by the path that the catalogue's difference gives an attribute."""
    opened_on: Mapped[date]
    matures_on: Mapped[date | None]
    last_activity_on: Mapped[date]
    status: Mapped[str] = mapped_column(Text)
    """``active``, ``matured``, ``closed`` or ``moved``."""
    came_from: Mapped[int | None] = mapped_column(ForeignKey("holding.id", name="fk_holding_came_from"))
    """The holding of another product that was moved here: each only once."""
    customer: Mapped[Customer] = relationship(innerjoin=True)
    account: Mapped[Account] = relationship(innerjoin=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["product_code", "version"],
            ["product_version.product_code", "product_version.number"],
            name="fk_holding_version",
        ),
        CheckConstraint("principal >= 0", name="ck_holding_principal"),
        UniqueConstraint("came_from", name="uq_holding_came_from"),
        Index("ix_holding_product", "product_code", "status", "id"),
    )
