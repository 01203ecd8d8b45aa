"""Stations from a seed."""

from dataclasses import replace

from busbar.model.versions import Version
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.virtual.populations import Place


def test_the_same_scenario_gives_the_same_stations_and_another_seed_others() -> None:
    assert Scenario(count=20, seed=1).stations() == Scenario(count=20, seed=1).stations()
    assert Scenario(count=20, seed=1).stations() != Scenario(count=20, seed=2).stations()


def test_every_version_is_there_and_weights_are_kept() -> None:
    few = Scenario(count=3).stations()
    assert {station.version for station in few} == set(Version)
    only = Scenario(count=10, versions={Version.V21: 1.0}).stations()
    assert {station.version for station in only} == {Version.V21}
    assert len(Scenario(count=1).stations()) == 1


def test_identities_are_different_and_have_the_password_given() -> None:
    stations = Scenario(count=30, prefix="X").stations(lambda identity: f"pw-{identity}")
    assert len({station.identity for station in stations}) == 30
    assert all(station.password == f"pw-{station.identity}" for station in stations)


def test_a_spec_says_how_to_connect_and_what_the_core_is_told() -> None:
    spec = StationSpec(identity="A", version=Version.V201, password="p", evses=2, settings={"HeartbeatInterval": "9"})
    endpoint = spec.endpoint("ws://h/ocpp/")
    assert (endpoint.address, endpoint.subprotocol, endpoint.password) == ("ws://h/ocpp/A", "ocpp2.0.1", "p")
    config = spec.config()
    assert (config.identity, config.evses, dict(config.settings)) == ("A", 2, {"HeartbeatInterval": "9"})


def test_places_and_quirks_are_mixed_in_and_leave_the_rest_as_it_is() -> None:
    plain = Scenario(count=40).stations()
    mixed = Scenario(count=40, places={Place.WORK: 1, Place.PUBLIC: 1}, quirks={"hasty": 1}).stations()
    assert {station.place for station in mixed} == {Place.WORK, Place.PUBLIC}
    assert all(station.settings["RetryBackOffWaitMinimum"] == "1" for station in mixed)
    assert [replace(s, place=None, settings={}) for s in mixed] == plain


def test_nobody_has_a_dc_charger_at_home() -> None:
    homes = Scenario(count=40, dc_share=1.0, places={Place.HOME: 1}).stations()
    assert not any(station.supply.dc for station in homes)
