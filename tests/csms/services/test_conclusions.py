from datetime import UTC, datetime

from busbar.csms.rows import Station
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.orders import ClearCache, Outcome
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_nothing_follows_where_no_block_cares() -> None:
    view = StationView(Station(id=1, identity="CS1"), Version.V16, 1)
    command = commands.make("c", 1, "ClearCache", b"{}", at=AT, ttl_s=60)
    assert conclude(ClearCache(), command, Outcome(status="Accepted"), view, AT) == Conclusion()
