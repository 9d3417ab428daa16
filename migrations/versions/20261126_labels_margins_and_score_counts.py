"""labels, margins and score counts

Revision: 99bf652aba36, after 7c4b1f3e9a20; made 2026-11-26 01:14:36.863456
"""

import sqlalchemy as sa
from alembic import op

revision = '99bf652aba36'
down_revision = '7c4b1f3e9a20'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('score_counts',
    sa.Column('model', sa.String(length=80), nullable=False),
    sa.Column('week', sa.String(length=10), nullable=False),
    sa.Column('head', sa.String(length=40), nullable=False),
    sa.Column('bin', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('model', 'week', 'head', 'bin', name=op.f('pk_score_counts'))
    )
    op.create_table('document_labels',
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('question', sa.String(length=12), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('machine', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=100), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_labels_document_id_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'question', name=op.f('pk_document_labels'))
    )
    with op.batch_alter_table('document_labels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_labels_at'), ['at'], unique=False)

    op.create_table('document_margins',
    sa.Column('document_id', sa.String(length=32), nullable=False),
    sa.Column('question', sa.String(length=12), nullable=False),
    sa.Column('margin', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_margins_document_id_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'question', name=op.f('pk_document_margins'))
    )
    with op.batch_alter_table('document_margins', schema=None) as batch_op:
        batch_op.create_index('ix_document_margins_order', ['question', 'margin'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('document_margins', schema=None) as batch_op:
        batch_op.drop_index('ix_document_margins_order')

    op.drop_table('document_margins')
    with op.batch_alter_table('document_labels', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_document_labels_at'))

    op.drop_table('document_labels')
    op.drop_table('score_counts')
