"""receipts of published warnings

Revision: 9b2e6d81c4f7, after 99bf652aba36; made 2026-11-26 02:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = '9b2e6d81c4f7'
down_revision = '99bf652aba36'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('warning_receipts',
    sa.Column('finding_id', sa.String(length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_warning_receipts_finding_id_findings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('finding_id', 'email', name=op.f('pk_warning_receipts'))
    )


def downgrade() -> None:
    op.drop_table('warning_receipts')
