"""what became of the notices of exits, and whose holders were not reached"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exit_notice",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("batch_id", BigKey, nullable=False),
        sa.Column("customers", BigKey, nullable=False),
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
        sa.ForeignKeyConstraint(["batch_id"], ["exit_batch.id"]),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("exit_notice") as batch_op:
        batch_op.create_index("ix_exit_notice_exit_id", ["exit_id"], unique=False)
    with op.batch_alter_table("migration_item") as batch_op:
        batch_op.add_column(sa.Column("unreached", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("migration_item") as batch_op:
        batch_op.alter_column("unreached", server_default=None)
    op.create_index(
        "ix_migration_item_unreached",
        "migration_item",
        ["exit_id", "id"],
        sqlite_where=sa.text("unreached = 1"),
        postgresql_where=sa.text("unreached"),
    )


def downgrade() -> None:
    op.drop_index("ix_migration_item_unreached", table_name="migration_item")
    with op.batch_alter_table("migration_item") as batch_op:
        batch_op.drop_column("unreached")
    with op.batch_alter_table("exit_notice") as batch_op:
        batch_op.drop_index("ix_exit_notice_exit_id")
    op.drop_table("exit_notice")
