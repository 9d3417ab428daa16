"""indexes for what is asked at every round: unplaced documents, messages of today, a story's days, addresses, origins

Revision: c5e8a1f7d260, after a9d2f4c6b813; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = 'c5e8a1f7d260'
down_revision = 'a9d2f4c6b813'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_documents_story_published': ('documents', ['story_id', 'relevant', 'published_at']),
    'ix_documents_origin': ('documents', ['origin_id']),
    'ix_notifications_created': ('notifications', ['created_at']),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    # an address may be longer than what a B-tree of PostgreSQL takes
    op.create_index('ix_documents_url', 'documents', ['url'], postgresql_using='hash')
    unplaced = sa.text('story_id IS NULL')
    op.create_index(
        'ix_documents_unplaced', 'documents', ['relevant', 'first_seen_at', 'published_at', 'id'],
        sqlite_where=unplaced, postgresql_where=unplaced,
    )  # fmt: skip


def downgrade() -> None:
    for name in ('ix_documents_unplaced', 'ix_documents_url'):
        op.drop_index(name, table_name='documents')
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
