"""lines of an import by their product: whether a record came before"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_import_line_product", "import_line", ["job_id", "product"])


def downgrade() -> None:
    op.drop_index("ix_import_line_product", "import_line")
