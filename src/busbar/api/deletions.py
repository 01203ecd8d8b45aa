"""Whether a certificate may be taken out of a station's store, in whatever form it is asked. Sends nothing."""

from typing import Final

from busbar.api.backend import Backend
from busbar.api.problems import FieldError, Kind, Problem
from busbar.csms.ports import RawCall
from busbar.csms.records.certificates import Inventory, RootDeletion, RootInstallation
from busbar.csms.rows import Station
from busbar.csms.services.admission import TLS_BASIC
from busbar.csms.services.security_changes import order_in
from busbar.csms.services.stores import Store
from busbar.model.certificates import CertificateHash, InstalledCertificate
from busbar.model.trust import DeleteCertificate

_ACTIONS: Final = frozenset({"DeleteCertificate", "DataTransfer"})  # 1.6 has it inside the latter, too


async def known_store(backend: Backend, station_id: int) -> Store:
    """Return all that is known of a station's store."""
    return Store(
        await backend.store.find(Inventory, station_id=station_id),
        await backend.store.find(RootInstallation, station_id=station_id),
        await backend.store.find(RootDeletion, station_id=station_id),
    )


async def check_deletion(backend: Backend, station: Station, named: CertificateHash) -> InstalledCertificate:
    """Return what a station has under a name (M04.FR.07).

    Raises Problem where it has not said that it has it, or where it could connect no more without it: a station that
    connects by TLS, or is told to, keeps its last root of the CSMS.
    """
    store = await known_store(backend, station.id)
    found = store.find(named)
    if found is None:
        raise _unsafe("the station has not said that it has this certificate; ask what is installed first")
    row = await backend.security.row(station.id)
    if store.last_csms_root(named) and max(row.profile, row.pending_profile or 0) >= TLS_BASIC:
        raise _unsafe("the station's last root of the CSMS: it could not connect by TLS any more")
    return found


async def check_raw_deletion(backend: Backend, station: Station, request: RawCall) -> None:
    """Raise Problem for a raw call that takes out what may not go."""
    order = None if station.version is None else order_in(station.version, request, _ACTIONS)
    if isinstance(order, DeleteCertificate):
        await check_deletion(backend, station, order.certificate)


def _unsafe(why: str) -> Problem:
    detail = "`force` of the command `delete-certificate` does it all the same"
    return Problem(Kind.CONFLICT, detail, errors=[FieldError("serial_number", why)])
