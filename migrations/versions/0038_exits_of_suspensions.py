"""the exit that a suspension was handed over to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("suspension") as batch_op:
        batch_op.add_column(sa.Column("exit_number", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("suspension") as batch_op:
        batch_op.drop_column("exit_number")
