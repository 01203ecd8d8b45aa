"""Network profiles in slots, and in which order they are tried (B09, B10; A05.FR.06).

It must not know how a connection is made; who makes it asks for the profile of a slot.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec

from busbar.model.network import NetworkProfile, SetNetworkProfile
from busbar.model.orders import Outcome
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.controllers import SLOTS
from busbar.station.blocks.device.table import BY_NAME
from busbar.station.blocks.device.variable import Where, split
from busbar.station.blocks.outbox import Registration
from busbar.station.events import Connected

if TYPE_CHECKING:
    from busbar.station.blocks.access import Access
    from busbar.station.blocks.fittings import Fittings

FACTORY: Final = int(SLOTS[0])
PRIORITY: Final = "NetworkConfigurationPriority"
PASSWORD: Final = "BasicAuthPassword"  # noqa: S105 - the name of a variable
STRENGTH: Final = "SecurityProfile"
_PREFIX: Final = "network/"
_ACTIVE: Final = "networks/active"
_SECURE: Final = 2  # the first security profile with TLS
_DEAREST: Final = 3
_URL_LIMIT: Final = 2000
# the parts of a profile that are variables in 2.1 (component NetworkConfiguration), and the fields that hold them
_PARTS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "OcppCsmsUrl": ("url", str),
    "OcppInterface": ("interface", str),
    "OcppTransport": ("transport", str),
    "OcppVersion": ("version", str),
    "MessageTimeout": ("message_timeout_s", int),
    "SecurityProfile": ("security_profile", int),
    "Identity": ("identity", str),
    "BasicAuthPassword": ("password", str),
}


def _reader(name: str, field: str) -> Callable[[Any, Where], str]:
    return lambda block, where: str(getattr(block.held(where), field) or BY_NAME[name].default)


def _writer(field: str, read: Callable[[str], object]) -> Callable[[Any, Where, str], str]:
    return lambda block, where, value: str(block.put_part(where, field, read(value)))


class Credentials(msgspec.Struct):
    """By what the station proves itself and how strongly, in all slots: what a change of them can be taken back to."""

    password: str
    profiles: dict[int, NetworkProfile]


class Networks(Block):
    """The slots of one station. Slot 1 holds what it was built with, until the CSMS says otherwise.

    Attributes:
        active: the slot of the present connection, or of the last.
    """

    __slots__ = ("_before", "_profiles", "active")

    KEPT = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = fittings.cabinet.board
        self.active = board.load(_ACTIVE, int, FACTORY)
        self._profiles = {
            int(key.removeprefix(_PREFIX)): msgspec.json.decode(raw, type=NetworkProfile)
            for key, raw in board.saved(_PREFIX)
        }
        self._before: dict[int, NetworkProfile] = {}

    @property
    def order(self) -> list[int]:
        """Return the slots in the order in which to try them; the one that worked last is never left out (B10.FR.07).

        So a station whose new connections all fail is not stranded (B10.FR.09).
        """
        slots = [int(slot) for slot in self.fittings.cabinet.variables.members(PRIORITY)]
        found = [slot for slot in dict.fromkeys((*slots, self.active)) if self.profile(slot) is not None]
        return found or [FACTORY]

    def profile(self, slot: int) -> NetworkProfile | None:
        """Return what a slot holds."""
        found = self._profiles.get(slot)
        return self._factory() if found is None and slot == FACTORY else found

    def to_connect(self, slot: int) -> NetworkProfile:
        """Return how to connect by a slot, now. What 2.0.1 sets for a slot in use holds after a restart (B09)."""
        found = self._before.get(slot) or self.profile(slot) or self._factory()
        if found.password is not None:
            return found
        cabinet = self.fittings.cabinet
        return replace(found, password=cabinet.variables.text(PASSWORD) or cabinet.board.config.password)

    @property
    def strength(self) -> int:
        """Return the security profile of the present connection, or of the last."""
        return self.to_connect(self.active).security_profile

    def store(self, order: SetNetworkProfile) -> Outcome:
        """Store a profile in a slot (B09)."""
        if str(order.slot) not in SLOTS:  # B09.FR.05
            return Outcome(status="Rejected", reason="ValueOutOfRange")
        if self._weaker(order.profile.security_profile):  # B09.FR.04, .31, .32
            return Outcome(status="Rejected", reason="InvalidValue")
        if not self._valid(order.profile):  # B09.FR.02
            return Outcome(status="Rejected", reason="InvalidValue")
        old = self.profile(order.slot)
        if old is not None and order.slot in self.order and not self.fittings.cabinet.board.rules.newer_model:
            self._before.setdefault(order.slot, old)
        self._keep(order.slot, order.profile)
        return Outcome(status="Accepted")

    def connected(self, event: Connected) -> None:
        """Note the slot, and let go of what is weaker than what works now (A05.FR.06).

        Who is reached by another slot than before may be another CSMS: it has not accepted the station yet.
        """
        if event.slot != self.active:
            if self._strength(event.slot) != self.strength:
                from busbar.station.blocks.security_events import RECONFIGURED, SecurityEvents  # it asks how strong

                self.fittings.get(SecurityEvents).note(RECONFIGURED, STRENGTH)
            self.fittings.cabinet.outbox.registration = Registration.UNKNOWN
            self.fittings.cabinet.board.keep(_ACTIVE, event.slot)
        self.active = event.slot
        weak = {slot for slot in self.order if slot != event.slot and self._weaker(self._strength(slot))}
        if weak:
            stay = [str(slot) for slot in self.order if slot not in weak]
            self.fittings.cabinet.variables.put(PRIORITY, ",".join(stay))
            for slot in weak & self._profiles.keys():
                self._drop(slot)

    def may_order(self, _: Where, value: str) -> bool:
        """Whether all slots of a new order hold what a connection can be made with (B10.FR.02)."""
        slots = [int(slot) for slot in split(value)]
        return bool(slots) and all(self._usable(slot) for slot in slots)

    def put_order(self, _: Where, value: str) -> str:
        """Take in a new order; what only removes slots holds at once (B09.FR.20), the rest after a restart."""
        variables = self.fittings.cabinet.variables
        now, then = split(variables.shown(PRIORITY)), split(value)
        if then == [slot for slot in now if slot in then]:
            variables.put(PRIORITY, value)
            return "Accepted"
        variables.put_later(PRIORITY, value)
        return "RebootRequired"

    def put_password(self, _: Where, value: str) -> str:
        """Take in a password for all profiles (A01; B09.FR.27)."""
        self._access.attempt(PASSWORD)
        self.fittings.cabinet.variables.put(PASSWORD, value)
        self._before = {slot: replace(profile, password=value) for slot, profile in self._before.items()}
        for slot, profile in list(self._profiles.items()):
            self._keep(slot, replace(profile, password=value))
        return "Accepted"

    def may_rise(self, _: Where, value: str) -> bool:
        """Whether a 1.6 station may go to a security profile: only up, and with all it takes (A05.FR.01 to .04)."""
        risen = self._risen(int(value))
        return risen.security_profile > self.strength and self._access.lacks(risen) is None

    def rise(self, _: Where, value: str) -> str:
        """Try a higher security profile (1.6: A05.FR.05 to .07)."""
        self._access.attempt(STRENGTH)
        self._keep(FACTORY, self._risen(int(value)))
        return "Accepted"

    @property
    def credentials(self) -> Credentials:
        """Return what the station proves itself by now."""
        return Credentials(self.fittings.cabinet.variables.text(PASSWORD), dict(self._profiles))

    def restore(self, credentials: Credentials) -> None:
        """Go back to what the station proved itself by before."""
        self.fittings.cabinet.variables.put(PASSWORD, credentials.password)
        for slot in self._profiles.keys() - credentials.profiles.keys():
            self._drop(slot)
        for slot, profile in credentials.profiles.items():
            self._keep(slot, profile)

    def _factory(self) -> NetworkProfile:
        cabinet, strength = self.fittings.cabinet, self.fittings.cabinet.board.config.security_profile
        return NetworkProfile(
            url=cabinet.board.config.csms_url,
            interface="Any" if cabinet.board.rules.newer_model else "Wired0",
            message_timeout_s=cabinet.variables.number("MessageTimeout"),
            security_profile=max(1 if strength is None else strength, 0 if cabinet.board.rules.unsecured else 1),
        )

    def _strength(self, slot: int) -> int:
        return (self.profile(slot) or self._factory()).security_profile

    def _weaker(self, security_profile: int) -> bool:
        """Whether a security profile must not follow the present one."""
        present = self._strength(self.active)
        if self.fittings.cabinet.variables.flag("AllowSecurityProfileDowngrade"):
            return security_profile < min(present, _SECURE)
        return security_profile < present

    def _valid(self, profile: NetworkProfile) -> bool:
        newer = self.fittings.cabinet.board.rules.newer_model
        # 2.1 leaves the version to the handshake
        spoken = newer or profile.version is None or profile.version.startswith("OCPP20")
        return (
            spoken
            and _reachable(profile.url, profile.security_profile)
            and profile.transport == "JSON"
            and profile.message_timeout_s > 0
            and profile.access_point is None  # there is no modem, and no tunnel
            and profile.private_network is None
            and (profile.password is None or 16 <= len(profile.password) <= 64)
        )

    def _usable(self, slot: int) -> bool:
        profile = self.profile(slot)
        built_in = slot not in self._profiles
        if profile is None or self._weaker(profile.security_profile) or not (built_in or self._valid(profile)):
            return False
        # A05.FR.02, .03
        return profile.security_profile <= self.strength or self._access.lacks(self.to_connect(slot)) is None

    def _risen(self, strength: int) -> NetworkProfile:
        found = self.to_connect(FACTORY)
        url = found.url if strength < _SECURE else _secured(found.url, self.fittings.cabinet.board.config.secure_url)
        return replace(found, url=url, security_profile=strength)

    @property
    def _access(self) -> "Access":
        from busbar.station.blocks.access import Access  # it goes back by what is here

        return self.fittings.get(Access)

    def _drop(self, slot: int) -> None:
        del self._profiles[slot]
        self.fittings.cabinet.board.forget(f"{_PREFIX}{slot}")

    def _keep(self, slot: int, profile: NetworkProfile) -> None:
        self._profiles[slot] = profile
        self.fittings.cabinet.board.keep(f"{_PREFIX}{slot}", profile)

    def held(self, where: Where) -> NetworkProfile:
        """Return what a slot holds, a blank where it holds nothing yet."""
        return self.profile(int(where.instance or FACTORY)) or replace(self._factory(), url="", version=None)

    def put_part(self, where: Where, field: str, value: object) -> str:
        """Set one part of a slot's profile (B09.FR.24)."""
        self._keep(int(where.instance or FACTORY), replace(self.held(where), **{field: value}))  # type: ignore[arg-type]
        return "Accepted"

    def may_set(self, where: Where, _: str) -> bool:
        """Whether a slot may be changed part by part: not while it is to be tried (B09.FR.22)."""
        return where.instance not in split(self.fittings.cabinet.variables.shown(PRIORITY))

    def may_set_url(self, where: Where, value: str) -> bool:
        """Whether a part is an address."""
        return self.may_set(where, value) and urlsplit(value).scheme in ("ws", "wss")

    def may_set_strength(self, where: Where, value: str) -> bool:
        """Whether a part is a security profile that may follow the present one."""
        return self.may_set(where, value) and not self._weaker(int(value))

    ORDERS: ClassVar = {SetNetworkProfile: store}
    VALUES: ClassVar = {
        "ActiveNetworkProfile": lambda block, _: str(block.active),
        "MessageTimeout": lambda block, _: str(block.to_connect(block.active).message_timeout_s),
        "SecurityIdentity": lambda block, _: _identity(block, block.to_connect(block.active)),
        STRENGTH: lambda block, _: str(block.strength),
        "SecurityProfileInUse": lambda block, _: str(block.strength),
        **{f"Network.{name}": _reader(f"Network.{name}", field) for name, (field, _) in _PARTS.items()},
    }
    CHECKS: ClassVar = {
        **dict.fromkeys((f"Network.{name}" for name in _PARTS), may_set),
        "Network.OcppCsmsUrl": may_set_url,
        "Network.SecurityProfile": may_set_strength,
        PRIORITY: may_order,
        STRENGTH: may_rise,
    }
    WRITES: ClassVar = {
        **{f"Network.{name}": _writer(field, read) for name, (field, read) in _PARTS.items()},
        PRIORITY: put_order,
        PASSWORD: put_password,
        STRENGTH: rise,
    }


def _identity(block: Networks, profile: NetworkProfile) -> str:
    return profile.identity or str(block.fittings.cabinet.board.config.identity)


def _secured(url: str, secure_url: str) -> str:
    return url if urlsplit(url).scheme == "wss" else secure_url or f"wss://{url.partition('://')[2]}"


def _reachable(url: str, security_profile: int) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    scheme = "wss" if security_profile >= _SECURE else "ws"
    sound = bool(parts.hostname) and port != 0 and not parts.query and not parts.fragment and len(url) <= _URL_LIMIT
    return sound and parts.scheme == scheme and 1 <= security_profile <= _DEAREST
