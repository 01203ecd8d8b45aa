"""Tariffs in versions that never change, where they apply, and which of them stations hold by themselves."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.model.tariffs import Tariff


class TariffVersion(Record, kw_only=True):
    """One version of a tariff; `content.id` is its name on the wire, unique for its content (I08.FR.08)."""

    tariff_id: int
    version: int
    name: str
    created_at: datetime
    content: Tariff


class TariffAssignment(Record, kw_only=True):
    """Where a tariff applies: at a site, a station, an EVSE of a station, or for a token.

    Attributes:
        scope: what it is about, as text; a scope has one assignment.
        token: the casefolded token.
        ad_hoc: for ad hoc payments, which may charge where such a tariff applies.
        show_running: answers to running transaction events tell the cost so far (2.x, I02).
        update_every_s: the cost so far is sent by itself (CostUpdated) no more often than this; None is never.
        send: an accepted token's tariff goes out with the answer to Authorize (2.1, I08.FR.01), and the text of a
            session's tariff with the answer to the event it begins with (2.x, I06).
    """

    id: int | None = None
    scope: str
    tariff_id: int
    site_id: int | None = None
    station_id: int | None = None
    evse: int | None = None
    token: str | None = None
    ad_hoc: bool = False
    show_running: bool = False
    update_every_s: int | None = None
    send: bool = False


class HeldTariff(Record, kw_only=True):
    """A tariff that a station was given, or told of; EVSE 0 is all of them. `held` is false where it was refused."""

    station_id: int
    evse: int
    tariff_id: str
    kind: str
    held: bool
    status: str
    valid_from: datetime | None
    tokens: list[str]
    at: datetime


class TariffInventory(Record, kw_only=True):
    """When a station last told all tariffs of an EVSE (0: of all): what is older and was not told is gone."""

    station_id: int
    evse: int
    since: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    TariffVersion: Kind("tariff_versions", key=("tariff_id", "version")),
    TariffAssignment: Kind("tariff_assignments", key=("id",), generated=True, unique=(Unique(("scope",)),)),
    HeldTariff: Kind("held_tariffs", key=("station_id", "evse", "tariff_id")),
    TariffInventory: Kind("tariff_inventories", key=("station_id", "evse")),
}
