"""revisions, feed health, coverage

Revision: 2c0cfa598a7e, after 87b93fdae664; made 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = '2c0cfa598a7e'
down_revision = '87b93fdae664'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('channel_counts',
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'day', 'kind', name=op.f('pk_channel_counts'))
    )
    op.create_table('coverage',
    sa.Column('start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('value', sa.Float(), nullable=False),
    sa.Column('reporting', sa.Integer(), nullable=False),
    sa.Column('expected', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('start', name=op.f('pk_coverage'))
    )
    op.create_table('feed_checks',
    sa.Column('feed_id', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expected_hour', sa.Float(), nullable=False),
    sa.Column('actual_hour', sa.Integer(), nullable=False),
    sa.Column('expected_day', sa.Float(), nullable=False),
    sa.Column('actual_day', sa.Integer(), nullable=False),
    sa.Column('missed', sa.Float(), nullable=False),
    sa.Column('delay', sa.Float(), nullable=True),
    sa.Column('warning', sa.String(length=20), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('feed_id', name=op.f('pk_feed_checks'))
    )
    op.create_table('feed_hours',
    sa.Column('feed_id', sa.String(length=120), nullable=False),
    sa.Column('start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('polls', sa.Integer(), nullable=False),
    sa.Column('read', sa.Integer(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('judged', sa.Integer(), nullable=False),
    sa.Column('relevant', sa.Integer(), nullable=False),
    sa.Column('delays', sa.Float(), nullable=False),
    sa.Column('delayed', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('feed_id', 'start', name=op.f('pk_feed_hours'))
    )
    with op.batch_alter_table('feed_hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feed_hours_start'), ['start'], unique=False)

    op.create_table('feed_signs',
    sa.Column('feed_id', sa.String(length=120), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('path_share', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('feed_id', name=op.f('pk_feed_signs'))
    )
    op.create_table('linked_hosts',
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('links', sa.Integer(), nullable=False),
    sa.Column('relevant', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('host', 'day', name=op.f('pk_linked_hosts'))
    )
    op.create_table('recounts',
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_recounts'))
    )
    op.create_table('document_pages',
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checks', sa.Integer(), nullable=False),
    sa.Column('missing', sa.Integer(), nullable=False),
    sa.Column('taken_down', sa.Boolean(), nullable=False),
    sa.Column('thorough', sa.Boolean(), nullable=False),
    sa.Column('comments', sa.Integer(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_pages_document_id_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_document_pages'))
    )
    with op.batch_alter_table('document_pages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_pages_due_at'), ['due_at'], unique=False)

    op.create_table('document_revisions',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('seen_in', sa.String(length=8), nullable=False),
    sa.Column('title_before', sa.Text(), nullable=False),
    sa.Column('title_after', sa.Text(), nullable=False),
    sa.Column('difference', sa.Text(), nullable=False),
    sa.Column('changed_words', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_revisions_document_id_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_revisions'))
    )
    with op.batch_alter_table('document_revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_revisions_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_document_revisions_document_id'), ['document_id'], unique=False)

    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest', sa.String(length=16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.drop_column('digest')

    with op.batch_alter_table('document_revisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_revisions_document_id'))
        batch_op.drop_index(batch_op.f('ix_document_revisions_at'))

    op.drop_table('document_revisions')
    with op.batch_alter_table('document_pages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_pages_due_at'))

    op.drop_table('document_pages')
    op.drop_table('recounts')
    op.drop_table('linked_hosts')
    op.drop_table('feed_signs')
    with op.batch_alter_table('feed_hours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feed_hours_start'))

    op.drop_table('feed_hours')
    op.drop_table('feed_checks')
    op.drop_table('coverage')
    op.drop_table('channel_counts')
