"""the waves of a rollout: scopes that come before the day on which it is everywhere"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.add_column(sa.Column("waves", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.alter_column("waves", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.drop_column("waves")
