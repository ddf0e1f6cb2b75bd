"""variants that left their tier family: the tier is free again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tier_variant") as batch_op:
        batch_op.add_column(sa.Column("left_at", Instant(), nullable=True))
        batch_op.drop_constraint("uq_tier_variant_tier", type_="unique")
    with op.batch_alter_table("tier_variant") as batch_op:
        batch_op.create_index(
            "uq_tier_variant_tier",
            ["family_code", "tier"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )


def downgrade() -> None:
    # The database refuses where a tier was taken anew: the earlier version cannot tell who left it.
    with op.batch_alter_table("tier_variant") as batch_op:
        batch_op.drop_index("uq_tier_variant_tier")
    with op.batch_alter_table("tier_variant") as batch_op:
        batch_op.create_unique_constraint("uq_tier_variant_tier", ["family_code", "tier"])
        batch_op.drop_column("left_at")
