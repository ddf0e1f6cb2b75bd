"""the life of a product: research, strategy, objectives, performance evaluations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.amounts import Amount
from app.kernel.database import BigKey, Instant, Json

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
_BY_PRODUCT = ("product_life", "market_research", "product_strategy", "performance_evaluation")


def upgrade() -> None:
    op.create_table(
        "product_life",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("instance_id", BigKey, nullable=True),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "market_research",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "product_strategy",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target_groups", Json, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "objective",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("strategy_id", BigKey, nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("target", Amount(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["strategy_id"], ["product_strategy.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "performance_evaluation",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("instance_id", BigKey, nullable=False),
        sa.Column("measured_at", Instant(), nullable=False),
        sa.Column("measured", Json, nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("evaluated_by", sa.Text(), nullable=True),
        sa.Column("evaluated_at", Instant(), nullable=True),
        sa.Column("noted_by", sa.Text(), nullable=True),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("change_request_id", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for table in _BY_PRODUCT:
        op.create_index(f"ix_{table}_product_code", table, ["product_code"])
    op.create_index("ix_product_life_instance_id", "product_life", ["instance_id"])
    op.create_index("ix_performance_evaluation_instance_id", "performance_evaluation", ["instance_id"])
    op.create_index("ix_objective_strategy_id", "objective", ["strategy_id"])


def downgrade() -> None:
    op.drop_index("ix_objective_strategy_id", table_name="objective")
    op.drop_index("ix_performance_evaluation_instance_id", table_name="performance_evaluation")
    op.drop_index("ix_product_life_instance_id", table_name="product_life")
    for table in _BY_PRODUCT:
        op.drop_index(f"ix_{table}_product_code", table_name=table)
    for table in ("performance_evaluation", "objective", "product_strategy", "market_research", "product_life"):
        op.drop_table(table)
