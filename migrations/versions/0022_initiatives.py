"""initiatives of research and development, and the verdicts at their gates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "initiative",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("products", Json, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("idea_id", BigKey, nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", BigKey, nullable=False),
        sa.Column("founded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"]),
        sa.ForeignKeyConstraint(["sponsor"], ["department.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idea_id"),
    )
    op.create_table(
        "gate_verdict",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("initiative_id", BigKey, nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["initiative_id"], ["initiative.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gate_verdict") as batch_op:
        batch_op.create_index("ix_gate_verdict_initiative_id", ["initiative_id"], unique=False)


def downgrade() -> None:
    op.drop_table("gate_verdict")
    op.drop_table("initiative")
