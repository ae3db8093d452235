"""Notices by the moment they began to go out: members leaf through them in that order."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEX = "ix_notices_mid_id_notices_started_at_notices_id"


def upgrade() -> None:
    op.create_index(op.f(_INDEX), "notices", ["mid_id", "started_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f(_INDEX), table_name="notices")
