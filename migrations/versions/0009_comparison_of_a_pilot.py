"""a pilot's comparison: scopes outside its own, and observations on either side"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pilot") as batch_op:
        batch_op.add_column(sa.Column("comparison", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("pilot") as batch_op:
        batch_op.alter_column("comparison", server_default=None)
    with op.batch_alter_table("pilot_observation") as batch_op:
        batch_op.add_column(sa.Column("side", sa.Text(), nullable=False, server_default="pilot"))
    with op.batch_alter_table("pilot_observation") as batch_op:
        batch_op.alter_column("side", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("pilot_observation") as batch_op:
        batch_op.drop_column("side")
    with op.batch_alter_table("pilot") as batch_op:
        batch_op.drop_column("comparison")
