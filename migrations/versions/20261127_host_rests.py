"""host rests

What a host asked for that wants to be left alone holds for the next process too.

Revision: ff248c68f121, after 4f9d1b7a36e2; made 2026-11-27 00:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = 'ff248c68f121'
down_revision = '4f9d1b7a36e2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('host_rests',
    sa.Column('origin', sa.String(length=300), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('origin', name=op.f('pk_host_rests'))
    )


def downgrade() -> None:
    op.drop_table('host_rests')
