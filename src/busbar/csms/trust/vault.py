"""The built-in authority: a root, an authority below it, what they issued and took back, kept in one folder.

It is for those who have no authority of their own, and for tests. Keys are never logged and leave no folder.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.trust.files import locked, make_folder, write_whole
from busbar.model.certificates import CertificateHash
from busbar.pki import authority, ocsp, pem, requests, revocation
from busbar.pki.authority import Issuer, KeyKind, PrivateKey, PublicKey, Services, Validity
from busbar.pki.revocation import Reason, Revoked

ROOT_DAYS: Final = 20 * 365
AUTHORITY_DAYS: Final = 10 * 365
INDEX: Final = "index.json"


class VaultError(Exception):
    """The folder cannot be used so; the message says why."""


class Entry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A certificate that was issued; `serial` is hexadecimal, `request` the hash of the request it answers."""

    serial: str
    fingerprint: str
    subject: str
    kind: str
    not_before: datetime
    not_after: datetime
    request: str | None = None
    revoked_at: datetime | None = None
    reason: Reason | None = None


class Index(msgspec.Struct, kw_only=True):
    """All that was issued, and the number of the last revocation list."""

    list_number: int = 0
    entries: list[Entry] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a new hierarchy is called, and its keys."""

    name: str
    owner: str
    kind: KeyKind = KeyKind.EC_P256
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Vault:
    """One hierarchy in a folder. Every method may block: it waits for the disk, and for who else is at it.

    Files: `root.pem` is what stations and servers trust, `authority.pem` what is sent below a leaf, `crl.pem` the
    revocation list, `issued/<serial>.pem` every certificate.
    """

    folder: Path
    services: Services | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a hierarchy."""
        return (self.folder / "authority.pem").is_file()

    def create(self, plan: Plan, at: datetime) -> None:
        """Make a root and an authority below it. Raises VaultError where there is one."""
        make_folder(self.folder)
        with locked(self.folder / ".lock"):
            if self.exists:
                raise VaultError(f"{self.folder} has a hierarchy already")
            make_folder(self.folder / "issued")
            root_key, key = authority.make_key(plan.kind), authority.make_key(plan.kind)
            long, short = Validity(at=at, days=ROOT_DAYS), Validity(at=at, days=AUTHORITY_DAYS)
            subject = authority.name(f"{plan.name} Root", plan.owner, domain=plan.domain)
            root = Issuer(authority.make_root(subject, root_key, _serial(), long), root_key)
            subject = authority.name(f"{plan.name} Authority", plan.owner, domain=plan.domain)
            made = authority.make_authority(subject, key.public_key(), root, _serial(), short)
            self._write_key("root.key", root_key)
            self._write_key("authority.key", key)
            self._write("root.pem", pem.write_chain([root.certificate]))
            self._write_index(Index())
            self._write_list(Issuer(made, key), Index(), at)
            self._write("authority.pem", pem.write_chain([made]))  # the last: now it exists

    def root(self) -> x509.Certificate:
        """Return the root. Raises VaultError."""
        return pem.read_certificate(self._read("root.pem"))

    def sign(self, csr: str, days: int, at: datetime) -> str:
        """Sign a station's request that was checked: PEM, leaf first, without the root; once for the same request."""
        request = requests.read_request(csr)
        identity = requests.identity(request)
        key = request.public_key()

        def issue(issuer: Issuer, serial: int) -> x509.Certificate:
            validity = Validity(at=at, days=days)
            return authority.issue_end(request.subject, _usable(key), issuer, serial, validity, self.services)

        return self._issue("station", issue, identity)

    def issue_station(self, serial_number: str, owner: str, days: int, at: datetime) -> tuple[str, PrivateKey]:
        """Make a key and a certificate for a station that cannot make its own."""
        key = authority.make_key()
        subject = authority.name(serial_number, owner)

        def issue(issuer: Issuer, serial: int) -> x509.Certificate:
            validity = Validity(at=at, days=days)
            return authority.issue_end(subject, key.public_key(), issuer, serial, validity, self.services)

        return self._issue("station", issue), key

    def issue_server(
        self, fqdn: str, other_names: list[str], owner: str, days: int, at: datetime
    ) -> tuple[str, PrivateKey]:
        """Make a key and a certificate for a CSMS."""
        key = authority.make_key()

        def issue(issuer: Issuer, serial: int) -> x509.Certificate:
            validity = Validity(at=at, days=days)
            return authority.issue_server(fqdn, other_names, owner, key.public_key(), issuer, serial, validity)

        return self._issue("server", issue), key

    def _issue(self, kind: str, issue: Callable[[Issuer, int], x509.Certificate], request: str | None = None) -> str:
        with locked(self.folder / ".lock"):
            index, issuer = self.index(), self._issuer()
            known = next((one for one in index.entries if request is not None and one.request == request), None)
            if known is not None and known.revoked_at is None:
                return self._read(f"issued/{known.serial}.pem")
            made = issue(issuer, _serial())
            chain = pem.write_chain([made, issuer.certificate])
            entry = _entry(made, kind, request)
            self._write(f"issued/{entry.serial}.pem", chain)
            index.entries.append(entry)
            self._write_index(index)
            return chain

    def revoke(self, serial: str, reason: Reason, at: datetime) -> bool:
        """Take a certificate back and publish the list; False where it was not issued here."""
        with locked(self.folder / ".lock"):
            index = self.index()
            entry = next((one for one in index.entries if one.serial == serial.lower().lstrip("0")), None)
            if entry is None:
                return False
            if entry.revoked_at is None:
                entry.revoked_at, entry.reason = at, reason
            self._write_list(self._issuer(), index, at)
            return True

    def publish(self, at: datetime) -> None:
        """Write the revocation list anew."""
        with locked(self.folder / ".lock"):
            self._write_list(self._issuer(), self.index(), at)

    def list_due(self, at: datetime) -> bool:
        """Tell whether half of the revocation list's life is over."""
        found = revocation.read_list(self._read("crl.pem").encode())
        return at >= found.last_update_utc + revocation.LIFE / 2

    def index(self) -> Index:
        """Return what was issued. Raises VaultError."""
        try:
            return msgspec.json.decode(self._read(INDEX), type=Index)
        except msgspec.MsgspecError:
            raise VaultError(f"{self.folder / INDEX} is damaged") from None

    def answer(self, named: CertificateHash, at: datetime) -> bytes:
        """Answer an OCSP question about what was issued here (DER)."""
        entry = next((one for one in self.index().entries if int(one.serial, 16) == named.serial), None)
        revoked = None
        if entry is not None and entry.revoked_at is not None:
            revoked = Revoked(int(entry.serial, 16), entry.revoked_at, entry.reason or Reason.UNSPECIFIED)
        return ocsp.make_answer(named, self._issuer(), entry is not None, revoked, at)

    def _issuer(self) -> Issuer:
        key = serialization.load_pem_private_key(self._read("authority.key").encode(), password=None)
        if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
            raise VaultError("the authority's key is of another kind")
        return Issuer(pem.read_certificate(self._read("authority.pem")), key)

    def _write_list(self, issuer: Issuer, index: Index, at: datetime) -> None:
        index.list_number += 1
        revoked = [
            Revoked(int(one.serial, 16), one.revoked_at, one.reason or Reason.UNSPECIFIED)
            for one in index.entries
            if one.revoked_at is not None
        ]
        made = revocation.make_list(issuer, revoked, index.list_number, at)
        self._write_index(index)
        write_whole(self.folder / "crl.pem", made.public_bytes(Encoding.PEM))

    def _write_index(self, index: Index) -> None:
        write_whole(self.folder / INDEX, msgspec.json.encode(index))

    def _write_key(self, name: str, key: PrivateKey) -> None:
        write_whole(self.folder / name, key_bytes(key))

    def _write(self, name: str, text: str) -> None:
        write_whole(self.folder / name, text.encode())

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text()
        except OSError as error:
            raise VaultError(f"{self.folder / name} cannot be read: {error.strerror}") from None


def key_bytes(key: PrivateKey) -> bytes:
    """Return a key as PKCS #8 PEM without a password."""
    return key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _serial() -> int:
    """Return a serial number that nobody can guess: 127 bits, not zero (RFC 5280 §4.1.2.2)."""
    return secrets.randbits(126) + (1 << 126)


def _entry(made: x509.Certificate, kind: str, request: str | None) -> Entry:
    return Entry(
        serial=f"{made.serial_number:x}",
        fingerprint=pem.fingerprint(made),
        subject=made.subject.rfc4514_string(),
        kind=kind,
        not_before=made.not_valid_before_utc,
        not_after=made.not_valid_after_utc,
        request=request,
    )


def _usable(key: object) -> PublicKey:
    if isinstance(key, PublicKey):
        return key
    raise VaultError("a key of a kind that is not signed")
