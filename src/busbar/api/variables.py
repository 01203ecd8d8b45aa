"""The results of reading and writing variables in one form for all versions, out of a stored command."""

from dataclasses import asdict
from typing import Final

from busbar.api.models import Variable
from busbar.csms.rows import Command
from busbar.csms.services.commands import shown
from busbar.model.versions import Version
from busbar.protocol.codec import decode_request, decode_response
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import translator
from busbar.protocol.translate.errors import Untranslatable

ACTIONS: Final = frozenset({"GetConfiguration", "ChangeConfiguration", "GetVariables", "SetVariables"})


def variables_of(command: Command, version: Version | None) -> list[Variable]:
    """Return what a station said of variables; empty where the command is about something else or unanswered."""
    command = shown(command)
    if command.action not in ACTIONS or command.answer is None or version is None:
        return []
    try:
        request = decode_request(version, command.action, command.payload)
        response = decode_response(version, command.action, command.answer)
        outcome = translator(version).to_outcome(command.action, request, response)
    except (ProtocolViolation, Untranslatable, KeyError):
        return []  # the station came back with another version than the command was made for
    return [
        Variable(**asdict(result.name), status=result.status, value=result.value, mutable=result.mutable)
        for result in outcome.variables
    ]
