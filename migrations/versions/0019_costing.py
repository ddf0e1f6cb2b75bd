"""finance's assumptions and cost sheets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finance_assumptions",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("finance_assumptions") as batch_op:
        batch_op.create_index("ix_finance_assumptions_in_force", ["currency", "valid_from"], unique=False)
    op.create_table(
        "cost_sheet",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("version", BigKey, nullable=True),
        sa.Column("assumptions_id", BigKey, nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("worked_out_by", sa.Text(), nullable=False),
        sa.Column("worked_out_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["assumptions_id"], ["finance_assumptions.id"]),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(
            ["product_code", "version"], ["product_version.product_code", "product_version.number"]
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("cost_sheet") as batch_op:
        batch_op.create_index("ix_cost_sheet_product", ["product_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("cost_sheet")
    op.drop_table("finance_assumptions")
