"""One translator for all versions: tables from actions and neutral types to the functions that read and write them.

What it writes is shaped, not yet checked against the schema: `codec` and `Peer` do that. Knows no rule of charging.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from busbar.model.facts import Acknowledged, Answer, Fact, Noted
from busbar.model.orders import Order, Outcome
from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.translate.errors import unsupported
from busbar.protocol.wire.shapes import Payload

Written = tuple[str, Payload]


@dataclass(frozen=True, slots=True)
class Report:
    """A station-initiated action: its request as a fact, its response from and to an answer.

    `read_answer` is the station's side, None where Busbar's station does not send the action yet; `read_answer_to`
    takes its place where an answer cannot be read without the fact that was told.
    """

    read: Callable[[Any], Fact]
    write_answer: Callable[[Any], Payload]
    read_answer: Callable[[Any], Answer] | None = None
    read_answer_to: Callable[[Fact, Any], Answer] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A CSMS-initiated action: its request as an order, its response to (with our request) and from an outcome.

    `write_outcome` is the station's side, None where Busbar's station does not take the order yet; `write_outcome_to`
    takes its place where the request decides how its outcome is said.
    """

    read: Callable[[Any], Order]
    read_outcome: Callable[[Any, Any], Outcome]
    write_outcome: Callable[[Any], Payload] | None = None
    write_outcome_to: Callable[[Any, Any], Payload] | None = None


@dataclass(frozen=True, slots=True)
class Translator:
    """All that one version can say.

    Attributes:
        reports, calls: by action.
        facts, orders: by neutral type; they give the action and the payload.
    """

    reports: Mapping[str, Report]
    facts: Mapping[type, Callable[[Any], Written]]
    calls: Mapping[str, Call]
    orders: Mapping[type, Callable[[Any], Written]]

    def to_fact(self, action: str, payload: Payload) -> Fact:
        """Read what a station reported. Raises Untranslatable."""
        return self._report(action).read(payload)

    def from_answer(self, action: str, answer: Answer) -> Payload:
        """Write the CSMS's answer to a report. Raises Untranslatable."""
        return self._report(action).write_answer(answer)

    def from_fact(self, fact: Fact) -> Written:
        """Write what the station reports. Raises Untranslatable."""
        write = self.facts.get(type(fact))
        if write is None:
            raise unsupported("this version has no such report")
        return write(fact)

    def to_answer(self, action: str, payload: Payload, fact: Fact | None = None) -> Answer:
        """Read the CSMS's answer to a report of ours; an id that it does not name is empty. Raises Untranslatable."""
        report = self._report(action)
        if fact is not None and report.read_answer_to is not None:
            return report.read_answer_to(fact, payload)
        read = report.read_answer
        if read is None:
            raise unsupported("not supported by this station")
        return read(payload)

    def from_order(self, order: Order) -> Written:
        """Write an order. Raises Untranslatable."""
        write = self.orders.get(type(order))
        if write is None:
            raise unsupported("this version has no such call")
        return write(order)

    def to_outcome(self, action: str, request: Payload, response: Payload) -> Outcome:
        """Read what a station answered to `request`; an action without an order gives its status, or Accepted."""
        call = self.calls.get(action)
        return call.read_outcome(request, response) if call else read_status(request, response)

    def to_order(self, action: str, payload: Payload) -> Order:
        """Read what the CSMS orders. Raises Untranslatable."""
        return self._call(action).read(payload)

    def from_outcome(self, action: str, outcome: Outcome, request: Payload | None = None) -> Payload:
        """Write the station's answer to an order. Raises Untranslatable."""
        call = self._call(action)
        if request is not None and call.write_outcome_to is not None:
            return call.write_outcome_to(request, outcome)
        write = call.write_outcome
        if write is None:
            raise unsupported("not supported by this station")
        return write(outcome)

    def _report(self, action: str) -> Report:
        report = self.reports.get(action)
        if report is None:
            raise unsupported("not supported by this system")
        return report

    def _call(self, action: str) -> Call:
        call = self.calls.get(action)
        if call is None:
            raise unsupported("not supported by this station")
        return call


def read_status(_request: Any, response: Any) -> Outcome:
    """Read the outcome of any action: its status and, in 2.x, why."""
    status = getattr(response, "status", "Accepted")
    info = getattr(response, "status_info", None)
    return Outcome(
        status=str(getattr(status, "value", status)),
        reason=getattr(info, "reason_code", None),
        detail=getattr(info, "additional_info", None) or None,
    )


def noted(version: Version, known: Mapping[str, Report]) -> dict[str, Report]:
    """Add the reports that are only stored: those whose answer needs nothing that we would have to know."""
    found = dict(known)
    for name, action in ACTIONS[version].items():
        if action.origin is Origin.STATION and name not in found and needs_nothing(action.response):
            found[name] = Report(*_stored(name, action.response))
    return found


def needs_nothing(response: type[Payload] | None) -> bool:
    """Tell whether a response can be empty (or is never sent)."""
    return response is None or not any(field.required for field in msgspec.structs.fields(response))


def _stored(
    name: str, response: type[Payload] | None
) -> tuple[Callable[[Any], Fact], Callable[[Any], Payload], Callable[[Any], Answer]]:
    fact = Noted(action=name)

    def write_answer(_answer: Answer) -> Payload:
        if response is None:
            raise unsupported("this is never answered")
        return response()

    return lambda _payload: fact, write_answer, lambda _payload: Acknowledged()
