"""what the model says now beside a label, for when the label is withdrawn

Revision: e4d07c92a1b8, after 9b2e6d81c4f7; made 2026-11-26
"""

import sqlalchemy as sa
from alembic import op

revision = 'e4d07c92a1b8'
down_revision = '9b2e6d81c4f7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('document_labels', schema=None) as batch_op:
        batch_op.add_column(sa.Column('machine_now', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('document_labels', schema=None) as batch_op:
        batch_op.drop_column('machine_now')
