"""SendLocalList and GetLocalListVersion of 2.x ↔ orders; `wire` is the version's module of types."""

from typing import Any

from msgspec import UNSET

from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import required, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v2 import verdicts
from busbar.protocol.translate.v2.words import read_token, token


def part(wire: Any) -> Part:
    """Return what 2.x says of the local list."""

    def write_entry(entry: ListEntry) -> Any:
        info = UNSET if entry.verdict is None else verdicts.info(wire, entry.verdict)
        return wire.AuthorizationData(id_token=token(wire, entry.token), id_token_info=info)

    def write_send(order: SendLocalList) -> Written:
        return "SendLocalList", wire.SendLocalListRequest(
            version_number=order.version,
            update_type=wire.UpdateEnumType.FULL if order.full else wire.UpdateEnumType.DIFFERENTIAL,
            local_authorization_list=[write_entry(entry) for entry in order.entries] or UNSET,
        )

    def read_send(sent: Any) -> SendLocalList:
        return SendLocalList(
            version=sent.version_number,
            full=sent.update_type is wire.UpdateEnumType.FULL,
            entries=[_read_entry(entry) for entry in sent.local_authorization_list or []],
        )

    def write_sent(outcome: Outcome) -> Any:
        return wire.SendLocalListResponse(status=word(wire.SendLocalListStatusEnumType, outcome.status))

    def write_version(outcome: LocalListVersion) -> Any:
        return wire.GetLocalListVersionResponse(version_number=outcome.version)

    return Part(
        calls={
            "SendLocalList": Call(read_send, read_status, write_sent),
            "GetLocalListVersion": Call(lambda _: GetLocalListVersion(), _read_version, write_version),
        },
        orders={
            SendLocalList: write_send,
            GetLocalListVersion: lambda _: ("GetLocalListVersion", wire.GetLocalListVersionRequest()),
        },
    )


def _read_entry(sent: Any) -> ListEntry:
    said = sent.id_token_info
    return ListEntry(
        token=required(read_token(sent.id_token), "idToken"),
        verdict=None if said is UNSET else verdicts.verdict(said),
    )


def _read_version(_request: Any, sent: Any) -> LocalListVersion:
    return LocalListVersion(version=sent.version_number)
