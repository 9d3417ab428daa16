"""sealed secrets, shared rate limits

Revision: 7c4b1f3e9a20, after 7d41b6e0c9a2; made 2026-11-26 01:30:00

What lies open is sealed at the next start, where the key is known (service/usecases/seal.py).
"""

import sqlalchemy as sa
from alembic import op

revision = '7c4b1f3e9a20'
down_revision = '7d41b6e0c9a2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.alter_column('totp_secret', existing_type=sa.String(length=64), type_=sa.Text(), existing_nullable=True)
    # the key of sessions comes from the vault now
    op.execute("delete from secrets where name = 'session'")
    op.create_table('rate_windows',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('ends_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_rate_windows'))
    )
    with op.batch_alter_table('rate_windows', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rate_windows_ends_at'), ['ends_at'], unique=False)


def downgrade() -> None:
    op.drop_table('rate_windows')
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.alter_column('totp_secret', existing_type=sa.Text(), type_=sa.String(length=64), existing_nullable=True)
