"""lists of a large catalogue: searched without reading the products, and ordered within a family"""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SORTS = ("sort_en", "sort_zh")


def upgrade() -> None:
    # No longer than an entry of an index may be.
    op.execute("UPDATE product SET search = substr(search, 1, 450) WHERE length(search) > 450")
    for sort in SORTS:
        op.drop_index(f"ix_product_{sort}", "product")
        op.create_index(f"ix_product_{sort}", "product", [sort, "code", "search"])
        op.create_index(f"ix_product_family_{sort}", "product", ["family", sort, "code"])
    op.create_index("ix_product_family_changed_at", "product", ["family", "changed_at", "code"])
    op.drop_index("ix_product_family", "product")


def downgrade() -> None:
    op.create_index("ix_product_family", "product", ["family"])
    op.drop_index("ix_product_family_changed_at", "product")
    for sort in SORTS:
        op.drop_index(f"ix_product_family_{sort}", "product")
        op.drop_index(f"ix_product_{sort}", "product")
        op.create_index(f"ix_product_{sort}", "product", [sort, "code"])
