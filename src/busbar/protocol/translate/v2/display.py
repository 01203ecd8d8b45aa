"""2.x's messages on a display (block O); `wire` is the version's module of types."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model import display
from busbar.model.display import DisplayState, Message, Priority, Screen
from busbar.model.facts import Acknowledged
from busbar.model.values import Place
from busbar.protocol.translate.errors import unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.tariffs import read_text, write_text
from busbar.protocol.translate.v2.words import evse, read_place, status_writer


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share; a field that a version lacks is refused when it is used."""
    own = _Display(wire)
    return Part(
        reports={
            "NotifyDisplayMessages": Report(
                own.read_reported, lambda _: wire.NotifyDisplayMessagesResponse(), lambda _: Acknowledged()
            )
        },
        facts={display.MessagesReported: own.write_reported},
        calls={
            "SetDisplayMessage": Call(
                own.read_show,
                read_status,
                status_writer(wire, wire.SetDisplayMessageResponse, wire.DisplayMessageStatusEnumType),
            ),
            "GetDisplayMessages": Call(
                own.read_ask,
                read_status,
                status_writer(wire, wire.GetDisplayMessagesResponse, wire.GetDisplayMessagesStatusEnumType),
            ),
            "ClearDisplayMessage": Call(
                lambda sent: display.ClearMessage(id=sent.id),
                read_status,
                status_writer(wire, wire.ClearDisplayMessageResponse, wire.ClearMessageStatusEnumType),
            ),
        },
        orders={
            display.ShowMessage: own.write_show,
            display.AskMessages: own.write_ask,
            display.ClearMessage: lambda order: (
                "ClearDisplayMessage",
                wire.ClearDisplayMessageRequest(id=order.id),
            ),
        },
    )


class _Display:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_show(self, sent: Any) -> display.ShowMessage:
        return display.ShowMessage(message=_read_message(sent.message))

    def write_show(self, order: display.ShowMessage) -> Written:
        return "SetDisplayMessage", self._wire.SetDisplayMessageRequest(message=self._write_message(order.message))

    def read_ask(self, sent: Any) -> display.AskMessages:
        return display.AskMessages(
            request_id=sent.request_id,
            ids=list(sent.id or ()),
            priority=Priority(sent.priority.value) if sent.priority else None,
            state=DisplayState(sent.state.value) if sent.state else None,
        )

    def write_ask(self, order: display.AskMessages) -> Written:
        wire = self._wire
        return "GetDisplayMessages", wire.GetDisplayMessagesRequest(
            request_id=order.request_id,
            id=order.ids or UNSET,
            priority=word(wire.MessagePriorityEnumType, order.priority.value) if order.priority else UNSET,
            state=word(wire.MessageStateEnumType, order.state.value) if order.state else UNSET,
        )

    def read_reported(self, sent: Any) -> display.MessagesReported:
        messages = [_read_message(item) for item in sent.message_info or ()]
        return display.MessagesReported(request_id=sent.request_id, messages=messages, more=sent.tbc is True)

    def write_reported(self, fact: display.MessagesReported) -> Written:
        return "NotifyDisplayMessages", self._wire.NotifyDisplayMessagesRequest(
            request_id=fact.request_id,
            message_info=[self._write_message(item) for item in fact.messages] or UNSET,
            tbc=fact.more or UNSET,
        )

    def _write_message(self, message: Message) -> Any:
        wire, more = self._wire, {}
        if message.extra:
            if "message_extra" not in wire.MessageInfoType.__struct_fields__:
                raise unsupported("this version shows a message in one language")
            more["message_extra"] = [write_text(wire, text) for text in message.extra]
        return wire.MessageInfoType(
            id=message.id,
            priority=word(wire.MessagePriorityEnumType, message.priority.value),
            message=write_text(wire, message.text),
            state=word(wire.MessageStateEnumType, message.state.value) if message.state else UNSET,
            start_date_time=seconds(message.starts_at) if message.starts_at else UNSET,
            end_date_time=seconds(message.ends_at) if message.ends_at else UNSET,
            transaction_id=message.transaction_id or UNSET,
            display=self._write_screen(message.screen) if message.screen else UNSET,
            **more,
        )

    def _write_screen(self, screen: Screen) -> Any:
        where = evse(self._wire, Place(screen.evse, screen.connector))
        return self._wire.ComponentType(name=screen.name, instance=screen.instance or UNSET, evse=where)


def _read_message(sent: Any) -> Message:
    return Message(
        id=sent.id,
        priority=Priority(sent.priority.value),
        text=read_text(sent.message),
        state=DisplayState(sent.state.value) if sent.state else None,
        starts_at=sent.start_date_time.astimezone(UTC) if sent.start_date_time else None,
        ends_at=sent.end_date_time.astimezone(UTC) if sent.end_date_time else None,
        transaction_id=sent.transaction_id or None,
        extra=tuple(read_text(text) for text in getattr(sent, "message_extra", UNSET) or ()),
        screen=_read_screen(sent.display) if sent.display else None,
    )


def _read_screen(sent: Any) -> Screen:
    where = read_place(sent.evse)
    return Screen(name=sent.name, instance=sent.instance or None, evse=where.evse, connector=where.connector)
