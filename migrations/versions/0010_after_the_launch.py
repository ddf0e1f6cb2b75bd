"""what a launch leaves to do: conditions kept track of, and the post-launch review"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change_condition") as table:
        table.add_column(sa.Column("instance_id", BigKey, nullable=True))
        table.create_foreign_key(
            "fk_change_condition_instance_id_process_instance", "process_instance", ["instance_id"], ["id"]
        )
    op.create_index("ix_change_condition_instance_id", "change_condition", ["instance_id"], unique=False)
    op.create_table(
        "post_launch_review",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("instance_id", BigKey, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("review_days", BigKey, nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("noter", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=True),
        sa.Column("sales", BigKey, nullable=True),
        sa.Column("complaints", BigKey, nullable=True),
        sa.Column("incidents", BigKey, nullable=True),
        sa.Column("deviations", sa.Text(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("noted_by", sa.Text(), nullable=True),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_request_id"),
    )
    op.create_index("ix_post_launch_review_instance_id", "post_launch_review", ["instance_id"], unique=False)
    op.create_index("ix_post_launch_review_due_at", "post_launch_review", ["due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("post_launch_review")
    with op.batch_alter_table("change_condition") as table:
        table.drop_index("ix_change_condition_instance_id")
        table.drop_constraint("fk_change_condition_instance_id_process_instance", type_="foreignkey")
        table.drop_column("instance_id")
