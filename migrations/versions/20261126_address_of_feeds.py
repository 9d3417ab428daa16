"""the address that the state of a feed is about

Revision: 3b8c5e17d0f9, after 5f0a9d3c71e6; made 2026-11-26 11:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = '3b8c5e17d0f9'
down_revision = '5f0a9d3c71e6'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('url', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.drop_column('url')
