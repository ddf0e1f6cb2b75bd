"""two signatures per department, checklists, who decides, and the regulator's receipt"""

import sqlalchemy as sa
from alembic import op

from app.kernel.database import BigKey, Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED = {
    "change_request": [("raised_to", sa.Text())],
    "change_condition": [
        ("due_days", BigKey),
        ("due_at", Instant()),
        ("owner_department", sa.Text()),
        ("fulfilled_by", sa.Text()),
        ("fulfilled_at", Instant()),
        ("report", sa.Text()),
    ],
    "department_review": [
        ("condition", Json),
        ("raises_to", sa.Text()),
        ("signed_by", sa.Text()),
        ("signed_at", Instant()),
        ("sign_task_id", BigKey),
        ("returned_at", Instant()),
        ("remark", sa.Text()),
    ],
    "executive_decision": [("authority_id", BigKey), ("meeting_id", BigKey), ("resolution", sa.Text())],
}
FILLED = {"department_review": ("points", Json, "[]"), "executive_decision": ("level", sa.Text(), "executive")}
"""Columns that must hold something, and what they hold in rows from before."""
REFERENCES = {
    "department_review": [("sign_task_id", "task")],
    "executive_decision": [("authority_id", "delegated_authority"), ("meeting_id", "committee_meeting")],
}


def upgrade() -> None:
    _new_tables()
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, kind in columns:
                batch_op.add_column(sa.Column(name, kind, nullable=True))
            if table in FILLED:
                name, kind, value = FILLED[table]
                batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=value))
            for column, other in REFERENCES.get(table, ()):
                batch_op.create_foreign_key(f"fk_{table}_{column}", other, [column], ["id"])
    for table, (name, _, _) in FILLED.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(name, server_default=None)
    # Opinions given when one signature was enough count from when they were given.
    op.execute("UPDATE department_review SET signed_at = at")


def downgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for column, _ in REFERENCES.get(table, ()):
                batch_op.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")
            if table in FILLED:
                batch_op.drop_column(FILLED[table][0])
            for name, _ in columns:
                batch_op.drop_column(name)
    for table in ("committee_vote", "committee_meeting", "delegated_authority", "regulatory_receipt"):
        op.drop_table(table)


def _new_tables() -> None:
    op.create_table(
        "delegated_authority",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("families", Json, nullable=False),
        sa.Column("max_rate_change_bp", BigKey, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_from", Instant(), nullable=False),
        sa.Column("valid_to", Instant(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "committee_meeting",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("round", BigKey, nullable=False),
        sa.Column("members", Json, nullable=False),
        sa.Column("excused", Json, nullable=False),
        sa.Column("quorum", BigKey, nullable=False),
        sa.Column("voting_until", Instant(), nullable=False),
        sa.Column("convened_by", sa.Text(), nullable=False),
        sa.Column("convened_at", Instant(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("minutes_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_committee_meeting_change_request_id", "committee_meeting", ["change_request_id"])
    op.create_table(
        "regulatory_receipt",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("change_request_id", BigKey, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("products", Json, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["change_request_id"], ["change_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_regulatory_receipt_change_request_id", "regulatory_receipt", ["change_request_id"])
    op.create_table(
        "committee_vote",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("meeting_id", BigKey, nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("task_id", BigKey, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["committee_meeting.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_committee_vote_meeting_id", "committee_vote", ["meeting_id"])
