"""Plug & Charge on the side of OCPP (C07, M01, M02, M06; 1.6: the OCA's application note): contracts and standings.

It must not know ISO 15118's own messages, nor how an EVSE is authorised.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model import trust
from busbar.model.certificates import (
    CertificateHash,
    CertificateUse,
    Standing,
    StatusRequest,
    StatusSource,
    StatusTarget,
)
from busbar.model.facts import Answer, TokenPresented
from busbar.model.values import IdToken
from busbar.pki.chains import Verdict, judge, links
from busbar.pki.pem import Malformed, read_chain
from busbar.station.blocks.block import Block
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.signing import Signing
from busbar.station.blocks.trust_store import TrustStore
from busbar.station.effects import GiveContract, Show
from busbar.station.events import ContractAsked, ContractShown

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

EMAID: Final = "eMAID"
TARGETS: Final = 4
MOST_CHAINS: Final = 32
WEEK_S: Final = 7 * 86_400
RETRY_S: Final = 3600
_STANDINGS: Final = "contracts/standings"


class Cached(msgspec.Struct):
    """What an authority said of one of the station's certificates: an OCSP answer (base64), or in 2.1 a standing."""

    until: datetime
    ocsp: str | None = None
    standing: Standing | None = None


class PlugAndCharge(Block):
    """Contracts of EVs, and how the certificates that the station shows them stand."""

    __slots__ = ("_standings",)

    KEPT: ClassVar = "contracts/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._standings = fittings.cabinet.board.load(_STANDINGS, dict[str, Cached], {})

    # contracts

    def shown(self, event: ContractShown) -> None:
        """Check a contract, and have the EV authorised by it (C07)."""
        fittings, evse = self.fittings, self.fittings.cabinet.evses[event.evse]
        fact = self._presented(event) if fittings.cabinet.variables.flag("PnCEnabled") else None
        if fact is None:
            fittings.cabinet.board.do(Show("Not authorized", event.evse))
        elif not fittings.resetting.begun:
            fittings.authorization.present_contract(evse, fact)

    def _presented(self, event: ContractShown) -> TokenPresented | None:
        """Return what the CSMS is asked, None for a contract that is not good."""
        variables, online = self.fittings.cabinet.variables, self.fittings.cabinet.outbox.online
        if not online and not variables.flag("ContractValidationOffline"):  # C07.FR.07
            return None
        try:
            chain = read_chain(event.chain)
        except Malformed:
            return None
        roots = self.fittings.get(TrustStore).certificates(CertificateUse.MO_ROOT, CertificateUse.V2G_ROOT)
        verdict = judge(chain, roots, self.fittings.cabinet.board.now)
        token = IdToken(event.emaid, EMAID)
        if verdict is Verdict.GOOD:  # C07.FR.02, .08
            found = [StatusTarget(one.named(), one.responder_url) for one in links(chain, roots) if one.responder_url]
            if found or not online:
                return TokenPresented(token=token, certificate_targets=tuple(found[:TARGETS]))
        if (
            online and verdict is not Verdict.EXPIRED and variables.flag("CentralContractValidationAllowed")
        ):  # C07.FR.06
            return TokenPresented(token=token, certificate=event.chain)
        return TokenPresented(token=token) if verdict is Verdict.GOOD else None

    def asked(self, event: ContractAsked) -> None:
        """Have the CSMS fetch a contract for an EV (M01, M02)."""
        if self.fittings.cabinet.variables.flag("ContractCertificateInstallationEnabled"):
            self._fetch(event, MOST_CHAINS)
        else:
            self._give(event, "", None)

    def _fetch(self, event: ContractAsked, most: int) -> None:
        fact = trust.VehicleCertificateRequested(
            schema_version=event.schema_version, update=event.update, exi=event.exi, most_chains=event.most_chains
        )

        def answered(answer: Answer) -> None:
            if not isinstance(answer, trust.VehicleCertificateAnswer) or not answer.accepted:
                self._give(event, "", None)
                return
            self._give(event, answer.exi, answer.remaining)
            if event.most_chains is not None and answer.remaining and most > 1:  # M01.FR.06
                self._fetch(event, most - 1)

        self.fittings.cabinet.outbox.say(Call(fact, answered, lambda _: self._give(event, "", None)))

    def _give(self, event: ContractAsked, exi: str, remaining: int | None) -> None:
        self.fittings.cabinet.board.do(GiveContract(event.evse, exi, remaining))

    # standings

    def standing(self, named: CertificateHash) -> Cached | None:
        """Return what is known of a certificate, None where that is nothing, or too old."""
        found = self._standings.get(_key(named))
        return found if found is not None and found.until > self.fittings.cabinet.board.now else None

    def ask_standings(self, _: str = "") -> None:
        """Ask how the certificates stand that are shown to EVs; at least once a week (M06.FR.06, .07, .10)."""
        chain = self.fittings.get(Signing).v2g_certificates()
        found = links(chain, self.fittings.get(TrustStore).certificates(CertificateUse.V2G_ROOT))
        targets = [StatusTarget(one.named(), one.responder_url) for one in found if one.responder_url]
        if not targets:
            return
        board = self.fittings.cabinet.board
        self._standings = {}
        board.keep(_STANDINGS, self._standings)
        board.set_timer("standings", WEEK_S)
        if board.rules.newer_model:
            self._ask_chain(targets[:TARGETS])
        else:
            for target in targets:
                self._ask(target)

    def _ask(self, target: StatusTarget) -> None:
        def answered(answer: Answer) -> None:
            if isinstance(answer, trust.CertificateStatusAnswer) and answer.ocsp is not None:
                until = self.fittings.cabinet.board.now + timedelta(seconds=WEEK_S)
                self._note(target.certificate, Cached(until, ocsp=answer.ocsp))
            else:
                self._again()

        fact = trust.CertificateStatusAsked(target=target)
        self.fittings.cabinet.outbox.say(Call(fact, answered, lambda _: self._again()))

    def _ask_chain(self, targets: list[StatusTarget]) -> None:
        def answered(answer: Answer) -> None:
            for one in answer.standings if isinstance(answer, trust.ChainStatusAnswer) else ():
                if one.standing is Standing.FAILED:
                    self._again()
                else:
                    self._note(one.certificate, Cached(one.next_update, standing=one.standing))

        asked = tuple(StatusRequest(one.certificate, StatusSource.OCSP, (one.responder_url,)) for one in targets)
        fact = trust.ChainStatusAsked(requests=asked)
        self.fittings.cabinet.outbox.say(Call(fact, answered, lambda _: self._again()))

    def _note(self, named: CertificateHash, cached: Cached) -> None:
        self._standings[_key(named)] = cached
        self.fittings.cabinet.board.keep(_STANDINGS, self._standings)

    def _again(self) -> None:
        self.fittings.cabinet.board.set_timer("standings", RETRY_S)

    def power_on(self) -> None:
        """Ask soon after power came back."""
        self._again()

    EVENTS: ClassVar = {ContractShown: shown, ContractAsked: asked}
    TIMERS: ClassVar = {"standings": ask_standings}


def _key(named: CertificateHash) -> str:
    return "/".join(named.key)
