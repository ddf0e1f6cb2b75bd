"""notices, and what was said about tasks that are late"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_key", "notice", ["recipient", "key"], unique=True)
    op.create_index("ix_notice_recipient", "notice", ["recipient", "id"], unique=False)
    unread, waiting = sa.text("read_at IS NULL"), sa.text("next_at IS NOT NULL")
    op.create_index("ix_notice_unread", "notice", ["recipient"], sqlite_where=unread, postgresql_where=unread)
    op.create_table(
        "task_chase",
        sa.Column("task_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_index("ix_task_chase_next_at", "task_chase", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_table("task_chase")
    op.drop_table("notice")
