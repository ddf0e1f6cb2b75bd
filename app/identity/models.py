"""People, departments and the tree of units 机构."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.database import Instant, Json, Record


class Department(Record):
    """A department 部门: owns products, reviews them, or decides."""

    __tablename__ = "department"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(Text)
    """``owner``, ``reviewer``, ``executive`` or ``support``."""


class OrganisationUnit(Record):
    """A unit 机构 in the tree head office 总行 / branch 分行 / sub-branch 支行."""

    __tablename__ = "organisation_unit"
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("organisation_unit.code"))
    path: Mapped[str] = mapped_column(Text, index=True)
    """Codes from the head office down, as ``/HO/SH/SH01/``: a prefix is an ancestor."""


class Person(Record):
    """Somebody who signs in."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    password_hash: Mapped[str] = mapped_column(Text)
    department_key: Mapped[str | None] = mapped_column(ForeignKey("department.key"))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("organisation_unit.code"))
    language: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to end every session and token of the person."""
    roles: Mapped[list[PersonRole]] = relationship(cascade="all, delete-orphan")


class PersonRole(Record):
    """A role held by a person, such as ``officer``, ``head`` or ``executive``."""

    __tablename__ = "person_role"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)


class AccessToken(Record):
    """A bearer token, kept as its SHA-256 only."""

    __tablename__ = "access_token"
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    epoch: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_access_token_expires_at", "expires_at"),)
