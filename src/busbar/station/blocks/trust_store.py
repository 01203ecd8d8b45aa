"""The certificates of others that the station trusts (M03, M04, M05; 1.6 security whitepaper): install, list, delete.

It must not know how a connection is secured; the station's own certificates are `signing`'s.
"""

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec
from cryptography import x509

from busbar.model import trust
from busbar.model.certificates import CertificateHash, CertificateUse, InstalledCertificate
from busbar.model.orders import Outcome
from busbar.pki.chains import in_order, is_authority, is_valid
from busbar.pki.hashes import hash_data
from busbar.pki.pem import Malformed, fingerprint, read_certificate
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.signing import Signing

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_ROOTS: Final = "trust/roots"
_ACCEPTED: Final = "Accepted"
_REJECTED: Final = "Rejected"


class Root(msgspec.Struct, frozen=True):
    """A certificate in the store. `fallback`: replaced already, but kept until its successor proved good (M05.FR.12).

    The name is noted, since it is made with the issuer's key, which the store need not have later.
    """

    use: CertificateUse
    pem: str
    name: CertificateHash
    fallback: bool = False

    @property
    def certificate(self) -> x509.Certificate:
        """Return the certificate."""
        return read_certificate(self.pem)


class TrustStore(Block):
    """The store of one station."""

    __slots__ = ("_roots",)

    KEPT: ClassVar = "trust/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = fittings.cabinet.board
        kept: list[Root] | None = board.load(_ROOTS, list[Root] | None, None)  # type: ignore[arg-type]
        if kept is None:
            kept = []
            for use, pem in board.config.roots:
                certificate = read_certificate(pem)
                kept.append(Root(use, pem, hash_data(certificate, _issuer(certificate, kept))))
        self._roots = kept

    def pems(self, use: CertificateUse) -> tuple[str, ...]:
        """Return what is installed for a use, fallbacks included."""
        return tuple(root.pem for root in self._roots if root.use is use)

    def certificates(self, *uses: CertificateUse) -> list[x509.Certificate]:
        """Return what is installed for these uses."""
        return [root.certificate for root in self._roots if root.use in uses]

    def install(self, order: trust.InstallCertificate) -> Outcome:
        """Install a certificate, in the place of the same one where it is there already (M05)."""
        try:
            certificate = read_certificate(order.certificate)
            found = Root(order.use, order.certificate, hash_data(certificate, _issuer(certificate, self._roots)))
        except Malformed:
            return _refused("InvalidCertificate")  # M05.FR.07
        now = self.fittings.cabinet.board.now
        if not is_valid(certificate, now) or not is_authority(certificate):
            return _refused("InvalidCertificate")
        kept = [root for root in self._roots if not _same(root, found)]
        if order.use is CertificateUse.CSMS_ROOT and self._replaces:
            old = [root for root in kept if root.use is order.use and not root.fallback]
            if old and not any(_signed(certificate, root) for root in old):
                return _refused("InvalidCertificate", "not signed by the root that it replaces")  # M05.FR.11
            # M05.FR.09, .12: what was a fallback before goes
            kept = [root for root in kept if root.use is not order.use]
            kept += [msgspec.structs.replace(root, fallback=True) for root in old]
        if len(kept) >= self._limit:
            return _refused("OutOfStorage")  # M05.FR.06
        self._keep([*kept, found])
        return Outcome(status=_ACCEPTED)

    def report(self, order: trust.ListCertificates) -> Outcome:
        """Say what is installed for these uses, for all where none is named (M03)."""
        found = [InstalledCertificate(root.use, root.name) for root in self._roots]
        found += self.fittings.get(Signing).v2g_chains()
        asked = [one for one in found if not order.uses or one.use in order.uses]
        status = _ACCEPTED if asked else "NotFound"  # M03.FR.02
        return trust.InstalledCertificates(status=status, installed=asked)

    def delete(self, order: trust.DeleteCertificate) -> Outcome:
        """Take a certificate out of the store (M04)."""
        signing = self.fittings.get(Signing)
        if signing.names_station(order.certificate):
            return Outcome(status="Failed")  # M04.FR.06
        found = [root for root in self._roots if root.name.matches(order.certificate)]
        if not found:
            gone = signing.delete_v2g(order.certificate)
            return Outcome(status=_ACCEPTED if gone else "NotFound")  # M04.FR.04
        left = [root for root in self._roots if root not in found]
        lasts = any(root.use is CertificateUse.CSMS_ROOT for root in found)
        if lasts and self._secured and not any(root.use is CertificateUse.CSMS_ROOT for root in left):
            return Outcome(status="Failed")  # M04.FR.03: without it the CSMS could not be reached any more
        self._keep(left)
        return Outcome(status=_ACCEPTED)

    def drop_fallback(self) -> None:
        """Let the replaced root go, since its successor proved good (M05.FR.13)."""
        if any(root.fallback for root in self._roots):
            self._keep([root for root in self._roots if not root.fallback])

    def fallbacks(self) -> frozenset[str]:
        """Return the roots that are kept as fallbacks."""
        return frozenset(root.pem for root in self._roots if root.fallback)

    @property
    def _replaces(self) -> bool:
        return self.fittings.cabinet.variables.flag("AdditionalRootCertificateCheck")

    @property
    def _secured(self) -> bool:
        return self.fittings.get(Networks).strength > 1

    @property
    def _limit(self) -> int:
        return self.fittings.cabinet.variables.number("CertificateStoreMaxLength")

    def _keep(self, roots: list[Root]) -> None:
        self._roots = roots
        self.fittings.cabinet.board.keep(_ROOTS, roots)

    def entries(self, _: Where) -> str:
        """Return how many certificates there are."""
        return str(len(self._roots))

    ORDERS: ClassVar = {
        trust.InstallCertificate: install,
        trust.ListCertificates: report,
        trust.DeleteCertificate: delete,
    }
    VALUES: ClassVar = {"CertificateEntries": entries}


def _refused(reason: str, detail: str | None = None) -> Outcome:
    return Outcome(status=_REJECTED, reason=reason, detail=detail)


def _same(one: Root, other: Root) -> bool:
    return one.use is other.use and fingerprint(one.certificate) == fingerprint(other.certificate)


def _issuer(certificate: x509.Certificate, roots: list[Root]) -> x509.Certificate:
    return next((root.certificate for root in roots if _signed(certificate, root)), certificate)


def _signed(certificate: x509.Certificate, root: Root) -> bool:
    return in_order([certificate, root.certificate])
