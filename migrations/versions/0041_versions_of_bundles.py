"""a bundle has numbered versions, of which one is on sale"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

Rows = Sequence[Mapping[str, Any]]
SAME = ("names", "state", "document", "content_hash", "author", "written_at", "approved_by", "approved_at")
ENDING = ("withdrawn_by", "reason")


def upgrade() -> None:
    before = _all("bundle")
    _drop("bundle_member", "bundle")
    bundle = op.create_table(
        "bundle",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner_department", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    version = op.create_table(
        "bundle_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", BigKey, nullable=False),
        *_columns("ended_at"),
        sa.ForeignKeyConstraint(["code"], ["bundle.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "number", name="uq_bundle_version"),
    )
    member = _members("version_id", BigKey, "bundle_version.id")
    op.bulk_insert(bundle, [{name: row[name] for name in ("code", "owner_department")} for row in before])
    same = ("code", *SAME, *ENDING)
    first = [{"number": 1, "ended_at": row["withdrawn_at"], **{name: row[name] for name in same}} for row in before]
    op.bulk_insert(version, first)
    op.bulk_insert(member, [*_held("version_id", "id", _all("bundle_version"))])


def downgrade() -> None:
    """Only one version of each bundle stays: the one on sale, else the last."""
    owners = {row["code"]: row["owner_department"] for row in _all("bundle")}
    last = {row["code"]: row for row in sorted(_all("bundle_version"), key=_weight)}
    _drop("bundle_member", "bundle_version", "bundle")
    bundle = op.create_table(
        "bundle",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner_department", sa.Text(), nullable=False),
        *_columns("withdrawn_at"),
        sa.PrimaryKeyConstraint("code"),
    )
    member = _members("bundle_code", sa.Text(), "bundle.code")
    kept = [
        {
            "code": code,
            "owner_department": owners[code],
            "withdrawn_at": row["ended_at"],
            **{name: row[name] for name in (*SAME, *ENDING)},
        }
        for code, row in last.items()
    ]
    op.bulk_insert(bundle, kept)
    op.bulk_insert(member, [*_held("bundle_code", "code", kept)])


def _weight(row: Mapping[str, Any]) -> tuple[bool, int]:
    return row["state"] == "on_sale", row["number"]


def _columns(ended: str) -> list[sa.Column[Any]]:
    return [
        sa.Column("names", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column(ended, Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
    ]


def _members(holder: str, kind: Any, target: str) -> sa.Table:
    table = op.create_table(
        "bundle_member",
        sa.Column("id", BigKey, nullable=False),
        sa.Column(holder, kind, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=True),
        sa.Column("part_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint([holder], [target]),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["part_code"], ["bundle.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in (holder, "part_code", "product_code"):
        op.create_index(f"ix_bundle_member_{column}", "bundle_member", [column])
    return table


def _held(holder: str, key: str, rows: Rows) -> Iterator[dict[str, Any]]:
    for row in rows:
        for member in row["document"]["members"]["members"]:
            yield {holder: row[key], "product_code": member.get("product"), "part_code": member.get("bundle")}


def _all(name: str) -> Rows:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    kinds = {"names": Json, "document": Json, "written_at": Instant(), "approved_at": Instant()}
    kinds |= {"withdrawn_at": Instant(), "ended_at": Instant()}
    columns = [
        sa.type_coerce(column, kinds[column.name]).label(column.name) if column.name in kinds else column
        for column in table.c
    ]
    return op.get_bind().execute(sa.select(*columns).order_by(table.c.code)).mappings().all()


def _drop(*tables: str) -> None:
    for table in tables:
        op.drop_table(table)
