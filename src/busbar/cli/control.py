"""The control interface of one virtual station: its buttons over HTTP, on this machine alone, for who has the token.

    curl -s http://127.0.0.1:PORT/state -H "Authorization: Bearer TOKEN"
    curl -s http://127.0.0.1:PORT/plug-in -H "Authorization: Bearer TOKEN" --json '{"evse": 1}'

It must not know what a button does.
"""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, JSONBody

from busbar.cli.listening import listen
from busbar.http.server import serving
from busbar.model.batteries import Battery
from busbar.model.der import ControlType
from busbar.model.facts import TransactionLimit
from busbar.model.values import IdToken
from busbar.station.panel import Impossible, Panel
from busbar.station.virtual.vehicle import Vehicle

HOST: Final = "127.0.0.1"
_MOST_BODY: Final = 10_000
_DRAIN_S: Final = 2

EvseNumber = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class _Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class Ev(_Body):
    """An EV; what is not said is as in `Vehicle`."""

    capacity_wh: Annotated[float, msgspec.Meta(gt=0, le=1e7)] = 60_000.0
    stored_wh: Annotated[float, msgspec.Meta(ge=0, le=1e7)] = 15_000.0
    target: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    phases: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    max_current_a: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 16.0
    max_power_w: Annotated[float, msgspec.Meta(gt=0, le=1e7)] = 100_000.0
    iso15118: bool = False
    bidirectional: bool = False


class PlugIn(_Body):
    """Which EV comes to which EVSE; `contract` is its certificates for Plug & Charge (PEM, leaf first)."""

    evse: EvseNumber = 1
    ev: Ev | None = None
    contract: Annotated[str, msgspec.Meta(max_length=_MOST_BODY)] = ""


class At(_Body):
    """An EVSE."""

    evse: EvseNumber = 1


class Card(_Body):
    """A card, and the reader that it is held to; without `evse` the station's."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    kind: Annotated[str, msgspec.Meta(max_length=20)] = "ISO14443"
    evse: EvseNumber | None = None


class Broken(_Body):
    """A fault: a ChargePointErrorCode of 1.6."""

    evse: EvseNumber = 1
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=50)] = "OtherError"


class Paid(_Body):
    """A card that the terminal authorised, by the reference of its provider; details such as PaymentBrand."""

    psp_ref: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    evse: EvseNumber = 1
    details: Annotated[dict[str, Annotated[str, msgspec.Meta(max_length=255)]], msgspec.Meta(max_length=10)] = {}


class Vat(_Body):
    """A VAT number."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    evse: EvseNumber = 1


class Chosen(_Body):
    """How far to charge."""

    evse: EvseNumber = 1
    max_cost: Amount | None = None
    max_energy_wh: Amount | None = None
    max_time_s: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] | None = None
    max_soc_pct: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None


class Swapped(_Body):
    """A battery, and the slot that it is put into."""

    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    evse: EvseNumber = 1
    soc_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] = 20.0
    soh_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] = 100.0


class GridFault(_Body):
    """Which grid control takes over, and why: a GridEventFaultEnumType."""

    control: ControlType
    fault: Literal[
        "CurrentImbalance",
        "LocalEmergency",
        "LowInputPower",
        "OverCurrent",
        "OverFrequency",
        "OverVoltage",
        "PhaseRotation",
        "RemoteEmergency",
        "UnderFrequency",
        "UnderVoltage",
        "VoltageImbalance",
    ]


class Lasting(_Body):
    """How long; 0 is until `restore`, and for power a moment."""

    for_s: Seconds = 0.0


class Shift(_Body):
    """By how much the clock jumps."""

    by_s: Annotated[float, msgspec.Meta(ge=-31_536_000, le=31_536_000)]


@post("/plug-in", status_code=200)
async def plug_in(data: JSONBody[PlugIn], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Connect an EV."""
    panel = _panel(request)
    vehicle = None if data.ev is None else Vehicle(**msgspec.structs.asdict(data.ev))
    panel.plug_in(data.evse, vehicle, data.contract)
    return panel.state()


@post("/unplug", status_code=200)
async def unplug(data: JSONBody[At], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Disconnect the EV."""
    _panel(request).unplug(data.evse)
    return _panel(request).state()


@post("/token", status_code=200)
async def token(data: JSONBody[Card], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Present a token."""
    _panel(request).present(IdToken(data.token, data.kind), data.evse)
    return _panel(request).state()


@post("/fault", status_code=200)
async def fault(data: JSONBody[Broken], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let an EVSE be faulted."""
    _panel(request).fault(data.evse, data.code)
    return _panel(request).state()


@post("/clear-fault", status_code=200)
async def clear_fault(data: JSONBody[At], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let the fault be gone."""
    _panel(request).clear_fault(data.evse)
    return _panel(request).state()


@post("/roll-over", status_code=200)
async def roll_over(data: JSONBody[At], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let the meter begin again at zero."""
    _panel(request).roll_over(data.evse)
    return _panel(request).state()


@post("/card", status_code=200)
async def card(data: JSONBody[Paid], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Pay with a card."""
    _panel(request).pay(data.evse, data.psp_ref, tuple(data.details.items()))
    return _panel(request).state()


@post("/vat", status_code=200)
async def vat(data: JSONBody[Vat], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Enter a VAT number."""
    _panel(request).enter_vat(data.evse, data.number)
    return _panel(request).state()


@post("/limits", status_code=200)
async def limits(data: JSONBody[Chosen], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Choose how far to charge."""
    given = msgspec.structs.asdict(data)
    _panel(request).choose(given.pop("evse"), TransactionLimit(**given))
    return _panel(request).state()


@post("/refuse-tariff", status_code=200)
async def refuse_tariff(data: JSONBody[At], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Refuse the tariff that is shown."""
    _panel(request).refuse_tariff(data.evse)
    return _panel(request).state()


@post("/battery-in", status_code=200)
async def battery_in(data: JSONBody[Swapped], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Put a battery into a slot."""
    _panel(request).insert_battery(Battery(**msgspec.structs.asdict(data)))
    return _panel(request).state()


@post("/battery-out", status_code=200)
async def battery_out(data: JSONBody[At], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Take the battery of a slot."""
    _panel(request).remove_battery(data.evse)
    return _panel(request).state()


@post("/grid-fault", status_code=200)
async def grid_fault(data: JSONBody[GridFault], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let a grid control take over."""
    _panel(request).grid_fault(data.control, data.fault)
    return _panel(request).state()


@post("/grid-restored", status_code=200)
async def grid_restored(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let no grid control take over any more."""
    _panel(request).grid_restored()
    return _panel(request).state()


@post("/cut", status_code=200)
async def cut(data: JSONBody[Lasting], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Cut the line."""
    _panel(request).cut(data.for_s)
    return _panel(request).state()


@post("/restore", status_code=200)
async def restore(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Mend the line."""
    _panel(request).restore()
    return _panel(request).state()


@post("/power-cut", status_code=200)
async def power_cut(data: JSONBody[Lasting], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Cut the power."""
    _panel(request).power_cut(data.for_s or 0.1)
    return _panel(request).state()


@post("/clock", status_code=200)
async def clock(data: JSONBody[Shift], request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let the clock jump."""
    _panel(request).shift_clock(data.by_s)
    return _panel(request).state()


@get("/state")
async def state(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return how the station is."""
    return _panel(request).state()


@get("/display")
async def display(request: Request[Any, Any, Any], evse: FromQuery[int | None] = None) -> dict[str, str]:
    """Return what a display shows."""
    return {"text": _panel(request).display(evse)}


VERBS: Final[list[Any]] = [
    plug_in, unplug, token, fault, clear_fault, roll_over, cut, restore, power_cut, clock, state, display,
    card, vat, limits, refuse_tariff, battery_in, battery_out, grid_fault, grid_restored,
]  # fmt: skip


def control_app(panel: Panel, secret: str) -> Litestar:
    """Return the interface; every route needs `Authorization: Bearer <secret>`. What cannot be done now is a 409."""

    def known(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        given = connection.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            raise NotAuthorizedException("the control token is needed")

    app = Litestar(
        VERBS,
        guards=[known],
        exception_handlers={Impossible: _conflict},
        openapi_config=None,
        request_max_body_size=_MOST_BODY,
    )
    app.state.panel = panel
    return app


@asynccontextmanager
async def serve(panel: Panel, port: int, secret: str) -> AsyncIterator[str]:
    """Serve the interface on loopback; yields its address. Raises SettingsError where the port cannot be taken."""
    listener = listen("control", HOST, port)
    async with serving(control_app(panel, secret), listener, timeout_graceful_shutdown=_DRAIN_S):
        yield f"http://{HOST}:{listener.getsockname()[1]}"


def _panel(request: Request[Any, Any, Any]) -> Panel:
    panel: Panel = request.app.state.panel
    return panel


def _conflict(_: Request[Any, Any, Any], error: Impossible) -> Response[dict[str, str]]:
    return Response({"detail": str(error)}, status_code=409)
