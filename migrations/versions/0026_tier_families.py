"""tier families, their variants and the plans agreed under them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_family",
        sa.Column("base_code", sa.Text(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("revision", BigKey, nullable=False),
        sa.Column("founded_by", sa.Text(), nullable=False),
        sa.Column("founded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["base_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("base_code"),
    )
    op.create_table(
        "tier_variant",
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("family_code", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("own", Json, nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("corridors", Json, nullable=False),
        sa.ForeignKeyConstraint(["family_code"], ["tier_family.base_code"]),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("product_code"),
        sa.UniqueConstraint("family_code", "tier", name="uq_tier_variant_tier"),
    )
    op.create_table(
        "tier_plan",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("family_code", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("customer_id", BigKey, nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("services", Json, nullable=False),
        sa.Column("deviations", Json, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("agreed_at", Instant(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["family_code"], ["tier_family.base_code"]),
        sa.ForeignKeyConstraint(["product_code"], ["tier_variant.product_code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("tier_plan") as batch_op:
        batch_op.create_index("ix_tier_plan_family", ["family_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("tier_plan")
    op.drop_table("tier_variant")
    op.drop_table("tier_family")
