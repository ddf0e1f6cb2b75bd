"""readings of measures, and the balance that an objective of growth began from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.amounts import Amount
from app.kernel.database import BigKey, Instant

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("objective") as batch_op:
        batch_op.add_column(sa.Column("baseline", Amount(), nullable=True))
    op.create_table(
        "measure_reading",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", Amount(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_measure_reading_product", "measure_reading", ["product_code", "id"])
    op.create_index("ix_measure_reading_day", "measure_reading", ["product_code", "measure", "day", "id"])


def downgrade() -> None:
    op.drop_table("measure_reading")
    with op.batch_alter_table("objective") as batch_op:
        batch_op.drop_column("baseline")
