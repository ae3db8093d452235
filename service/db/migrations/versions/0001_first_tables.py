"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE_TRIGGER = """
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
"""
_POSTGRES_FUNCTION = """
CREATE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'
USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
FOR EACH ROW EXECUTE FUNCTION events_never_change()
"""


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=35), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_chats")),
        sa.UniqueConstraint("member_id", name=op.f("uq_chats_member_id")),
    )
    op.create_table(
        "events",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("membership_id", sa.String(length=32), nullable=True),
        sa.Column("mid_id", sa.String(length=40), nullable=True),
        sa.Column("licence_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=True),
        sa.Column("nonce", sa.String(length=32), nullable=True),
        sa.Column("undoes", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("cause", "ordinal", name=op.f("uq_events_cause_ordinal")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_events_member_id_events_seq"), "events", ["member_id", "seq"], unique=False
    )
    op.create_table(
        "inbox",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(length=32), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_inbox")),
        sa.UniqueConstraint("update_id", name=op.f("uq_inbox_update_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_open", "inbox", ["done_at", "seq"], unique=False)
    op.create_table(
        "invites",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
    )
    op.create_index(
        op.f("ix_invites_mid_id_invites_ref"), "invites", ["mid_id", "ref"], unique=False
    )
    op.create_table(
        "latest",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("membership_id", sa.String(length=32), nullable=True),
        sa.Column("mid_id", sa.String(length=40), nullable=True),
        sa.Column("licence_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=True),
        sa.Column("undoes", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("member_id", "kind", "scope", name=op.f("pk_latest")),
    )
    op.create_index(
        op.f("ix_latest_licence_id_latest_kind_latest_value"),
        "latest",
        ["licence_id", "kind", "value"],
        unique=False,
    )
    op.create_table(
        "licence_versions",
        sa.Column("licence_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("licence_id", "version", name=op.f("pk_licence_versions")),
    )
    op.create_table(
        "licences",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
        sa.UniqueConstraint("mid_id", "slug", name=op.f("uq_licences_mid_id_slug")),
    )
    op.create_table(
        "members",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_members")),
        sa.UniqueConstraint("id", name=op.f("uq_members_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("mid_id", "ref", name=op.f("uq_memberships_mid_id_ref")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_memberships_pseudonym")),
    )
    op.create_index(op.f("ix_memberships_member_id"), "memberships", ["member_id"], unique=False)
    op.create_table(
        "mids",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mids")),
    )
    op.create_table(
        "papers",
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("doc", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("mid_id", "kind", "key", name=op.f("pk_papers")),
    )
    op.create_table(
        "roster",
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("eligible", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("mid_id", "ref", name=op.f("pk_roster")),
    )
    op.create_table(
        "shown",
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("membership_id", sa.String(length=32), nullable=True),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("taught", sa.String(length=16), nullable=False),
        sa.Column("taught_by", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_shown")),
    )
    op.create_index(op.f("ix_shown_member_id"), "shown", ["member_id"], unique=False)
    op.create_table(
        "told",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_told")),
    )

    # Events may be erased with the person they are about, but never edited.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE_TRIGGER)
    else:
        op.execute(_POSTGRES_FUNCTION)
        op.execute(_POSTGRES_TRIGGER)


def downgrade() -> None:
    op.drop_table("told")
    op.drop_index(op.f("ix_shown_member_id"), table_name="shown")
    op.drop_table("shown")
    op.drop_table("roster")
    op.drop_table("papers")
    op.drop_table("mids")
    op.drop_index(op.f("ix_memberships_member_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_table("members")
    op.drop_table("licences")
    op.drop_table("licence_versions")
    op.drop_index(op.f("ix_latest_licence_id_latest_kind_latest_value"), table_name="latest")
    op.drop_table("latest")
    op.drop_index(op.f("ix_invites_mid_id_invites_ref"), table_name="invites")
    op.drop_table("invites")
    op.drop_index("ix_inbox_open", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_events_member_id_events_seq"), table_name="events")
    op.drop_table("events")
    op.drop_table("chats")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION events_never_change()")
