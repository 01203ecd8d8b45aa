"""Messages on displays (block O): what a station holds, by what it accepted, cleared and reported. Sends nothing.

A complete report wipes what it does not name: rows older than its question no longer stand.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.records.displays import DisplayInventory, DisplayMessage
from busbar.csms.rows import Command, Transaction
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.display import AskMessages, ClearMessage, Message, MessagesReported, Priority, ShowMessage
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome


def reported_needs(_fact: MessagesReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what a report lacks: which one was asked for."""
    need = _inventory(view)
    return () if need in view.found else (need,)


def reported(fact: MessagesReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a part of a report; the last part of a complete one ends what it did not name (O03.FR.02, O03.FR.04)."""
    rows = [_row(view, message, "Accepted", at, held=True) for message in fact.messages]
    changes = [RowPut(row) for row in rows]
    for asked in view.found.get(_inventory(view), ()):
        if asked.request_id == fact.request_id and not fact.more:
            changes.append(RowPut(_since(asked, asked.asked_at)))
    return Decision(Acknowledged(), [*changes])


def shown(order: ShowMessage, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Keep what a station took (O01, O02, O06); a refusal is kept where no message of that number stands."""
    if outcome is None:
        return Conclusion()
    row = _row(view, order.message, outcome.status, at, held=outcome.accepted)
    return Conclusion([RowPut(row) if outcome.accepted else RowAdded(row)])


def cleared(order: ClearMessage, _: Command, outcome: Outcome | None, view: StationView, _at: datetime) -> Conclusion:
    """Forget what a station cleared or does not know (O05.FR.01, O05.FR.02)."""
    if outcome is None or outcome.status not in ("Accepted", "Unknown"):
        return Conclusion()
    return Conclusion([RowGone(DisplayMessage, (view.station.id, order.id))])


def asked(order: AskMessages, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Await a complete report, or know that there is nothing (O03.FR.06). A filtered question wipes nothing."""
    if outcome is None or order.ids or order.priority or order.state:
        return Conclusion()
    inventory = DisplayInventory(station_id=view.station.id, request_id=order.request_id, asked_at=at)
    if outcome.status == "Unknown":
        return Conclusion([RowPut(_since(inventory, at))])
    return Conclusion([RowPut(inventory)] if outcome.accepted else [])


def standing(
    rows: Iterable[DisplayMessage],
    inventory: DisplayInventory | None,
    ended: Iterable[Transaction],
    now: datetime,
) -> list[DisplayMessage]:
    """Return the messages that a station holds, and those it refused, as far as is known.

    Gone are those that a complete report did not name, that are over (O01.FR.07), whose transaction is among `ended`
    (O02.FR.02), and that a newer one replaced which is always in front (O01.FR.16).
    """
    since = None if inventory is None else inventory.since
    over = {transaction.transaction_id for transaction in ended}
    found = [
        row
        for row in rows
        if not (since is not None and row.at < since)
        and not (row.message.ends_at is not None and row.message.ends_at <= now)
        and row.message.transaction_id not in over
    ]
    front = [row for row in found if row.held and row.message.priority is Priority.ALWAYS_FRONT]
    replaced = sorted(front, key=_at)[:-1]
    return [row for row in found if row not in replaced]


def _at(row: DisplayMessage) -> datetime:
    return row.at


def _row(view: StationView, message: Message, status: str, at: datetime, *, held: bool) -> DisplayMessage:
    return DisplayMessage(
        station_id=view.station.id,
        message_id=message.id,
        held=held,
        status=status,
        at=at,
        message=message,
    )


def _inventory(view: StationView) -> RowNeed:
    return RowNeed(DisplayInventory, (("station_id", view.station.id),))


def _since(row: DisplayInventory, at: datetime) -> DisplayInventory:
    return DisplayInventory(
        organisation_id=row.organisation_id,
        station_id=row.station_id,
        request_id=row.request_id,
        asked_at=row.asked_at,
        since=at,
    )
