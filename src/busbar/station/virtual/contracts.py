"""The contract of a virtual EV for Plug & Charge: what it shows, asks for and is given, in the place of ISO 15118.

It speaks no EXI: what it is given is a chain of certificates in PEM, as base64. It must not know OCPP.
"""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, replace
from typing import Final

from busbar.pki.pem import Malformed, read_chain
from busbar.pki.requests import Unfit, common_name
from busbar.station.effects import GiveContract
from busbar.station.events import ContractAsked, ContractShown, Event

SCHEMA: Final = "urn:iso:15118:2:2013:MsgDef"
_MOST: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What an EV has of a contract.

    Attributes:
        chain: the certificates (PEM), leaf first; the leaf's common name is the EMAID. Empty for an EV without any.
        request: by what it asks for one (base64); empty where it does not ask.
        update: it asks for another one although it has one.
    """

    chain: str = ""
    request: str = ""
    update: bool = False

    def __post_init__(self) -> None:
        if self.chain:
            _emaid(self.chain)

    def begin(self, evse: int) -> list[Event]:
        """Show the contract, or ask for one, as soon as the EV is connected."""
        if self.request and (self.update or not self.chain):
            return [ContractAsked(evse, SCHEMA, self.request, update=self.update)]
        return self._show(evse)

    def given(self, effect: GiveContract) -> tuple["Contract", list[Event]]:
        """Return what the EV has after an answer, and what it does then: it shows what it was given, or has."""
        try:
            chain = b64decode(effect.exi[:_MOST], validate=True).decode("ascii")
            found = replace(self, chain=chain, request="", update=False) if chain else self
        except (Error, ValueError):
            found = self
        return found, found._show(effect.evse)

    def _show(self, evse: int) -> list[Event]:
        return [ContractShown(evse, _emaid(self.chain), self.chain)] if self.chain else []


def _emaid(chain: str) -> str:
    """Raises Malformed."""
    try:
        return common_name(read_chain(chain)[0].subject)
    except Unfit:
        raise Malformed("a contract without a name") from None
