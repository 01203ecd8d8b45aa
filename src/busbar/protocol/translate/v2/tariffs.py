"""2.x's costs, and 2.1's tariffs: what a session costs so far, and what a station reckons with by itself (block I).

`wire` is the version's module of types. Numbers are decimals on our side, read as they are written.
"""

from datetime import UTC
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import UNSET

from busbar.model import tariffs
from busbar.model.orders import Outcome
from busbar.model.tariffs import (
    Amount,
    Conditions,
    Price,
    Tariff,
    TariffsCleared,
    TariffsHeld,
    Tax,
    Text,
    TextFormat,
    Weekday,
)
from busbar.protocol.translate.errors import improper, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v2.words import status_writer
from busbar.protocol.wire.shapes import read_custom, write_custom

_PARTS: Final = {
    "energy": ("TariffEnergyType", "TariffEnergyPriceType", "price_kwh"),
    "charging_time": ("TariffTimeType", "TariffTimePriceType", "price_minute"),
    "idle_time": ("TariffTimeType", "TariffTimePriceType", "price_minute"),
    "fixed_fee": ("TariffFixedType", "TariffFixedPriceType", "price_fixed"),
    "reservation_time": ("TariffTimeType", "TariffTimePriceType", "price_minute"),
    "reservation_fixed": ("TariffFixedType", "TariffFixedPriceType", "price_fixed"),
}
_MEASURED: Final = ("energy", "current", "power")


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    return Part(
        calls={"CostUpdated": Call(_read_updated, read_status, lambda _: wire.CostUpdatedResponse())},
        orders={
            tariffs.UpdateCost: lambda order: (
                "CostUpdated",
                wire.CostUpdatedRequest(total_cost=float(order.total), transaction_id=order.transaction_id),
            )
        },
    )


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has."""
    own = _Tariffs(wire)
    return Part(
        calls={
            "SetDefaultTariff": Call(
                own.read_default,
                read_status,
                status_writer(wire, wire.SetDefaultTariffResponse, wire.TariffSetStatusEnumType),
            ),
            "ChangeTransactionTariff": Call(
                own.read_change,
                read_status,
                status_writer(wire, wire.ChangeTransactionTariffResponse, wire.TariffChangeStatusEnumType),
            ),
            "ClearTariffs": Call(own.read_clear, own.read_cleared, own.write_cleared),
            "GetTariffs": Call(own.read_get, own.read_held, own.write_held),
        },
        orders={
            tariffs.SetDefaultTariff: own.write_default,
            tariffs.ChangeTransactionTariff: own.write_change,
            tariffs.ClearTariffs: own.write_clear,
            tariffs.GetTariffs: lambda order: ("GetTariffs", wire.GetTariffsRequest(evse_id=order.evse)),
        },
    )


def _read_updated(sent: Any) -> tariffs.UpdateCost:
    return tariffs.UpdateCost(transaction_id=sent.transaction_id, total=number(sent.total_cost))


def number(sent: float) -> Decimal:
    """Read a number as it is written."""
    return Decimal(str(sent))


class _Tariffs:
    """Readers and writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def read_default(self, sent: Any) -> tariffs.SetDefaultTariff:
        return tariffs.SetDefaultTariff(evse=sent.evse_id, tariff=read_tariff(sent.tariff))

    def write_default(self, order: tariffs.SetDefaultTariff) -> Written:
        tariff = write_tariff(self._wire, order.tariff)
        return "SetDefaultTariff", self._wire.SetDefaultTariffRequest(evse_id=order.evse, tariff=tariff)

    def read_change(self, sent: Any) -> tariffs.ChangeTransactionTariff:
        return tariffs.ChangeTransactionTariff(transaction_id=sent.transaction_id, tariff=read_tariff(sent.tariff))

    def write_change(self, order: tariffs.ChangeTransactionTariff) -> Written:
        tariff = write_tariff(self._wire, order.tariff)
        request = self._wire.ChangeTransactionTariffRequest(tariff=tariff, transaction_id=order.transaction_id)
        return "ChangeTransactionTariff", request

    def read_clear(self, sent: Any) -> tariffs.ClearTariffs:
        evse = None if sent.evse_id is UNSET else sent.evse_id
        return tariffs.ClearTariffs(tariff_ids=list(sent.tariff_ids or ()), evse=evse)

    def write_clear(self, order: tariffs.ClearTariffs) -> Written:
        return "ClearTariffs", self._wire.ClearTariffsRequest(
            tariff_ids=order.tariff_ids or UNSET, evse_id=UNSET if order.evse is None else order.evse
        )

    def read_cleared(self, _request: Any, sent: Any) -> TariffsCleared:
        """Read the results; the whole is as its first refusal, or Accepted."""
        results = [
            tariffs.ClearedTariff(tariff_id=item.tariff_id or None, status=item.status.value)
            for item in sent.clear_tariffs_result
        ]
        refused = next((result.status for result in results if result.status != "Accepted"), "Accepted")
        return TariffsCleared(status=refused, results=results)

    def write_cleared(self, outcome: TariffsCleared) -> Any:
        wire = self._wire
        return wire.ClearTariffsResponse(
            clear_tariffs_result=[
                wire.ClearTariffsResultType(
                    tariff_id=result.tariff_id or UNSET, status=word(wire.TariffClearStatusEnumType, result.status)
                )
                for result in outcome.results
            ]
        )

    def read_get(self, sent: Any) -> tariffs.GetTariffs:
        return tariffs.GetTariffs(evse=sent.evse_id)

    def read_held(self, request: Any, sent: Any) -> Outcome:
        plain = read_status(request, sent)
        held = [
            tariffs.AssignedTariff(
                tariff_id=item.tariff_id,
                kind=item.tariff_kind.value,
                valid_from=item.valid_from.astimezone(UTC) if item.valid_from else None,
                evses=list(item.evse_ids or ()),
                tokens=list(item.id_tokens or ()),
            )
            for item in sent.tariff_assignments or ()
        ]
        return TariffsHeld(status=plain.status, reason=plain.reason, detail=plain.detail, tariffs=held)

    def write_held(self, outcome: Outcome) -> Any:
        wire, held = self._wire, outcome.tariffs if isinstance(outcome, TariffsHeld) else []
        return wire.GetTariffsResponse(
            status=word(wire.TariffGetStatusEnumType, outcome.status),
            tariff_assignments=[
                wire.TariffAssignmentType(
                    tariff_id=item.tariff_id,
                    tariff_kind=word(wire.TariffKindEnumType, item.kind),
                    valid_from=seconds(item.valid_from) if item.valid_from else UNSET,
                    evse_ids=item.evses or UNSET,
                    id_tokens=item.tokens or UNSET,
                )
                for item in held
            ]
            or UNSET,
        )


def read_tariff(sent: Any) -> Tariff:
    """Read a TariffType."""
    return Tariff(
        id=sent.tariff_id,
        currency=sent.currency,
        description=tuple(read_text(text) for text in sent.description or ()),
        valid_from=sent.valid_from.astimezone(UTC) if sent.valid_from else None,
        min_cost=_read_amount(sent.min_cost),
        max_cost=_read_amount(sent.max_cost),
        **{name: _read_part(getattr(sent, name), price) for name, (_, _, price) in _PARTS.items()},
    )


def write_tariff(wire: Any, tariff: Tariff) -> Any:
    """Write a TariffType. Raises Untranslatable where the schema does not allow it."""
    made = wire.TariffType(
        tariff_id=tariff.id,
        currency=tariff.currency,
        description=[write_text(wire, text) for text in tariff.description] or UNSET,
        valid_from=seconds(tariff.valid_from) if tariff.valid_from else UNSET,
        min_cost=_write_amount(wire, tariff.min_cost),
        max_cost=_write_amount(wire, tariff.max_cost),
        **{name: _write_part(wire, getattr(tariff, name), *types) for name, types in _PARTS.items()},
    )
    try:
        return msgspec.convert(msgspec.to_builtins(made), wire.TariffType)
    except msgspec.ValidationError:
        raise improper("this version cannot say this tariff") from None


def read_text(sent: Any) -> Text:
    """Read a MessageContentType."""
    return Text(content=sent.content, format=TextFormat(sent.format.value), language=sent.language or None)


def write_text(wire: Any, text: Text) -> Any:
    """Write a MessageContentType. Raises Untranslatable for a format that the version lacks."""
    return wire.MessageContentType(
        format=word(wire.MessageFormatEnumType, text.format.value),
        language=text.language or UNSET,
        content=text.content,
    )


def read_details(sent: Any) -> dict[str, Any]:
    """Read a CostDetailsType by its own names (I12)."""
    plain: dict[str, Any] = msgspec.to_builtins(sent, enc_hook=write_custom)
    return plain


def write_details(wire: Any, fact: Any) -> dict[str, Any]:
    """Write what a station reckons by, and its sums, as fields of an event; none where it does not reckon."""
    if fact.cost_details is None:
        return {}
    details = msgspec.convert(fact.cost_details, wire.CostDetailsType, dec_hook=read_custom)
    return {"cost_details": details}


def read_news(sent: Any) -> tuple[Text, ...]:
    """Read the new texts for a driver in an answer."""
    first, more = sent.updated_personal_message, getattr(sent, "updated_personal_message_extra", UNSET)
    return tuple(read_text(text) for text in (*((first,) if first else ()), *(more or ())))


def write_news(wire: Any, texts: tuple[Text, ...]) -> dict[str, Any]:
    """Write a new text for a driver as fields of an answer: the first one, and in 2.1 the others (I06.FR.02).

    A text that this version cannot say is left out: no answer must fail for it.
    """
    if not texts:
        return {}
    formats = {format_.value for format_ in wire.MessageFormatEnumType}
    written = [write_text(wire, text) for text in texts if text.format in formats]
    fields: dict[str, Any] = {"updated_personal_message": written[0]} if written else {}
    more = "updated_personal_message_extra"
    if written[1:] and more in wire.TransactionEventResponse.__struct_fields__:
        fields[more] = written[1:5]
    return fields


def _read_part(sent: Any, price: str) -> tariffs.Part | None:
    if sent is UNSET:
        return None
    prices = tuple(
        Price(amount=number(getattr(p, price)), conditions=_read_conditions(p.conditions)) for p in sent.prices
    )
    return tariffs.Part(prices=prices, taxes=_read_taxes(sent.tax_rates))


def _write_part(wire: Any, part: tariffs.Part | None, kind: str, element: str, price: str) -> Any:
    if part is None:
        return UNSET
    conditions = wire.TariffConditionsFixedType if price == "price_fixed" else wire.TariffConditionsType
    prices = [
        getattr(wire, element)(
            **{price: float(p.amount)},
            conditions=_write_conditions(wire, conditions, p.conditions) if p.conditions else UNSET,
        )
        for p in part.prices
    ]
    return getattr(wire, kind)(prices=prices, tax_rates=_write_taxes(wire, part.taxes))


def _read_taxes(sent: Any) -> tuple[Tax, ...]:
    return tuple(Tax(type=tax.type, percent=number(tax.tax), stack=tax.stack or 0) for tax in sent or ())


def _write_taxes(wire: Any, taxes: tuple[Tax, ...]) -> Any:
    return [wire.TaxRateType(type=t.type, tax=float(t.percent), stack=t.stack or UNSET) for t in taxes] or UNSET


def _read_amount(sent: Any) -> Amount | None:
    if sent is UNSET:
        return None
    excl, incl = (None if value is UNSET else number(value) for value in (sent.excl_tax, sent.incl_tax))
    return Amount(excl_tax=excl, incl_tax=incl, taxes=_read_taxes(sent.tax_rates))


def _write_amount(wire: Any, amount: Amount | None) -> Any:
    if amount is None:
        return UNSET
    excl, incl = (UNSET if value is None else float(value) for value in (amount.excl_tax, amount.incl_tax))
    return wire.PriceType(excl_tax=excl, incl_tax=incl, tax_rates=_write_taxes(wire, amount.taxes))


def _read_conditions(sent: Any) -> Conditions | None:
    if sent is UNSET:
        return None
    found: dict[str, Any] = {}
    for name in Conditions.__dataclass_fields__:
        value = getattr(sent, name, UNSET)
        if value is UNSET:
            continue
        if name == "day_of_week":
            found[name] = tuple(Weekday(day.value) for day in value)
        elif name == "evse_kind":
            found[name] = tariffs.EvseKind(value.value)
        else:
            found[name] = number(value) if name.endswith(_MEASURED) else value
    return Conditions(**found)


def _write_conditions(wire: Any, kind: Any, conditions: Conditions) -> Any:
    known = {field.name for field in msgspec.structs.fields(kind)}
    found: dict[str, Any] = {}
    for name in Conditions.__dataclass_fields__:
        value = getattr(conditions, name)
        if value is None or value == ():
            continue
        if name not in known:
            raise improper("a fixed price has no condition on usage, and others have none on the payment")
        if name == "day_of_week":
            found[name] = [wire.DayOfWeekEnumType(day.value) for day in value]
        elif name == "evse_kind":
            found[name] = wire.EvseKindEnumType(value.value)
        else:
            found[name] = float(value) if isinstance(value, Decimal) else value
    return kind(**found)
