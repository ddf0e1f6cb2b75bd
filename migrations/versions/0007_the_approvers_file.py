"""the approver's file: parts that the initiator writes, hashed with the rest of what is approved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_part",
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachment_id", BigKey, nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("change_request_id", "part"),
    )
    with op.batch_alter_table("change_request") as batch_op:
        batch_op.add_column(sa.Column("file_hashes", Json, nullable=False, server_default="{}"))
    with op.batch_alter_table("change_request") as batch_op:
        batch_op.alter_column("file_hashes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("change_request") as batch_op:
        batch_op.drop_column("file_hashes")
    op.drop_table("file_part")
