"""The station's own certificates (A02, A03; 1.6 security whitepaper): make a key, have it signed, check what comes.

The private key stays in the station's store (A02.FR.05). It must not know how a connection is secured.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from busbar.model import trust
from busbar.model.certificates import CertificateHash, CertificateUse, InstalledCertificate, SigningUse
from busbar.model.facts import Answer
from busbar.model.orders import Outcome
from busbar.pki.chains import Verdict, judge
from busbar.pki.hashes import hash_data
from busbar.pki.pem import Malformed, read_chain
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.block import Block
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.security_events import RECONFIGURED, SecurityEvents
from busbar.station.keys import KeyMade, MakeKey

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

RENEW_BEFORE: Final = timedelta(days=30)
RETRY_S: Final = 60
_STATION: Final = SigningUse.STATION.value
_V2G: Final = SigningUse.V2G.value
_COMBINED: Final = "Combined"
_OWN: Final = "own/have"
_SPARE: Final = "own/spare"
_PENDING: Final = "own/pending"


class Own(msgspec.Struct, frozen=True):
    """A certificate with what is above it (PEM, leaf first), and its private key (PEM)."""

    chain: str
    key: str


class Pending(msgspec.Struct):
    """A request that the CSMS has not answered by a certificate yet; `tries`: how often it was sent again."""

    csr: str
    key: str
    request_id: int
    tries: int = 0


class Spare(msgspec.Struct, frozen=True):
    """The station's certificate that is not in use while a new one has still to prove good; `newer`: it is that one."""

    own: Own
    newer: bool = False


class Signing(Block):
    """The keys and certificates of one station, by use; `Combined` while it is asked for serves both."""

    __slots__ = ("_have", "_last_id", "_making", "_pending", "_spare")

    KEPT: ClassVar = "own/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = fittings.cabinet.board
        built = board.config.certificate
        first = {_STATION: Own(*built)} if built is not None else {}
        self._have = board.load(_OWN, dict[str, Own], first)
        self._spare: Spare | None = board.load(_SPARE, Spare | None, None)  # type: ignore[arg-type]
        self._pending = board.load(_PENDING, dict[str, Pending], {})
        self._last_id = max((pending.request_id for pending in self._pending.values()), default=0)
        self._making: set[str] = set()

    def own(self, use: SigningUse = SigningUse.STATION) -> Own | None:
        """Return the certificate for a use."""
        return self._have.get(use.value)

    @classmethod
    def built_in(cls, fittings: "Fittings") -> bool:
        """Whether the station was made with a certificate, whose end is to be watched."""
        return fittings.cabinet.board.config.certificate is not None

    # ask

    def ask(self, use: str) -> str:
        """Make a key, and have it signed; returns what to answer a trigger."""
        if use not in self._making:
            self._making.add(use)
            board = self.fittings.cabinet.board
            work = MakeKey(
                kind=board.config.key_kind,
                common_name=board.config.serial or board.config.identity,
                organisation=self.fittings.cabinet.variables.text("CpoName"),
            )
            board.begin(work, lambda result: self._made(use, result))
        return "Accepted"

    def _made(self, use: str, made: object) -> None:
        self._making.discard(use)
        if isinstance(made, KeyMade):
            self._last_id += 1
            self._pending[use] = Pending(made.csr, made.key, self._last_id)
            self._keep()
            self._send(use)

    def _send(self, use: str) -> None:
        pending = self._pending[use]
        fact = trust.SigningRequested(
            csr=pending.csr,
            use=None if use == _COMBINED else SigningUse(use),
            request_id=pending.request_id,  # A02.FR.24
            root=self._v2g_root(use),  # A02.FR.27
        )
        self.fittings.cabinet.outbox.say(
            Call(fact, lambda answer: self._answered(use, answer), lambda code: self._failed(use, code), solicited=True)
        )

    def _v2g_root(self, use: str) -> CertificateHash | None:
        if use in (_STATION, _COMBINED):
            return None
        roots = self._roots(CertificateUse.V2G_ROOT)
        return hash_data(roots[-1], roots[-1]) if roots else None

    def _answered(self, use: str, answer: Answer) -> None:
        if isinstance(answer, trust.SigningAnswer) and not answer.accepted:
            self._drop(use)
        elif use in self._pending:
            variables = self.fittings.cabinet.variables
            wait_s = variables.number("CertSigningWaitMinimum") << self._pending[use].tries  # A02.FR.17, .18
            self.fittings.cabinet.board.set_timer(f"sign/{use}", wait_s)

    def _failed(self, use: str, code: ErrorCode | None) -> None:
        if code is not None:
            self._drop(use)
        else:
            self.fittings.cabinet.board.set_timer(f"sign/{use}", RETRY_S)

    def due(self, use: str) -> None:
        """Ask again, for the certificate before it runs out, or for what was not answered."""
        if use == "renew":
            self._renew()
        elif (pending := self._pending.get(use)) is not None:
            if pending.tries >= self.fittings.cabinet.variables.number("CertSigningRepeatTimes"):
                self._drop(use)  # A02.FR.19
                return
            if self.fittings.cabinet.outbox.online:
                pending.tries += 1
                self._keep()
            self._send(use)

    def power_on(self) -> None:
        """Go on with what was asked for, and watch when the certificates run out."""
        board = self.fittings.cabinet.board
        for use in self._pending:
            board.set_timer(f"sign/{use}", RETRY_S)
        self._watch()

    def _watch(self) -> None:
        ends = [read_chain(own.chain)[0].not_valid_after_utc for own in self._have.values()]
        if ends:
            board = self.fittings.cabinet.board
            board.set_timer("sign/renew", max(60.0, (min(ends) - RENEW_BEFORE - board.now).total_seconds()))

    def _renew(self) -> None:
        board = self.fittings.cabinet.board
        for use, own in self._have.items():
            if read_chain(own.chain)[0].not_valid_after_utc - RENEW_BEFORE <= board.now and use not in self._pending:
                self.ask(use)  # A03.FR.02
        board.set_timer("sign/renew", 86_400)

    # take

    def deliver(self, order: trust.DeliverCertificate) -> Outcome:
        """Take a signed certificate where it is good (A02.FR.06, .07, .08)."""
        use = self._asked_by(order)
        if use is None:
            return Outcome(status="Rejected", reason="InvalidCSR", detail="nothing was asked for")
        if len(order.chain) > self.fittings.cabinet.variables.number("CertificateSignedMaxChainSize"):  # A02.FR.16
            return Outcome(status="Rejected", reason="OutOfStorage")
        flaw = self._flaw(order.chain, use)
        if flaw is not None:
            self._drop(use)  # A02.FR.20
            self.fittings.get(SecurityEvents).note("InvalidChargingStationCertificate", flaw)
            return Outcome(status="Rejected", reason="InvalidCertificate", detail=flaw)
        self.fittings.get(SecurityEvents).note(RECONFIGURED, f"certificate: {use}")
        own = Own(order.chain, self._pending[use].key)
        self._drop(use)
        for name in (_STATION, _V2G) if use == _COMBINED else (use,):
            if name == _STATION:
                self._switch()
            self._have[name] = own
        self._keep()
        self._watch()
        if use != _STATION:
            from busbar.station.blocks.plug_and_charge import PlugAndCharge

            self.fittings.get(PlugAndCharge).ask_standings()  # M06.FR.07
        return Outcome(status="Accepted")

    def _asked_by(self, order: trust.DeliverCertificate) -> str | None:
        if order.request_id is not None:  # A02.FR.26
            known = (use for use, pending in self._pending.items() if pending.request_id == order.request_id)
            return next(known, None)
        wanted = _STATION if order.use is None else order.use.value
        return next((use for use in (wanted, _COMBINED) if use in self._pending), None)

    def _flaw(self, text: str, use: str) -> str | None:
        try:
            chain = read_chain(text)
            request = x509.load_pem_x509_csr(self._pending[use].csr.encode("ascii"))
        except Malformed:
            return "not a certificate"
        if _public(chain[0]) != _public(request):
            return "of another key"
        if any(_named(chain[0], kind) != _named(request, kind) for kind in _NAMES):
            return "of another name"
        kinds = {_STATION: [CertificateUse.CSMS_ROOT], _COMBINED: [CertificateUse.CSMS_ROOT, CertificateUse.V2G_ROOT]}
        roots = self._roots(*kinds.get(use, [CertificateUse.V2G_ROOT]))
        return _FLAWS[judge(chain, roots, self.fittings.cabinet.board.now)]

    def _roots(self, *uses: CertificateUse) -> list[x509.Certificate]:
        from busbar.station.blocks.trust_store import TrustStore

        return self.fittings.get(TrustStore).certificates(*uses)

    def _switch(self) -> None:
        """Keep what was used so far until the new one proved good, and connect by the new one (A02.FR.08)."""
        if self.fittings.get(Networks).strength > 2:
            from busbar.station.blocks.access import Access

            if (old := self._have.get(_STATION)) is not None:
                self._spare = self._spare or Spare(old)
            self.fittings.get(Access).reconnect()

    def swap(self) -> None:
        """The CSMS was not reached: try the other certificate, where there are two (A02.FR.28)."""
        if (spare := self._spare) is not None:
            self._spare = Spare(self._have[_STATION], not spare.newer)
            self._have[_STATION] = spare.own
            self._keep()

    def settle(self) -> None:
        """The CSMS was reached: the other certificate goes (A02.FR.10, .29)."""
        if (spare := self._spare) is not None:
            self._spare = None
            self._keep()
            if spare.newer:
                self.fittings.get(SecurityEvents).note("DiscardedRenewedClientCertificate")

    # what it has

    def v2g_chains(self) -> list[InstalledCertificate]:
        """Return the names of what it shows to EVs (M03.FR.05)."""
        found = []
        for use, own in self._have.items():
            if use != _STATION:
                leaf, *children = self._names(own)
                found.append(InstalledCertificate(CertificateUse.V2G_CHAIN, leaf, tuple(children)))
        return found

    def names_station(self, name: CertificateHash) -> bool:
        """Whether this is the certificate by which the station connects."""
        own = self._have.get(_STATION)
        return own is not None and self._names(own)[0].matches(name)

    def delete_v2g(self, name: CertificateHash) -> bool:
        """Forget a certificate shown to EVs; whether there was one."""
        found = [use for use, own in self._have.items() if use != _STATION and self._names(own)[0].matches(name)]
        for use in found:
            del self._have[use]
        if found:
            self._keep()
        return bool(found)

    def v2g_certificates(self) -> list[x509.Certificate]:
        """Return what it shows to EVs, with the authorities below the root."""
        return [one for use, own in self._have.items() if use != _STATION for one in read_chain(own.chain)]

    def _names(self, own: Own) -> list[CertificateHash]:
        chain = read_chain(own.chain)
        roots = self._roots(CertificateUse.CSMS_ROOT, CertificateUse.V2G_ROOT)
        issuers = {one.subject: one for one in (*roots, *chain)}
        return [hash_data(one, issuers.get(one.issuer, one)) for one in chain]

    def _drop(self, use: str) -> None:
        self._pending.pop(use, None)
        self._keep()

    def _keep(self) -> None:
        board = self.fittings.cabinet.board
        board.keep(_OWN, self._have)
        board.keep(_SPARE, self._spare)
        board.keep(_PENDING, self._pending)

    ORDERS: ClassVar = {trust.DeliverCertificate: deliver}
    TIMERS: ClassVar = {"sign": due}
    TRIGGERS: ClassVar = {
        "SignChargingStationCertificate": lambda self, _: self.ask(_STATION),
        "SignChargePointCertificate": lambda self, _: self.ask(_STATION),
        "SignV2GCertificate": lambda self, _: self.ask(_V2G),
        "SignV2G20Certificate": lambda self, _: self.ask(SigningUse.V2G20.value),
        "SignCombinedCertificate": lambda self, _: self.ask(_COMBINED),
    }


_NAMES: Final = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
_FLAWS: Final = {Verdict.GOOD: None, Verdict.EXPIRED: "out of its time", Verdict.BROKEN: "of an unknown authority"}


def _public(one: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _named(one: x509.Certificate | x509.CertificateSigningRequest, kind: x509.ObjectIdentifier) -> list[str | bytes]:
    return [attribute.value for attribute in one.subject.get_attributes_for_oid(kind)]
