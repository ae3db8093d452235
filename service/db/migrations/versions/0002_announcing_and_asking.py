"""What announcing and asking brought: notices, staff, questions, lines of statements.

Two versions of Midline wrote stores that call themselves 0001: the first with the tables of 0001,
the second with all of these besides. A store of the second is left as it is.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE OR REPLACE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'{code}; END $$
"""
_CODE = "\nUSING ERRCODE = 'integrity_constraint_violation'"

_MEMBERSHIP = "id, member_id, mid_id, ref, pseudonym, joined_at, left_at"
_TABLES = (
    "vectors",
    "questions",
    "question_counts",
    "model_spent",
    "model_choices",
    "staff",
    "statement_lines",
    "notices",
    "notice_watch",
    "notice_segments",
    "notice_prompts",
    "notice_held",
    "notice_audience",
)


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("statement_lines"):
        return
    _numbered_memberships()
    op.create_index(op.f("ix_latest_scope_latest_kind"), "latest", ["scope", "kind"], unique=False)
    op.add_column("members", sa.Column("spoken", sa.String(length=16), nullable=True))
    op.add_column("members", sa.Column("quiet", sa.String(length=11), nullable=True))
    op.add_column("members", sa.Column("weekly", sa.SmallInteger(), nullable=True))
    op.add_column("shown", sa.Column("led_by", sa.String(length=32), nullable=True))
    _announcing()
    _asking()
    _statement_lines()
    _refusal_to_change_events(_CODE)


def _membership() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _numbered_memberships() -> None:
    """A growing number for each, so that whom a notice is for can be gone through in order."""
    _remade_memberships(
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        *_membership(),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_memberships")),
        sa.UniqueConstraint("id", name=op.f("uq_memberships_id")),
    )
    op.create_index(
        op.f("ix_memberships_mid_id_memberships_seq"),
        "memberships",
        ["mid_id", "seq"],
        unique=False,
    )


def _remade_memberships(*parts: sa.schema.SchemaItem) -> None:
    op.execute(f"CREATE TABLE memberships_before AS SELECT {_MEMBERSHIP} FROM memberships")  # noqa: S608
    op.drop_table("memberships")
    op.create_table(
        "memberships",
        *parts,
        sa.UniqueConstraint("mid_id", "ref", name=op.f("uq_memberships_mid_id_ref")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_memberships_pseudonym")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_memberships_member_id"), "memberships", ["member_id"], unique=False)
    op.execute(
        f"INSERT INTO memberships ({_MEMBERSHIP}) "  # noqa: S608
        f"SELECT {_MEMBERSHIP} FROM memberships_before ORDER BY joined_at, id"
    )
    op.drop_table("memberships_before")


def _announcing() -> None:
    op.create_table(
        "notice_audience",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("hi", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "hi", name=op.f("pk_notice_audience")),
    )
    op.create_table(
        "notice_held",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=8), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("trying", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "number", name=op.f("pk_notice_held")),
    )
    op.create_index(
        op.f("ix_notice_held_notice_id_notice_held_until"),
        "notice_held",
        ["notice_id", "until"],
        unique=False,
    )
    op.create_table(
        "notice_prompts",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "message_id", name=op.f("pk_notice_prompts")),
    )
    op.create_table(
        "notice_segments",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lo", sa.BigInteger(), nullable=False),
        sa.Column("hi", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "n", name=op.f("pk_notice_segments")),
    )
    op.create_index(
        op.f("ix_notice_segments_notice_id_notice_segments_hi"),
        "notice_segments",
        ["notice_id", "hi"],
        unique=False,
    )
    op.create_table(
        "notice_watch",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "member_id", name=op.f("pk_notice_watch")),
    )
    op.create_index(op.f("ix_notice_watch_member_id"), "notice_watch", ["member_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("edited_rev", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("foreign_readers", sa.JSON(), nullable=False),
        sa.Column("upper", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("intent", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("halt", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("wave_passed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(
        op.f("ix_notices_mid_id_notices_created_at"),
        "notices",
        ["mid_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_notices_status"), "notices", ["status"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_token_hash")),
    )
    op.create_index(op.f("ix_staff_member_id"), "staff", ["member_id"], unique=False)
    op.create_index(
        op.f("ix_staff_mid_id_staff_added_at"), "staff", ["mid_id", "added_at"], unique=False
    )


def _asking() -> None:
    op.create_table(
        "model_choices",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_model_choices")),
    )
    op.create_table(
        "model_spent",
        sa.Column("purse", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=48), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("purse", "period", "owner", name=op.f("pk_model_spent")),
    )
    op.create_table(
        "question_counts",
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "mid_id", "month", "topic", "language", "band", name=op.f("pk_question_counts")
        ),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("membership_id", sa.String(length=32), nullable=False),
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("licence_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trying", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint(
            "member_id", "mid_id", "origin", name=op.f("uq_questions_member_id_mid_id_origin")
        ),
    )
    op.create_index(op.f("ix_questions_due_at"), "questions", ["due_at"], unique=False)
    op.create_index(
        op.f("ix_questions_membership_id"), "questions", ["membership_id"], unique=False
    )
    op.create_index(
        op.f("ix_questions_mid_id_questions_asked_at"),
        "questions",
        ["mid_id", "asked_at"],
        unique=False,
    )
    op.create_table(
        "vectors",
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "text_hash", name=op.f("pk_vectors")),
    )


def _statement_lines() -> None:
    op.create_table(
        "statement_lines",
        sa.Column("mid_id", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(length=40), nullable=False),
        sa.Column("gross", sa.String(length=32), nullable=False),
        sa.Column("net", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint(
            "mid_id", "ref", "period", "currency", "n", name=op.f("pk_statement_lines")
        ),
    )
    op.create_index(
        op.f("ix_statement_lines_mid_id_statement_lines_period"),
        "statement_lines",
        ["mid_id", "period"],
        unique=False,
    )
    papers = sa.table(
        "papers", sa.column("mid_id"), sa.column("kind"), sa.column("doc", sa.JSON())
    )
    lines = sa.table(
        "statement_lines",
        *map(
            sa.column,
            ("mid_id", "period", "currency", "n", "ref", "licence", "gross", "net", "state"),
        ),
    )
    statements = sa.select(papers.c.mid_id, papers.c.doc).where(papers.c.kind == "statement")
    for mid_id, doc in op.get_bind().execute(statements).all():
        op.bulk_insert(
            lines,
            [
                {"mid_id": mid_id, "period": doc["period"], "currency": doc["currency"], "n": n}
                | {name: one[name] for name in ("ref", "licence", "gross", "net", "state")}
                for n, one in enumerate(doc["lines"])
            ],
        )


def _refusal_to_change_events(code: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_FUNCTION.format(code=code))


def downgrade() -> None:
    _refusal_to_change_events("")
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("shown", "led_by")
    for column in ("weekly", "quiet", "spoken"):
        op.drop_column("members", column)
    op.drop_index(op.f("ix_latest_scope_latest_kind"), table_name="latest")
    _remade_memberships(*_membership(), sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")))
