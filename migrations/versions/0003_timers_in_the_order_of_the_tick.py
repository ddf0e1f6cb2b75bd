"""the index of due timers gives the order in which they fire"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index("ix_timer_due_at")
        batch_op.create_index("ix_timer_due_at", ["due_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index("ix_timer_due_at")
        batch_op.create_index("ix_timer_due_at", ["due_at"], unique=False)
