"""assessments of a product's risk, and what experts think of it"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_risk_assessment",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("version", BigKey, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("conclusion", Json, nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("concluded_by", sa.Text(), nullable=True),
        sa.Column("concluded_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("product_risk_assessment", schema=None) as batch_op:
        batch_op.create_index("ix_product_risk_assessment_product", ["product_code", "id"], unique=False)
    op.create_table(
        "expert_score",
        sa.Column("assessment_id", BigKey, autoincrement=False, nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("expert", sa.Text(), nullable=False),
        sa.Column("score", BigKey, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["product_risk_assessment.id"]),
        sa.PrimaryKeyConstraint("assessment_id", "risk", "expert"),
    )


def downgrade() -> None:
    op.drop_table("expert_score")
    with op.batch_alter_table("product_risk_assessment", schema=None) as batch_op:
        batch_op.drop_index("ix_product_risk_assessment_product")
    op.drop_table("product_risk_assessment")
