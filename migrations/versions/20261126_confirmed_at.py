"""when an interface last had what came through it

Revision: 7d41b6e0c9a2, after 7c4b1f3e9a20; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = '7d41b6e0c9a2'
down_revision = '7c4b1f3e9a20'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_column('confirmed_at')
