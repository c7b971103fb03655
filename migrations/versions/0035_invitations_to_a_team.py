"""Invitations to a team, and the people who have accepted one and wait for an admin."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(60), nullable=False),
        sa.Column("once", sa.String(64), nullable=True),
        sa.Column("gate_id", sa.Integer(), nullable=True),
        sa.Column("max_people", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.CheckConstraint("joined >= 0 AND joined <= max_people", name=op.f("ck_invitations_joined")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_invitations_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gates.id"], name=op.f("fk_invitations_gate_id_gates"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_invitations_staff_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("once", name=op.f("uq_invitations_once")),
        sa.UniqueConstraint("words", name=op.f("uq_invitations_words")),
    )
    op.create_index("ix_invitations_event_id", "invitations", ["event_id"])
    op.create_table(
        "join_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'confirmed', 'declined')", name=op.f("ck_join_requests_status")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_join_requests_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitations.id"],
            name=op.f("fk_join_requests_invitation_id_invitations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
        sa.UniqueConstraint("invitation_id", "phone", name=op.f("uq_join_requests_invitation_id_phone")),
    )
    op.create_index("ix_join_requests_phone", "join_requests", ["phone"])
    op.create_index(
        "uq_join_requests_waiting",
        "join_requests",
        ["event_id", "phone"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_table("join_requests")
    op.drop_table("invitations")
