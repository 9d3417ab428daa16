"""when each role was last at work

Revision: a9d2f4c6b813, after a61f3d28b9c4; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = 'a9d2f4c6b813'
down_revision = 'a61f3d28b9c4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rounds',
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('role', name=op.f('pk_rounds'))
    )


def downgrade() -> None:
    op.drop_table('rounds')
