"""bundles of products, and what they hold"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("owner_department", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "bundle_member",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("bundle_code", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=True),
        sa.Column("part_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bundle_code"], ["bundle.code"]),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["part_code"], ["bundle.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("bundle_member") as batch_op:
        for column in ("bundle_code", "part_code", "product_code"):
            batch_op.create_index(f"ix_bundle_member_{column}", [column], unique=False)


def downgrade() -> None:
    op.drop_table("bundle_member")
    op.drop_table("bundle")
