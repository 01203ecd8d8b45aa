"""The stores of roots inside stations: what they said is there, what was put there, how the two differ, what may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from busbar.csms.changes import RowPut
from busbar.csms.records.certificates import Inventory, RootDeletion, RootInstallation
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.certificates import CertificateHash, CertificateUse, HashAlgorithm, InstalledCertificate
from busbar.model.orders import Outcome
from busbar.model.trust import DeleteCertificate, InstallCertificate, InstalledCertificates, ListCertificates
from busbar.pki import pem
from busbar.pki.hashes import hash_data
from busbar.pki.pem import Malformed

_LISTED: Final = ("Accepted", "NotFound")


def installed(
    order: InstallCertificate, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Note what a station answered to a root (M05.FR.02, M05.FR.03)."""
    if outcome is None:
        return Conclusion()
    try:
        certificate = pem.read_certificate(order.certificate)
    except Malformed:
        return Conclusion()
    row = RootInstallation(
        station_id=view.station.id,
        use=order.use,
        fingerprint=pem.fingerprint(certificate),
        pem=order.certificate,
        status=outcome.status,
        at=at,
    )
    return Conclusion(changes=[RowPut(row)])


def listed(
    order: ListCertificates, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Remember what a station said is installed, of every use that it was asked for (M03.FR.04)."""
    if not isinstance(outcome, InstalledCertificates) or outcome.status not in _LISTED:
        return Conclusion()
    rows = [
        Inventory(
            station_id=view.station.id,
            use=use,
            installed=[one for one in outcome.installed if one.use is use],
            reported_at=at,
        )
        for use in order.uses or tuple(CertificateUse)
    ]
    return Conclusion(changes=[RowPut(row) for row in rows])


def deleted(
    order: DeleteCertificate, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Note that a station took a certificate out of its store, or had none (M04.FR.02, M04.FR.04)."""
    if outcome is None or outcome.status not in _LISTED:
        return Conclusion()
    algorithm, name_hash, key_hash, serial = order.certificate.key
    row = RootDeletion(
        station_id=view.station.id,
        algorithm=HashAlgorithm(algorithm),
        issuer_name_hash=name_hash,
        issuer_key_hash=key_hash,
        serial_number=serial,
        at=at,
    )
    return Conclusion(changes=[RowPut(row)])


@dataclass(frozen=True, slots=True)
class Store:
    """All that is known of one station's store."""

    inventories: Sequence[Inventory]
    installations: Sequence[RootInstallation]
    deletions: Sequence[RootDeletion]

    def find(self, named: CertificateHash) -> InstalledCertificate | None:
        """Return what the station has reported, and not deleted since, under a name."""
        return next((one for one in self.present() if one.certificate.matches(named)), None)

    def present(self) -> list[InstalledCertificate]:
        """Return what the station has reported and not deleted since."""
        return [
            one
            for inventory in self.inventories
            for one in inventory.installed
            if not self._gone(one.certificate, inventory.reported_at)
        ]

    def _gone(self, named: CertificateHash, since: datetime) -> bool:
        return any(gone.at > since and named_of(gone).matches(named) for gone in self.deletions)

    def last_csms_root(self, named: CertificateHash) -> bool:
        """Tell whether a station would have no root left to know the CSMS by; where it is not known, it might."""
        one = self.find(named)
        if one is None or one.use is not CertificateUse.CSMS_ROOT:
            return False
        return sum(other.use is CertificateUse.CSMS_ROOT for other in self.present()) <= 1

    def drift(self) -> list["Drift"]:
        """Return how what was reported differs from what was put there, for the uses that were reported."""
        found = []
        for inventory in self.inventories:
            ours = [row for row in self.installations if row.use is inventory.use and row.status == "Accepted"]
            known = {row.fingerprint: _names(row.pem) for row in ours}
            reported = [one.certificate for one in inventory.installed]
            for row in ours:
                names = known[row.fingerprint]
                there = any(name.matches(one) for name in names for one in reported)
                gone = any(self._gone(name, row.at) for name in names)
                if row.at <= inventory.reported_at and not there and not gone:
                    found.append(Drift(inventory.use, "missing", row.fingerprint, None))
            foreign = [one for one in reported if not any(n.matches(one) for names in known.values() for n in names)]
            found += [Drift(inventory.use, "foreign", None, one) for one in foreign]
        return found


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference: `missing` was put there and is not reported, `foreign` is reported and was not put there by us."""

    use: CertificateUse
    kind: str
    fingerprint: str | None
    certificate: CertificateHash | None


def named_of(row: RootDeletion) -> CertificateHash:
    """Return the name of what was deleted."""
    return CertificateHash(row.algorithm, row.issuer_name_hash, row.issuer_key_hash, row.serial_number)


def _names(text: str) -> list[CertificateHash]:
    """Return the names that a station may give a root, which is its own issuer."""
    root = pem.read_certificate(text)
    return [hash_data(root, root, algorithm) for algorithm in HashAlgorithm]
