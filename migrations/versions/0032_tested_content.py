"""the content that passed its tests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change_request") as batch_op:
        batch_op.add_column(sa.Column("tested_hash", sa.String(64), nullable=True))
    # What is past its preparation was tested on the way.
    op.execute("UPDATE change_request SET tested_hash = content_hash WHERE state NOT IN ('draft', 'submitted')")


def downgrade() -> None:
    with op.batch_alter_table("change_request") as batch_op:
        batch_op.drop_column("tested_hash")
