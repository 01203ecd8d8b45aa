"""The dispatcher as requests see it: what it begins serves others and outlives the request, so it has no scope."""

from typing import Any

from busbar.csms.amendments import Amended, Amendment
from busbar.csms.ports import Dispatcher, RawCall
from busbar.csms.rows import Command, Station
from busbar.csms.tenancy import unscoped
from busbar.model.orders import Order


class Freed:
    """`ports.Dispatcher` without the scope of who asks; the station, which they see, says whose it is."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    async def dispatch(self, station: Station, request: Order | RawCall, **options: Any) -> Command:
        """Do what `ports.Dispatcher.dispatch` says."""
        with unscoped():
            return await self._dispatcher.dispatch(station, request, **options)

    async def amend(self, station: Station, amendment: Amendment) -> Amended:
        """Do what `ports.Dispatcher.amend` says."""
        with unscoped():
            return await self._dispatcher.amend(station, amendment)

    async def station_changed(self, station_id: int) -> None:
        """Do what `ports.Dispatcher.station_changed` says."""
        with unscoped():
            await self._dispatcher.station_changed(station_id)
