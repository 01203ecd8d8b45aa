"""The schema's history, run by the store when it opens."""

from pathlib import Path

from sqlalchemy import Connection

from busbar.csms.ports import StoreUnavailable


def migrate(connection: Connection) -> None:
    """Bring the schema up to date inside the connection's transaction.

    Raises StoreUnavailable where the database is newer than this program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        raise StoreUnavailable(
            f"the database was made by a newer version of Busbar ({error}); start that version, or use another database"
        ) from error
