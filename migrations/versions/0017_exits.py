"""exits: evaluation, plan, review, holdings worked as rows, wind-down"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exit",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("initiator", sa.Text(), nullable=False),
        sa.Column("owner_department", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", BigKey, nullable=False),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("identified_to", BigKey, nullable=False),
        sa.Column("held_by", sa.Text(), nullable=True),
        sa.Column("answers_until", sa.Date(), nullable=True),
        sa.Column("instance_id", BigKey, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exit_instance_id", "exit", ["instance_id"])
    op.create_index("ix_exit_phase", "exit", ["phase", "id"])
    op.create_index("ix_exit_product", "exit", ["product_code", "id"])
    op.create_table(
        "exit_evaluation",
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evaluated_by", sa.Text(), nullable=False),
        sa.Column("evaluated_at", Instant(), nullable=False),
        sa.Column("points", Json, nullable=True),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("recommendation", sa.Text(), nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=True),
        sa.Column("judged_at", Instant(), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=True),
        sa.Column("judgement_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("exit_id"),
    )
    op.create_table(
        "exit_plan",
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("target_code", sa.Text(), nullable=True),
        sa.Column("target_version", BigKey, nullable=True),
        sa.Column("stop_on", sa.Date(), nullable=True),
        sa.Column("answer_days", BigKey, nullable=False),
        sa.Column("notice_text", sa.Text(), nullable=False),
        sa.Column("exception_owner", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=False),
        sa.Column("planned_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.ForeignKeyConstraint(["target_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("exit_id"),
    )
    op.create_table(
        "migration_map",
        sa.Column("exit_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("version", BigKey, autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("position", BigKey, nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("row", Json, nullable=True),
        sa.Column("source", Json, nullable=True),
        sa.Column("target", Json, nullable=True),
        sa.Column("value_kind", sa.Text(), nullable=False),
        sa.Column("worse", sa.Boolean(), nullable=False),
        sa.Column("guaranteed", sa.Boolean(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("exit_id", "version", "path"),
    )
    op.create_table(
        "exit_opinion",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("round", BigKey, nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exit_opinion_exit", "exit_opinion", ["exit_id", "round", "id"])
    op.create_table(
        "exit_decision",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("round", BigKey, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exit_decision_exit_id", "exit_decision", ["exit_id"])
    op.create_table(
        "exit_batch",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_exit_batch_exit_id", "exit_batch", ["exit_id"])
    op.create_table(
        "migration_item",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("holding_id", BigKey, nullable=False),
        sa.Column("version", BigKey, nullable=False),
        sa.Column("principal", BigKey, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer_source", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("notice_batch", BigKey, nullable=True),
        sa.Column("settle_batch", BigKey, nullable=True),
        sa.Column("reconcile_batch", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.ForeignKeyConstraint(["holding_id"], ["holding.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("exit_id", "holding_id"),
    )
    op.create_index("ix_migration_item_holding", "migration_item", ["holding_id"])
    op.create_index("ix_migration_item_work", "migration_item", ["exit_id", "state", "due_on", "id"])
    op.create_table(
        "tail_item",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("exit_id", BigKey, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["exit_id"], ["exit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tail_item_exit_id", "tail_item", ["exit_id"])
    with op.batch_alter_table("holding") as batch_op:
        batch_op.add_column(sa.Column("came_from", BigKey, nullable=True))
        batch_op.create_foreign_key("fk_holding_came_from", "holding", ["came_from"], ["id"])
        batch_op.create_unique_constraint("uq_holding_came_from", ["came_from"])


def downgrade() -> None:
    with op.batch_alter_table("holding") as batch_op:
        batch_op.drop_constraint("uq_holding_came_from", type_="unique")
        batch_op.drop_constraint("fk_holding_came_from", type_="foreignkey")
        batch_op.drop_column("came_from")
    for table in (
        "tail_item",
        "migration_item",
        "exit_batch",
        "exit_decision",
        "exit_opinion",
        "migration_map",
        "exit_plan",
        "exit_evaluation",
        "exit",
    ):
        op.drop_table(table)
