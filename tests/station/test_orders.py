"""Every call that a CSMS may make, in every version and shape, gets exactly one answer and leaves the station alive."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from busbar.model.facts import BootAnswer
from busbar.model.values import IdToken, RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Origin
from busbar.station.config import StationConfig
from busbar.station.conversation import Conversation
from busbar.station.core import Station
from busbar.station.effects import Refuse, Reply, Send
from busbar.station.events import Answered, CablePluggedIn, Connected, Event, Ordered, PoweredOn, TokenRead
from busbar.station.tally import Tally

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PACKAGES = {Version.V16: "v16", Version.V201: "v201", Version.V21: "v21"}
CALLS = [
    (version, action.name)
    for version, actions in ACTIONS.items()
    for action in actions.values()
    if action.origin is not Origin.STATION and action.response is not None
]


def schema(version: Version, action: str) -> dict[str, Any]:
    folder = files("ocpp").joinpath(PACKAGES[version], "schemas")
    for name in (f"{action}Request.json", f"{action}.json"):
        if folder.joinpath(name).is_file():
            return json.loads(folder.joinpath(name).read_text("utf-8-sig"))  # type: ignore[no-any-return]
    raise LookupError(action)


def instance(part: dict[str, Any], whole: dict[str, Any], chance: random.Random | None) -> Any:
    """Make a valid value: the least without `chance`, with it optional parts and other values too."""
    if "$ref" in part:
        return instance(whole["definitions"][part["$ref"].rsplit("/", 1)[1]], whole, chance)
    if "enum" in part:
        return chance.choice(part["enum"]) if chance else part["enum"][0]
    match part.get("type"):
        case "object":
            wanted = {
                name: inner
                for name, inner in part.get("properties", {}).items()
                if name in part.get("required", ()) or (chance and name != "customData" and chance.random() < 0.6)
            }
            return {name: instance(inner, whole, chance) for name, inner in wanted.items()}
        case "array":
            return [instance(part["items"], whole, chance)] * part.get("minItems", 1)
        case "integer" | "number":
            low = part.get("minimum", 0)
            return chance.randint(int(low), min(int(part.get("maximum", 5)), int(low) + 5)) if chance else low
        case "boolean":
            return bool(chance and chance.random() < 0.5)
    if part.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    if part.get("format") == "uri":
        return "http://localhost/x"
    return chance.choice(("1", "0", "x", "", "é"))[: part.get("maxLength", 9)] if chance else "1"


class Desk:
    """A station's core and its conversation, without a socket."""

    def __init__(self, version: Version) -> None:
        self.now = AT
        self.answers: list[Any] = []
        self.tally = Tally()
        self.talk = Conversation(version, self._sent, self.tally, 30.0)
        self.station = Station(StationConfig(identity="X", version=version, evses=2), new_id=lambda: "tx-1")
        self.sent: Send | None = None
        for event in (PoweredOn(), Connected()):
            self.feed(event)
        self.answer(BootAnswer(status=RegistrationStatus.ACCEPTED, now=AT, interval_s=300))

    def _sent(self, frame: bytes) -> None:
        message = json.loads(frame)
        if message[0] in (3, 4):
            self.answers.append(message)

    def answer(self, answer: Any) -> None:
        assert self.sent is not None
        self.feed(Answered(self.sent.call_id, answer))

    def feed(self, event: Event) -> None:
        self.now += timedelta(milliseconds=1)
        for effect in self.station.on_event(event, self.now):
            if isinstance(effect, Reply | Refuse):
                self.talk.reply(effect)
            elif isinstance(effect, Send):
                self.sent = effect

    def call(self, action: str, payload: Any) -> list[Any]:
        """Let the CSMS call, and return what it got."""
        self.answers.clear()
        for event in self.talk.hear(json.dumps([2, "m1", action, payload]).encode(), 0.0):
            assert isinstance(event, Ordered)
            self.feed(event)
        return list(self.answers)


def payloads(version: Version, action: str) -> Iterator[Any]:
    whole = schema(version, action)
    yield instance(whole, whole, None)
    chance = random.Random(action)
    for _ in range(12):
        yield instance(whole, whole, chance)


@pytest.mark.parametrize(("version", "action"), CALLS)
def test_every_call_gets_exactly_one_answer(version: Version, action: str) -> None:
    for payload in payloads(version, action):
        desk = Desk(version)
        desk.feed(CablePluggedIn(1))
        desk.feed(TokenRead(IdToken("T", "ISO14443"), 1))
        (answer,) = desk.call(action, payload)
        assert answer[1] == "m1"
        if answer[0] == 4:
            assert answer[2] not in ("InternalError", "NotImplemented"), (payload, answer)
