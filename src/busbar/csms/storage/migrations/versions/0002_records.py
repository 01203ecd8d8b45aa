"""The tables of the records."""

from alembic import op

from busbar.csms.storage.kinds import TABLES
from busbar.csms.storage.schema import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    metadata.create_all(op.get_bind(), tables=list(TABLES.values()))
