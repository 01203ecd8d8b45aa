"""Access rules of connector types and kinds of EVSE."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up to date."""
    with op.batch_alter_table("access_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("connector_types", sa.LargeBinary()))
        batch_op.add_column(sa.Column("kinds", sa.LargeBinary()))
