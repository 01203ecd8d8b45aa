"""Templates are for the stations of a kind, and say where one differs."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.device_model import ModelValue, PendingValue
from busbar.csms.records.templates import Template, Wanted
from busbar.csms.rows import Station
from busbar.csms.services import templates
from busbar.csms.services.device_model import path
from busbar.model.facts import Booted
from busbar.model.orders import SetVariables, VariableName
from busbar.model.values import RegistrationStatus
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAME = VariableName(variable="Interval", component="C")
OTHER = VariableName(variable="Enabled", component="C")


def template(**fields) -> Template:
    values = [Wanted(NAME, "60"), Wanted(OTHER, "true")]
    return Template(**{"id": 1, "name": "t", "values": values, "changed_at": AT} | fields)


def value(name: VariableName, text: str | None) -> ModelValue:
    return ModelValue(station_id=7, path=path(name), attribute=name.attribute, value=text, at=AT, source="read")


def station(**fields) -> Station:
    return Station(**{"id": 7, "identity": "CS-7", "vendor": "Acme", "model": "One", "version": Version.V201} | fields)


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"vendor": "ACME", "model": "one", "version": Version.V201}, True),
        ({"vendor": "Other"}, False),
        ({"version": Version.V16}, False),
        ({"site_id": 3}, False),
        ({"organisation_id": 2}, False),
    ],
)
def test_a_template_is_for_the_stations_it_names(fields, fits: bool) -> None:
    assert templates.fits(template(**fields), station()) is fits


@pytest.mark.parametrize(
    ("interval", "enabled", "differing"),
    [
        ("60", "true", []),
        ("60.0", "TRUE", []),
        ("61", "true", [NAME]),
        ("60", "1", [OTHER]),
        ("x", "false", [NAME, OTHER]),
    ],
)
def test_a_station_differs_in_what_values_mean(interval: str, enabled: str, differing) -> None:
    known = templates.known([value(NAME, interval), value(OTHER, enabled)])
    assert [wanted.name for wanted in templates.differing(template(), known)] == differing


def test_what_is_not_known_is_set_but_is_no_drift() -> None:
    known = templates.known([value(NAME, "60")])
    assert [wanted.name for wanted in templates.differing(template(), known)] == [OTHER]
    assert templates.drifted(template(), known) == []


def test_a_value_that_waits_for_a_reboot_counts_as_there() -> None:
    waiting = PendingValue(station_id=7, path=path(NAME), attribute="Actual", value="60", since=AT, command_id="c")
    known = templates.known([value(NAME, "1"), value(OTHER, "true")], [waiting])
    assert templates.differing(template(), known) == []


def test_nothing_is_said_of_a_secret_that_was_set() -> None:
    name = VariableName(variable="BasicAuthPassword", component="SecurityCtrlr")
    secret = template(values=[Wanted(name, "x")])
    assert templates.differing(secret, templates.known([value(name, None)])) == []
    assert templates.differing(secret, {})


def boot(world) -> list[SetVariables]:
    return [errand.order for errand in world.tell(Booted(vendor="Acme", model="One")).errands]


def test_a_template_for_boot_sets_what_differs__B02_FR_01(world) -> None:
    world.rows[Template] = [template(on_boot=True, vendor="acme")]
    world.rows[ModelValue] = [value(NAME, "60")]
    assert boot(world) == [SetVariables(values=[(OTHER, "true")])]
    world.rows[ModelValue].append(value(OTHER, "true"))
    assert boot(world) == []


def test_a_template_for_boot_keeps_to_the_limits_of_the_station__B05_FR_11(world, world_16) -> None:
    limit = VariableName(variable="ItemsPerMessage", component="DeviceDataCtrlr", variable_instance="SetVariables")
    world.rows = {Template: [template(on_boot=True)], ModelValue: [value(limit, "1")]}
    assert [len(order.values) for order in boot(world)] == [1, 1]
    keys = [Wanted(VariableName(variable="A"), "1"), Wanted(VariableName(variable="B"), "1")]
    world_16.rows = {Template: [template(on_boot=True, values=keys)]}
    assert [len(order.values) for order in boot(world_16)] == [1, 1]


def test_nothing_is_set_where_no_template_fits_or_the_station_is_rejected__B03_FR_03(world) -> None:
    world.rows[Template] = [template(on_boot=True, vendor="Other"), template(id=2)]
    assert boot(world) == []
    world.rows[Template] = [template(on_boot=True)]
    world.register(RegistrationStatus.REJECTED)
    assert boot(world) == []
    world.register(RegistrationStatus.PENDING)
    assert boot(world)
