"""What is still to be said of an update that erased whom it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("outcome", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "outcome")
