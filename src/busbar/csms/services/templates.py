"""Configuration templates: for which stations they are, where a station differs, and what to set. Knows no loop."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from busbar.csms.records.device_model import ModelValue, PendingValue
from busbar.csms.records.templates import Template, Wanted
from busbar.csms.rows import Station
from busbar.csms.services import batches, network_profiles
from busbar.csms.services.device_model import path
from busbar.csms.services.view import Errand, Need, RowNeed, StationView
from busbar.model.orders import SetVariables

ON_BOOT: Final = RowNeed(Template, (("on_boot", True),))
TTL_S: Final = 300.0

Known = Mapping[tuple[str, str], str | None]


def fits(template: Template, station: Station) -> bool:
    """Tell whether a template is for a station."""
    return (
        template.organisation_id == station.organisation_id
        and _same(template.vendor, station.vendor)
        and _same(template.model, station.model)
        and template.version in (None, station.version)
        and template.site_id in (None, station.site_id)
    )


def _same(wanted: str | None, said: str | None) -> bool:
    return wanted is None or wanted.casefold() == (said or "").casefold()


def known(values: Iterable[ModelValue], pending: Iterable[PendingValue] = ()) -> Known:
    """Return values by path and attribute; one that waits for a reboot counts as there."""
    found = {(row.path, row.attribute): row.value for row in values}
    return found | {(row.path, row.attribute): row.value for row in pending}


def paths(template: Template) -> tuple[str, ...]:
    """Return where in the device model a template's variables are."""
    return tuple(sorted({path(wanted.name) for wanted in template.values}))


def differing(template: Template, values: Known) -> list[Wanted]:
    """Return what a station does not have as the template says, or is not known to have.

    A secret that was once set counts as right: its value is not kept, so nothing can be said of it.
    """
    return [wanted for wanted in template.values if not _holds(wanted, values)]


def drifted(template: Template, values: Known) -> list[Wanted]:
    """Return what is known to be other than the template says; of what is not known nothing is said."""
    return [wanted for wanted in differing(template, values) if (path(wanted.name), wanted.name.attribute) in values]


def _holds(wanted: Wanted, values: Known) -> bool:
    key = (path(wanted.name), wanted.name.attribute)
    if key not in values:
        return False
    value = values[key]
    return value is None or _equal(wanted.value, value)


def _equal(one: str, other: str) -> bool:
    """Compare values as the device model writes them: booleans in any case, numbers by what they are."""
    if one == other:
        return True
    folded = one.strip().casefold(), other.strip().casefold()
    if set(folded) <= {"true", "false"}:
        return folded[0] == folded[1]
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def boot_needs(view: StationView, station: Station) -> Sequence[Need]:
    """Return the templates that are applied on boot, then what is known of the variables of those that fit."""
    if ON_BOOT not in view.found:
        return (ON_BOOT,)
    need = _values_need(view, station)
    return () if need is None or need in view.found else (need,)


def _fitting(view: StationView, station: Station) -> list[Template]:
    return [template for template in view.found.get(ON_BOOT, ()) if fits(template, station)]


def _values_need(view: StationView, station: Station) -> RowNeed | None:
    fitting = _fitting(view, station)
    if not fitting:
        return None
    wanted = {where for template in fitting for where in paths(template)}
    wanted |= {*batches.limit_paths(SetVariables), network_profiles.PRIORITY}
    return RowNeed(ModelValue, (("station_id", view.station.id), ("path", tuple(sorted(wanted)))))


def boot_errands(view: StationView, pending: Iterable[PendingValue]) -> list[Errand]:
    """Return the calls that set what a station differs in from its templates for boot."""
    need = _values_need(view, view.station)
    if need is None:
        return []
    rows: tuple[ModelValue, ...] = view.found.get(need, ())
    there, fitting = known(rows, pending), _fitting(view, view.station)
    wanted = {(path(item.name), item.name.attribute): item for one in fitting for item in differing(one, there)}
    kept = network_profiles.in_use([item.name for item in wanted.values()], rows)
    values = [(item.name, item.value) for item in wanted.values() if item.name not in kept]
    orders = batches.writes(values, batches.limits(SetVariables, rows, view.version), view.version)
    return [Errand(order, ttl_s=TTL_S) for order in orders]
