"""What charging costs, in the shape of 2.1's TariffType: the same for the CSMS's own sums and for those of a station.

Money, energy and percentages are decimals. Prices are without tax; energies are Wh, powers W, currents A, times s.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from busbar.model.orders import Order, Outcome


class Weekday(StrEnum):
    """A day of the week (2.1 DayOfWeekEnumType), in the order of `datetime.weekday()`."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


class EvseKind(StrEnum):
    """How an EVSE gives its energy (2.1 EvseKindEnumType)."""

    AC = "AC"
    DC = "DC"


class TextFormat(StrEnum):
    """How a text for people is written (2.x MessageFormatEnumType; QRCODE is 2.1's)."""

    ASCII = "ASCII"
    HTML = "HTML"
    URI = "URI"
    UTF8 = "UTF8"
    QRCODE = "QRCODE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text for people (2.x MessageContentType); `language` is an RFC 5646 tag."""

    content: str
    format: TextFormat = TextFormat.UTF8
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A tax in percent; those of a stack apply to what the stacks below them gave (I12.FR.13)."""

    type: str
    percent: Decimal
    stack: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """When a price applies: all that are given must hold (2.1 TariffConditionsType and TariffConditionsFixedType).

    Times of day (`hh:mm`) and dates (`yyyy-mm-dd`) are local to the site. A minimum is inclusive and a maximum is not.
    The last two are of fixed prices only; all that measure something are of the others.
    """

    start_time_of_day: str | None = None
    end_time_of_day: str | None = None
    day_of_week: tuple[Weekday, ...] = ()
    valid_from_date: str | None = None
    valid_to_date: str | None = None
    evse_kind: EvseKind | None = None
    min_energy: Decimal | None = None
    max_energy: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_time: int | None = None
    max_time: int | None = None
    min_charging_time: int | None = None
    max_charging_time: int | None = None
    min_idle_time: int | None = None
    max_idle_time: int | None = None
    payment_brand: str | None = None
    payment_recognition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price per kWh, per minute, or once; which of these is the part's it stands in."""

    amount: Decimal
    conditions: Conditions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The prices of one dimension of a tariff: the first one that applies counts."""

    prices: tuple[Price, ...]
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money without tax, with it, or both (2.1 PriceType)."""

    excl_tax: Decimal | None = None
    incl_tax: Decimal | None = None
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What charging costs (2.1 TariffType). `id` is unique for its content (I08.FR.08); `currency` is ISO 4217."""

    id: str
    currency: str
    description: tuple[Text, ...] = ()
    valid_from: datetime | None = None
    energy: Part | None = None
    charging_time: Part | None = None
    idle_time: Part | None = None
    fixed_fee: Part | None = None
    reservation_time: Part | None = None
    reservation_fixed: Part | None = None
    min_cost: Amount | None = None
    max_cost: Amount | None = None


@dataclass(slots=True, kw_only=True)
class UpdateCost(Order):
    """Show a driver what a running transaction costs so far (CostUpdated, I02)."""

    transaction_id: str
    total: Decimal


@dataclass(slots=True, kw_only=True)
class SetDefaultTariff(Order):
    """Let an EVSE, or with 0 all of them, reckon with a tariff of its own (I07)."""

    evse: int
    tariff: Tariff


@dataclass(slots=True, kw_only=True)
class ChangeTransactionTariff(Order):
    """Let a running transaction go on with another tariff (I11)."""

    transaction_id: str
    tariff: Tariff


@dataclass(slots=True, kw_only=True)
class ClearTariffs(Order):
    """Take away tariffs; what is not given matches all (I10)."""

    tariff_ids: list[str] = field(default_factory=list)
    evse: int | None = None


@dataclass(slots=True, kw_only=True)
class GetTariffs(Order):
    """Ask which tariffs stand at an EVSE, or with 0 at all of them (I09)."""

    evse: int = 0


@dataclass(slots=True, kw_only=True)
class AssignedTariff:
    """A tariff that a station holds. `kind`: `DefaultTariff` or `DriverTariff`."""

    tariff_id: str
    kind: str
    valid_from: datetime | None = None
    evses: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ClearedTariff:
    """What became of one tariff; `tariff_id` is None where none matched."""

    tariff_id: str | None
    status: str


@dataclass(slots=True, kw_only=True)
class TariffsHeld(Outcome):
    """The answer to GetTariffs: all tariffs at the places that were asked for."""

    tariffs: list[AssignedTariff] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class TariffsCleared(Outcome):
    """The answer to ClearTariffs, tariff by tariff."""

    results: list[ClearedTariff] = field(default_factory=list)
