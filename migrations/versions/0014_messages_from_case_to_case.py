"""messages from case to case: what a case waits for, what a process begins with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_wait",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("instance_id", BigKey, nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.PrimaryKeyConstraint("name", "correlation", "instance_id"),
    )
    with op.batch_alter_table("message_wait") as batch_op:
        batch_op.create_index("ix_message_wait_instance_id", ["instance_id"], unique=False)
    with op.batch_alter_table("process_definition") as batch_op:
        batch_op.add_column(sa.Column("starts_by", sa.Text(), nullable=True))
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.add_column(sa.Column("waiting_messages", BigKey, nullable=False, server_default="0"))
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.alter_column("waiting_messages", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.drop_column("waiting_messages")
    with op.batch_alter_table("process_definition") as batch_op:
        batch_op.drop_column("starts_by")
    with op.batch_alter_table("message_wait") as batch_op:
        batch_op.drop_index("ix_message_wait_instance_id")
    op.drop_table("message_wait")
