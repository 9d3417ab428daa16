"""when an interface last had what came through it

Revision: 7d41b6e0c9a2, after c3a1f0d92b57; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = '7d41b6e0c9a2'
down_revision = 'c3a1f0d92b57'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_column('confirmed_at')
