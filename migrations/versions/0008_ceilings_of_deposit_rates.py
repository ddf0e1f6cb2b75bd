"""ceilings of deposit rates, and how the rates of a request stood to them"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_ceiling",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("product_type", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("rate", Json, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rate_ceiling", schema=None) as batch_op:
        batch_op.create_index("ix_rate_ceiling_in_force", ["family", "currency", "valid_from"], unique=False)
    op.create_table(
        "rate_check",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("excess_bp", sa.Text(), nullable=False),
        sa.Column("measured", BigKey, nullable=False),
        sa.Column("ceilings", Json, nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rate_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rate_check_change_request_id"), ["change_request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_check")
    op.drop_table("rate_ceiling")
