"""What all conversations of a node share: the way to the store, numbers, and a context for each organisation.

It must not know any conversation.
"""

import asyncio
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from busbar.csms.gateway.flights import Flights
from busbar.csms.gateway.homes import Home, Sentry
from busbar.csms.gateway.lookups import NOBODY, Askers, Numbers
from busbar.csms.ports import Store
from busbar.csms.rows import Station
from busbar.csms.services.outgoing import Wanted
from busbar.csms.services.view import Context, Tokens
from busbar.telemetry.ports import UNWATCHED, Watch


@dataclass(slots=True)
class Means:
    """What all sessions of a node share.

    Attributes:
        wanted: what outside listeners want to be told of; it is stored in the commit of what happened.
        messages: how many came.
        dropped: how many were ignored.
        parked: how many were stored without being understood.
    """

    store: Store
    home: Home
    context: Context
    numbers: Numbers
    sentry: Sentry
    wanted: Wanted = field(default_factory=Wanted)
    askers: Askers = field(default_factory=lambda: NOBODY)
    call_timeout_s: float = 30.0
    watch: Watch = UNWATCHED
    flights: Flights = field(default_factory=Flights)
    messages: int = 0
    dropped: int = 0
    parked: int = 0
    _gates: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _contexts: dict[int, Context] = field(default_factory=dict)

    def context_of(self, station: Station) -> Context:
        """Return what decisions on a station need; its organisation has tokens of its own."""
        owner = station.organisation_id
        found = self._contexts.get(owner)
        if found is None:
            found = self._contexts[owner] = replace(self.context, tokens=Tokens())
        return found

    def forget_policies(self) -> None:
        """Forget rules, groups and limits: one of them was changed."""
        for context in self._contexts.values():
            context.tokens.forget_policy()

    def forget_tokens(self, key: str | None = None) -> None:
        """Forget a token that was changed in some organisation, or all of them."""
        for context in self._contexts.values():
            context.tokens.forget(key)

    def gate(self, station_id: int) -> asyncio.Lock:
        """Return what lets the connections of one station have their epochs in the order in which they came."""
        return self._gates.setdefault(station_id, asyncio.Lock())
