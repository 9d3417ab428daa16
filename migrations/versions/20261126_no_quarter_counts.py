"""no counts by the quarter of an hour, and none of questions and complaints by the hour: nothing reads them

Revision: a61f3d28b9c4, after 3b8c5e17d0f9; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = 'a61f3d28b9c4'
down_revision = '3b8c5e17d0f9'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('quarter_counts')
    with op.batch_alter_table('counts', schema=None) as batch_op:
        batch_op.drop_column('complaints')
        batch_op.drop_column('questions')


def downgrade() -> None:
    with op.batch_alter_table('counts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('questions', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('complaints', sa.Integer(), server_default='0', nullable=False))

    op.create_table('quarter_counts',
    sa.Column('stream', sa.String(length=80), nullable=False),
    sa.Column('start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('sources', sa.Integer(), nullable=False),
    sa.Column('questions', sa.Integer(), nullable=False),
    sa.Column('complaints', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('stream', 'start', name=op.f('pk_quarter_counts'))
    )
    with op.batch_alter_table('quarter_counts', schema=None) as batch_op:
        batch_op.create_index('ix_quarter_counts_start', ['start'], unique=False)
