"""Routes of messages on displays (OCPP 2.x): show, clear, ask, and what each station holds. Knows no version."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.queries import INT32, NO_NUL, Identity, Time, utc
from busbar.csms.records.displays import DisplayInventory, DisplayMessage
from busbar.csms.rows import Transaction
from busbar.csms.services.displays import standing
from busbar.model import display
from busbar.model.display import DisplayState, Message, Priority, Screen
from busbar.model.tariffs import Text, TextFormat

MessageId = Annotated[int, PathParameter(ge=0, le=INT32)]
Word = Annotated[str, Meta(min_length=1, max_length=50, pattern=NO_NUL)]


class TextInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A text for people; `language` is an RFC 5646 tag such as `en-US` (O01.FR.17)."""

    content: Annotated[str, Meta(min_length=1, max_length=1024, pattern=NO_NUL)]
    format: TextFormat = TextFormat.UTF8
    language: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)", max_length=8)] | None = None

    def text(self) -> Text:
        """Return it as the station is told it."""
        return Text(content=self.content, format=self.format, language=self.language)


class ScreenInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A display other than the main one, by its component of the device model."""

    name: Word
    instance: Word | None = None
    evse: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    connector: Annotated[int, Meta(ge=1, le=INT32)] | None = None


class ShowMessage(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A message to show. Without `id` it gets a new number; with one it replaces the message of that number.

    `extra` is the same text in other languages (2.1); with `transaction_id` it goes away when that transaction ends.
    """

    text: TextInput
    priority: Priority = Priority.NORMAL_CYCLE
    id: Annotated[int, Meta(ge=0, le=INT32)] | None = None
    state: DisplayState | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    transaction_id: Annotated[str, Meta(min_length=1, max_length=36, pattern=NO_NUL)] | None = None
    extra: Annotated[list[TextInput], Meta(max_length=4)] = []
    screen: ScreenInput | None = None


class AskMessages(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which messages to ask for; without any of these, all."""

    ids: Annotated[list[Annotated[int, Meta(ge=0, le=INT32)]], Meta(max_length=1000)] = []
    priority: Priority | None = None
    state: DisplayState | None = None


class HeldMessage(models.View, kw_only=True):
    """A message that a station holds, or refused: then `held` is false and `status` is its word."""

    id: int
    held: bool
    status: str
    at: datetime
    message: Message


@order_route("/stations/{identity:str}/commands/display-message", "Show a message")
async def display_message(
    backend: Here, identity: Identity, data: JSONBody[ShowMessage], options: NamedDependency[Options]
) -> Answered:
    """Show a message on a station's display (O01, O02, O06)."""
    number = data.id
    if number is None:
        number = next(iter(await backend.store.take_ids("display-message", 1)))
    screen = data.screen
    message = Message(
        id=number,
        priority=data.priority,
        text=data.text.text(),
        state=data.state,
        starts_at=utc("starts_at", data.starts_at),
        ends_at=utc("ends_at", data.ends_at),
        transaction_id=data.transaction_id,
        extra=tuple(text.text() for text in data.extra),
        screen=Screen(**{f: getattr(screen, f) for f in screen.__struct_fields__}) if screen else None,
    )
    return await send(backend, identity, display.ShowMessage(message=message), options)


@order_route("/stations/{identity:str}/commands/ask-display-messages", "Ask for messages")
async def ask_display_messages(
    backend: Here, identity: Identity, data: JSONBody[AskMessages], options: NamedDependency[Options]
) -> Answered:
    """Ask a station which messages it holds (O03, O04); its report comes later, and changes what is listed."""
    number = next(iter(await backend.store.take_ids("display-request", 1)))
    order = display.AskMessages(request_id=number, ids=data.ids, priority=data.priority, state=data.state)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/display-messages/{message_id:int}/clear", "Clear a message")
async def clear_display_message(
    backend: Here, identity: Identity, message_id: MessageId, options: NamedDependency[Options]
) -> Answered:
    """Take a message away (O05)."""
    return await send(backend, identity, display.ClearMessage(id=message_id), options)


@get("/stations/{identity:str}/display-messages", summary="List a station's messages")
async def list_display_messages(backend: Here, identity: Identity) -> models.Page[HeldMessage]:
    """List the messages that a station holds or refused, as far as is known: a thousand at most, on one page."""
    station = await backend.directory.station(identity)
    rows = await backend.store.find(DisplayMessage, station_id=station.id)
    inventory = await backend.store.get(DisplayInventory, station.id)
    found = standing(rows, inventory, await _ended(backend, rows), datetime.now(UTC))
    items = [
        HeldMessage(id=row.message_id, held=row.held, status=row.status, at=row.at, message=row.message)
        for row in found
    ]
    return models.Page(items=items)


async def _ended(backend: Backend, rows: list[DisplayMessage]) -> list[Transaction]:
    """Return the transactions of messages that have ended."""
    found = []
    for station_id, wire in {(row.station_id, row.message.transaction_id) for row in rows}:
        transaction = await backend.store.transaction(station_id, wire) if wire is not None else None
        if transaction is not None and transaction.ended_at is not None:
            found.append(transaction)
    return found


routes: list[Any] = [display_message, ask_display_messages, clear_display_message, list_display_messages]
router = Router("/", route_handlers=routes, tags=["Display messages"])
