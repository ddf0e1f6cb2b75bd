"""partners of agency products and their admissions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("licence_number", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "partner_admission",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("partner_key", sa.Text(), nullable=False),
        sa.Column("change_request_id", BigKey, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirms", BigKey, nullable=True),
        sa.Column("findings", Json, nullable=True),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("examined_by", sa.Text(), nullable=True),
        sa.Column("opinion", Json, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.ForeignKeyConstraint(["confirms"], ["partner_admission.id"], name="fk_partner_admission_confirms"),
        sa.ForeignKeyConstraint(["partner_key"], ["partner.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_request_id"),
    )
    with op.batch_alter_table("partner_admission") as batch_op:
        batch_op.create_index("ix_partner_admission_partner", ["partner_key", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("partner_admission")
    op.drop_table("partner")
