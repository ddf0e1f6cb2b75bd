"""any piece of a product's code or names is found by an index on PostgreSQL"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

PAIRS = """
CREATE OR REPLACE FUNCTION character_pairs(whole text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT coalesce(array_agg(DISTINCT substr(whole, place, 2)), '{}') FROM generate_series(1, length(whole) - 1) place
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(PAIRS)
        pairs = "USING gin (character_pairs(search)) WITH (fastupdate = off)"
        op.execute(f"CREATE INDEX ix_product_search_pairs ON product {pairs}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_product_search_pairs", "product")
        op.execute("DROP FUNCTION character_pairs(text)")
