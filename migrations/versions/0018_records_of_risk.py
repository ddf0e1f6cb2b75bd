"""records of risk: entered by one, confirmed by another"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_record",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("risk_record", schema=None) as batch_op:
        batch_op.create_index("ix_risk_record_subject", ["book", "subject", "valid_from"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("risk_record", schema=None) as batch_op:
        batch_op.drop_index("ix_risk_record_subject")
    op.drop_table("risk_record")
