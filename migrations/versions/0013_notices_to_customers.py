"""notices to customers by group and channel, with what became of them; the policy beside the plan"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_notice",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("customer_group", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outbox_id", BigKey, nullable=True),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.Column("sent", BigKey, nullable=False),
        sa.Column("delivered", BigKey, nullable=False),
        sa.Column("failed", BigKey, nullable=False),
        sa.Column("reported_at", Instant(), nullable=True),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("customer_notice") as batch_op:
        batch_op.create_index("ix_customer_notice_change_request_id", ["change_request_id"], unique=False)
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.add_column(sa.Column("policy", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.alter_column("policy", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.drop_column("policy")
    with op.batch_alter_table("customer_notice") as batch_op:
        batch_op.drop_index("ix_customer_notice_change_request_id")
    op.drop_table("customer_notice")
