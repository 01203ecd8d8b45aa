"""SendLocalList and GetLocalListVersion of 1.6 ↔ orders."""

from typing import Any, Final

from msgspec import UNSET, UnsetType

from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Outcome
from busbar.model.values import IdToken
from busbar.protocol.translate.errors import word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v16.words import id_tag, info, verdict
from busbar.protocol.wire import v16

_KINDS: Final = v16.SendLocalListUpdateType


def write_send(order: SendLocalList) -> Written:
    entries = [
        v16.LocalAuthorizationList(
            id_tag=id_tag(entry.token), id_tag_info=UNSET if entry.verdict is None else info(entry.verdict)
        )
        for entry in order.entries
    ]
    return "SendLocalList", v16.SendLocalListRequest(
        list_version=order.version,
        local_authorization_list=entries or UNSET,
        update_type=_KINDS.FULL if order.full else _KINDS.DIFFERENTIAL,
    )


def read_send(sent: v16.SendLocalListRequest) -> SendLocalList:
    return SendLocalList(
        version=sent.list_version,
        full=sent.update_type is _KINDS.FULL,
        entries=[_read_entry(entry) for entry in sent.local_authorization_list or []],
    )


def _read_entry(sent: v16.LocalAuthorizationList) -> ListEntry:
    said = sent.id_tag_info
    return ListEntry(token=IdToken(sent.id_tag), verdict=None if isinstance(said, UnsetType) else verdict(said))


def read_version(_request: Any, sent: v16.GetLocalListVersionResponse) -> LocalListVersion:
    return LocalListVersion(version=sent.list_version)


def write_sent(outcome: Outcome) -> Any:
    return v16.SendLocalListResponse(status=word(v16.SendLocalListStatus, outcome.status))


def write_version(outcome: LocalListVersion) -> Any:
    return v16.GetLocalListVersionResponse(list_version=outcome.version)


PART: Final = Part(
    calls={
        "SendLocalList": Call(read_send, read_status, write_sent),
        "GetLocalListVersion": Call(lambda _: GetLocalListVersion(), read_version, write_version),
    },
    orders={
        SendLocalList: write_send,
        GetLocalListVersion: lambda _: ("GetLocalListVersion", v16.GetLocalListVersionRequest()),
    },
)
