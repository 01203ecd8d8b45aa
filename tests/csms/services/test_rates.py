"""The nearest tariff applies: the token's, the EVSE's, the station's, the site's."""

from datetime import UTC, datetime

from busbar.billing.points import zone
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.rows import Station
from busbar.csms.services.rates import AD_HOC, Rates, ad_hoc, evse_scope, site_scope, station_scope, token_scope
from busbar.model.tariffs import Tariff
from busbar.model.values import IdToken

STATION = Station(id=5, identity="CS", site_id=3)
AT = datetime(2026, 7, 1, tzinfo=UTC)


def rates(*scopes: str) -> Rates:
    version = TariffVersion(tariff_id=1, version=1, name="", created_at=AT, content=Tariff(id="1.1", currency="EUR"))
    return Rates(
        {(1, scope): TariffAssignment(scope=scope, tariff_id=1) for scope in scopes}, {1: version}, {3: "Europe/Paris"}
    )


def test_the_nearest_one_applies() -> None:
    scopes = [token_scope("card"), evse_scope(5, 1), station_scope(5), site_scope(3)]
    for n, scope in enumerate(scopes):
        found = rates(*scopes[n:]).choose(STATION, 1, IdToken("CARD"))
        assert found is not None
        assert found.scope == scope
    others = rates(evse_scope(5, 2), token_scope("other"), station_scope(6), site_scope(4))
    assert others.choose(STATION, 1, IdToken("CARD")) is None


def test_an_assignment_of_a_tariff_that_is_not_there_is_none() -> None:
    made = rates(station_scope(5))
    made.newest.clear()
    assert made.choose(STATION, None, None) is None


def test_the_zone_is_the_sites() -> None:
    assert rates().zone_name(STATION) == "Europe/Paris"
    assert rates().zone_name(Station(id=1, identity="x")) == "UTC"
    assert AT.astimezone(zone("Europe/Paris")).hour == 2
    assert AT.astimezone(zone("Nowhere/../x")).hour == 0


def test_an_ad_hoc_payment_is_taken_where_a_tariff_for_such_applies__C18_C24() -> None:
    card, paid = IdToken("CARD", "ISO14443"), IdToken("psp-1", AD_HOC)
    made = rates(station_scope(5), ad_hoc(site_scope(3)))
    assert made.takes_ad_hoc(STATION, 1, paid)
    assert not made.takes_ad_hoc(STATION, 1, card)
    assert not rates(station_scope(5)).takes_ad_hoc(STATION, 1, paid)
    chosen = [made.choose(STATION, 1, token) for token in (card, paid)]
    assert [each and each.scope for each in chosen] == [station_scope(5), ad_hoc(site_scope(3))]


def test_a_tariff_or_an_assignment_of_another_organisation_prices_nothing_here() -> None:
    theirs = rates(token_scope("card"), station_scope(5))
    theirs.newest[1].organisation_id = 2
    assert theirs.choose(STATION, 1, IdToken("CARD")) is None
    theirs.assignments = {(2, scope): row for (_, scope), row in theirs.assignments.items()}
    assert theirs.choose(STATION, 1, IdToken("CARD")) is None
    assert theirs.choose(Station(id=6, identity="CS2", organisation_id=2), 1, IdToken("CARD")) is not None
