"""where sales are stopped, and the suspensions that stop them"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sale_stop",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("customer_group", sa.Text(), nullable=True),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=False),
        sa.Column("recorded_from", Instant(), nullable=False),
        sa.Column("recorded_to", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["unit"], ["organisation_unit.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sale_stop_product", "sale_stop", ["product_code", "valid_from"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("quota", Json, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("suspended_by", sa.Text(), nullable=False),
        sa.Column("suspended_at", Instant(), nullable=False),
        sa.Column("ratification", sa.Text(), nullable=True),
        sa.Column("ratified_by", sa.Text(), nullable=True),
        sa.Column("ratified_at", Instant(), nullable=True),
        sa.Column("ratification_reason", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("remedied_by", sa.Text(), nullable=True),
        sa.Column("remedied_at", Instant(), nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("proposed_at", Instant(), nullable=True),
        sa.Column("proposal_reason", sa.Text(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmation_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("instance_id", BigKey, nullable=True),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_suspension_instance_id", "suspension", ["instance_id"], unique=False)
    op.create_index("ix_suspension_product", "suspension", ["product_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("suspension")
    op.drop_table("sale_stop")
