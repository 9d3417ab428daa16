"""streams, stories and campaigns

Revision: 5a1c0de57e45, after 87b93fdae664; made 2026-11-25 22:45:00
"""

import sqlalchemy as sa
from alembic import op

revision = '5a1c0de57e45'
down_revision = 'd2a2d2bcc161'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('counts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('questions', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('complaints', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_counts_start', ['start'], unique=False)

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

    op.create_table('story_states',
    sa.Column('story_id', sa.String(length=40), nullable=False),
    sa.Column('phase', sa.String(length=12), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('story_id', name=op.f('pk_story_states'))
    )
    op.create_table('story_decisions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('story', sa.String(length=40), nullable=False),
    sa.Column('absorbed', sa.String(length=40), nullable=True),
    sa.Column('documents', sa.JSON(), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story_decisions'))
    )
    with op.batch_alter_table('story_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_story_decisions_absorbed'), ['absorbed'], unique=False)
        batch_op.create_index(batch_op.f('ix_story_decisions_story'), ['story'], unique=False)

    op.create_table('campaigns',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('starts', sa.String(length=10), nullable=False),
    sa.Column('ends', sa.String(length=10), nullable=False),
    sa.Column('topics', sa.JSON(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns'))
    )


def downgrade() -> None:
    op.drop_table('campaigns')
    with op.batch_alter_table('story_decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_story_decisions_story'))
        batch_op.drop_index(batch_op.f('ix_story_decisions_absorbed'))
    op.drop_table('story_decisions')
    op.drop_table('story_states')
    with op.batch_alter_table('quarter_counts', schema=None) as batch_op:
        batch_op.drop_index('ix_quarter_counts_start')
    op.drop_table('quarter_counts')
    with op.batch_alter_table('counts', schema=None) as batch_op:
        batch_op.drop_index('ix_counts_start')
        batch_op.drop_column('complaints')
        batch_op.drop_column('questions')
