"""the bank's own days on top of the national calendar"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_day",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("bank_day", schema=None) as batch_op:
        batch_op.create_index("ix_bank_day_day", ["day", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("bank_day")
