"""contract templates by type of product, and the documents of products that are made from templates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("text_template") as batch_op:
        batch_op.add_column(sa.Column("types", Json, nullable=False, server_default="[]"))
    with op.batch_alter_table("text_template") as batch_op:
        batch_op.alter_column("types", server_default=None)
    op.create_table(
        "product_document",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("template_version_id", BigKey, nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("version_id", BigKey, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("paths", Json, nullable=False),
        sa.Column("stated", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["template_version_id"], ["text_template_version.id"]),
        sa.ForeignKeyConstraint(["product_code"], ["product.code"]),
        sa.ForeignKeyConstraint(["version_id"], ["product_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("product_document") as batch_op:
        batch_op.create_index("ix_product_document_product", ["product_code", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("product_document")
    with op.batch_alter_table("text_template") as batch_op:
        batch_op.drop_column("types")
