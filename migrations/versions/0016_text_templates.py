"""templates of texts with their versions; what the texts of a rollout came from, its materials, its first day"""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_template",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("families", Json, nullable=False),
        sa.Column("change_types", Json, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "text_template_version",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("template_id", BigKey, nullable=False),
        sa.Column("number", BigKey, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["template_id"], ["text_template.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("text_template_version") as batch_op:
        batch_op.create_index("ix_text_template_version_number", ["template_id", "number"], unique=True)
    op.create_table(
        "rollout_material",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("number", BigKey, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rollout_material") as batch_op:
        batch_op.create_index("ix_rollout_material_change_request_id", ["change_request_id"], unique=False)
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.add_column(sa.Column("notice_text_en", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("written_from", Json, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("begins_at", Instant(), nullable=True))
    _first_days()
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.alter_column("written_from", server_default=None)
        batch_op.alter_column("begins_at", nullable=False)
        batch_op.create_index("ix_rollout_begins_at", ["begins_at"], unique=False)


def _first_days() -> None:
    """Rollouts planned before begin with their first wave, or where there is none everywhere."""
    rollout = sa.table(
        "rollout",
        sa.column("change_request_id", BigKey),
        sa.column("waves", Json),
        sa.column("effective_at", Instant()),
        sa.column("begins_at", Instant()),
    )
    connection = op.get_bind()
    for key, waves, effective_at in connection.execute(
        sa.select(rollout.c.change_request_id, rollout.c.waves, rollout.c.effective_at)
    ).all():
        early = json.loads(waves) if isinstance(waves, str) else waves
        begins = datetime.fromisoformat(early[0]["effective_at"]) if early else effective_at
        connection.execute(rollout.update().where(rollout.c.change_request_id == key).values(begins_at=begins))


def downgrade() -> None:
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.drop_index("ix_rollout_begins_at")
        batch_op.drop_column("begins_at")
        batch_op.drop_column("written_from")
        batch_op.drop_column("notice_text_en")
    op.drop_table("rollout_material")
    op.drop_table("text_template_version")
    op.drop_table("text_template")
