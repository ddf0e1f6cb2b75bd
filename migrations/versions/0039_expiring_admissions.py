"""when people were told that an admission expires"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import Instant

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("partner_admission") as batch_op:
        batch_op.add_column(sa.Column("reminded_at", Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("partner_admission") as batch_op:
        batch_op.drop_column("reminded_at")
