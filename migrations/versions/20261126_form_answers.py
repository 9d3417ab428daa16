"""answers to forms, for a repeat of the same form

Revision: 5f0a9d3c71e6, after e4d07c92a1b8; made 2026-11-26 11:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = '5f0a9d3c71e6'
down_revision = 'e4d07c92a1b8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('form_answers',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_form_answers'))
    )
    with op.batch_alter_table('form_answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_form_answers_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('form_answers')
