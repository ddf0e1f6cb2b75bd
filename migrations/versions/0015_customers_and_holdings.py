"""customers, accounts and holdings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IN_BYTE_ORDER = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", IN_BYTE_ORDER, nullable=False),
        sa.Column("id_kind", sa.Text(), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.LargeBinary(16), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("birth_year", BigKey, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["organisation_unit.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("id_index"),
    )
    op.create_index("ix_customer_name", "customer", ["name", "id"])
    op.create_index("ix_customer_unit", "customer", ["unit_code", "name", "id"])
    op.create_table(
        "customer_segment",
        sa.Column("customer_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("customer_id", "key"),
    )
    op.create_table(
        "account",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("customer_id", BigKey, nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(16), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["unit_code"], ["organisation_unit.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("number_index"),
    )
    op.create_index("ix_account_customer_id", "account", ["customer_id"])
    op.create_table(
        "holding",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("customer_id", BigKey, nullable=False),
        sa.Column("account_id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("version", BigKey, nullable=False),
        sa.Column("principal", BigKey, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("negotiated", Json, nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=True),
        sa.Column("last_activity_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("principal >= 0", name="ck_holding_principal"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(
            ["product_code", "version"],
            ["product_version.product_code", "product_version.number"],
            name="fk_holding_version",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_holding_customer_id", "holding", ["customer_id"])
    op.create_index("ix_holding_account_id", "holding", ["account_id"])
    op.create_index("ix_holding_product", "holding", ["product_code", "status", "id"])


def downgrade() -> None:
    for table in ("holding", "account", "customer_segment", "customer"):
        op.drop_table(table)
