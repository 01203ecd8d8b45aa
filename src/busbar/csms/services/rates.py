"""Which tariff applies where: the assignments and newest versions, in memory of each node. Decides nothing of money."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from busbar.billing.points import UTC_NAME
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.rows import Station
from busbar.model.values import IdToken

AD_HOC = "DirectPayment"
"""The kind of a token that is a payment by card or on the web (2.1)."""


@dataclass(slots=True)
class Rates:
    """What of tariffs a node knows.

    Attributes:
        assignments: by organisation and scope.
        newest: the newest version of each tariff.
        zones: the time zone's name by site.
    """

    assignments: dict[tuple[int, str], TariffAssignment] = field(default_factory=dict)
    newest: dict[int, TariffVersion] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)

    def choose(self, station: Station, evse: int | None, token: IdToken | None) -> TariffAssignment | None:
        """Return the assignment for a session: the token's, else the EVSE's, the station's, the site's.

        For an ad hoc payment those for such come first.
        """
        places = _places(station, evse)
        scopes = [] if token is None else [token_scope(token.key)]
        if token is not None and token.kind == AD_HOC:
            scopes += map(ad_hoc, places)
        return self._first(station, [*scopes, *places])

    def currency(self, station: Station, evse: int | None, token: IdToken | None) -> str | None:
        """Return the currency that a session is reckoned in; None where no tariff applies."""
        chosen = self.choose(station, evse, token)
        return None if chosen is None else self.newest[chosen.tariff_id].content.currency

    def takes_ad_hoc(self, station: Station, evse: int | None, token: IdToken) -> bool:
        """Tell whether a token is an ad hoc payment (C18, C24), and a tariff for such applies: then it may charge."""
        return (
            token.kind == AD_HOC
            and self._first(station, [ad_hoc(place) for place in _places(station, evse)]) is not None
        )

    def _first(self, station: Station, scopes: Iterable[str]) -> TariffAssignment | None:
        """Return the first assignment that there is of the station's own organisation, of a tariff of its own."""
        owner = station.organisation_id
        for scope in scopes:
            found = self.assignments.get((owner, scope))
            if found is None:
                continue
            tariff = self.newest.get(found.tariff_id)
            if tariff is not None and tariff.organisation_id == owner:
                return found
        return None

    def zone_name(self, station: Station) -> str:
        """Return the name of a station's time zone."""
        return UTC_NAME if station.site_id is None else self.zones.get(station.site_id, UTC_NAME)


def _places(station: Station, evse: int | None) -> list[str]:
    """Return the scopes of a place, the nearest first."""
    found = [] if evse is None else [evse_scope(station.id, evse)]
    found.append(station_scope(station.id))
    return found if station.site_id is None else [*found, site_scope(station.site_id)]


def ad_hoc(scope: str) -> str:
    """Return the scope of ad hoc payments at a place."""
    return f"ad-hoc:{scope}"


def token_scope(key: str) -> str:
    """Return the scope of a casefolded token."""
    return f"token:{key}"


def evse_scope(station_id: int, evse: int) -> str:
    """Return the scope of an EVSE."""
    return f"evse:{station_id}:{evse}"


def station_scope(station_id: int) -> str:
    """Return the scope of a station."""
    return f"station:{station_id}"


def site_scope(site_id: int) -> str:
    """Return the scope of a site."""
    return f"site:{site_id}"
