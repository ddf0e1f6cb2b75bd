"""questionnaires, their answers, interviews, competitors and trends"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.kernel.amounts import Amount
from app.kernel.database import BigKey, Instant, Json

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("groups", Json, nullable=False),
        sa.Column("departments", Json, nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", BigKey, nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("questionnaire") as batch_op:
        batch_op.create_index("ix_questionnaire_product", ["product_code", "id"], unique=False)
        batch_op.create_index("ix_questionnaire_state", ["state", "id"], unique=False)
    op.create_table(
        "questionnaire_answer",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("questionnaire_id", BigKey, nullable=False),
        sa.Column("customer_group", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("questionnaire_answer") as batch_op:
        batch_op.create_index("ix_questionnaire_answer", ["questionnaire_id", "id"], unique=False)
    _gathered(
        "research_interview",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("customer_group", sa.Text(), nullable=True),
        sa.Column("interviewer", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
    )
    _gathered(
        "research_competitor",
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("rate", Amount(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
    )
    _gathered(
        "research_trend",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
    )


def _gathered(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table(name) as batch_op:
        batch_op.create_index(f"ix_{name}_product_code", ["product_code"], unique=False)


def downgrade() -> None:
    for name in (
        "research_trend",
        "research_competitor",
        "research_interview",
        "questionnaire_answer",
        "questionnaire",
    ):
        op.drop_table(name)
