"""Organisations have contexts of their own."""

from unittest.mock import Mock

from busbar.csms.gateway.means import Means
from busbar.csms.rows import Station
from busbar.csms.services.view import Context, Tokens


def means() -> Means:
    return Means(Mock(), Mock(), Context(Tokens(), lambda: 1), Mock(), Mock())


def test_stations_of_one_organisation_share_what_is_known_of_tokens():
    shared = means()
    one, two, other = (Station(id=n, identity=f"CS{n}", organisation_id=owner) for n, owner in ((1, 1), (2, 1), (3, 2)))
    assert shared.context_of(one) is shared.context_of(two)
    assert shared.context_of(one).tokens is not shared.context_of(other).tokens


def test_a_changed_token_is_forgotten_in_every_organisation():
    shared = means()
    contexts = [shared.context_of(Station(id=n, identity="CS", organisation_id=n)) for n in (1, 2)]
    for context in contexts:
        context.tokens.put("card", None)
    shared.forget_tokens("card")
    assert all("card" not in context.tokens.known for context in contexts)


def test_one_station_has_one_gate():
    shared = means()
    gate = shared.gate(7)
    assert shared.gate(7) is gate
    assert shared.gate(8) is not gate
