"""texts of publications

A published warning or correction keeps its text with the decision that published it, so that it can be shown as
retracted. Until now none could be, so that each has the text of its finding.

Revision: 4f9d1b7a36e2, after c5e8a1f7d260; made 2026-11-26 21:05:00
"""

import sqlalchemy as sa
from alembic import op

revision = '4f9d1b7a36e2'
down_revision = 'c5e8a1f7d260'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('finding_decisions', sa.Column('text', sa.Text(), nullable=False, server_default=''))
    op.execute(
        "update finding_decisions set text = coalesce((select f.proposal from findings f "
        "where f.id = finding_decisions.finding_id), '') where move = 'publish'"
    )


def downgrade() -> None:
    with op.batch_alter_table('finding_decisions') as batch:
        batch.drop_column('text')
