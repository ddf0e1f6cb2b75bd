"""a decision table may wait for a second person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: on SQLite that would drop the table, which what was decided refers to.
    op.add_column("decision_definition", sa.Column("state", sa.Text(), nullable=False, server_default="effective"))
    op.add_column("decision_definition", sa.Column("approved_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("decision_definition", "approved_by")
    op.drop_column("decision_definition", "state")
