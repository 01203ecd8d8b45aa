"""Ad hoc payments (2.1 C18 to C25): settlements kept and joined to sessions, VAT numbers checked, dynamic QR codes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import PaymentSettled as Told
from busbar.csms.records.payments import ReceiptServer, Settlement
from busbar.csms.services.vat import well_formed
from busbar.csms.services.view import AskNeed, Context, Decision, Need, RowNeed, StationView, Tokens, TransactionNeed
from busbar.model.payment import (
    Address,
    PaymentSettled,
    SettlementAnswer,
    SettlementStatus,
    VatAnswer,
    VatNumberAsked,
)

_SERVERS: Final = RowNeed(ReceiptServer, ())


@dataclass(frozen=True, slots=True)
class VatQuestion:
    """Is this VAT number known to the authority? Asked of a service outside, where one is set."""

    number: str


@dataclass(frozen=True, slots=True)
class VatVerdict:
    """What the service said."""

    known: bool
    company: Address | None = None


def settled_needs(fact: PaymentSettled, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what a settlement lacks: its session, and where receipts are."""
    needs: list[Need] = [] if _SERVERS in view.found else [_SERVERS]
    if fact.transaction_id is not None and fact.transaction_id not in view.transactions:
        needs.append(TransactionNeed(fact.transaction_id))
    return needs


def settled(fact: PaymentSettled, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep a settlement; the same one again is kept once. Tell where its receipt is, if it is ours (C21.FR.03)."""
    row = view.transactions.get(fact.transaction_id) if fact.transaction_id is not None else None
    answer = SettlementAnswer()
    servers: tuple[ReceiptServer, ...] = view.found.get(_SERVERS, ())
    if servers and fact.status is SettlementStatus.SETTLED and fact.receipt_url is None:
        receipt = _receipt_id(view.station.id, fact)
        answer = SettlementAnswer(receipt_id=receipt, receipt_url=servers[0].url.replace("{receipt}", receipt))
    kept = Settlement(
        station_id=view.station.id,
        psp_ref=fact.psp_ref,
        transaction_id=fact.transaction_id,
        transaction=None if row is None else row.id,
        status=fact.status,
        amount=fact.amount,
        at=fact.at,
        received_at=at,
        info=fact.info,
        receipt_id=fact.receipt_id or answer.receipt_id,
        receipt_url=fact.receipt_url or answer.receipt_url,
        vat_number=fact.vat_number,
        vat_company=fact.vat_company,
    )
    told = Told(
        station=view.station.identity,
        at=at,
        psp_ref=fact.psp_ref,
        status=fact.status,
        amount=str(fact.amount),
        transaction=kept.transaction,
    )
    return Decision(answer, [RowAdded(kept)], [told])


def _receipt_id(station_id: int, fact: PaymentSettled) -> str:
    """Return an id that the same payment always has, and that nobody guesses who does not know the payment."""
    text = "\0".join((str(station_id), fact.psp_ref, fact.transaction_id or "", fact.at.isoformat()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def vat_needs(fact: VatNumberAsked, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what an answer lacks: the service's word, for a number that can be one at all."""
    need = AskNeed(VatQuestion(fact.number))
    return () if need in view.found or not well_formed(fact.number) else (need,)


def vat_asked(fact: VatNumberAsked, view: StationView, _context: Context, _at: datetime) -> Decision:
    """Answer whether a VAT number is good (C18.FR.09, C18.FR.10); where no service answers, its form decides."""
    verdict: VatVerdict | None = view.found.get(AskNeed(VatQuestion(fact.number)))
    accepted = well_formed(fact.number) and (verdict is None or verdict.known)
    return Decision(
        VatAnswer(
            number=fact.number,
            evse=fact.evse,
            accepted=accepted,
            company=verdict.company if accepted and verdict is not None else None,
            reason=None if accepted else "InvalidValue",
        )
    )
