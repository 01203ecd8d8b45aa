"""A cost in the specification's words, which the wire's types take as they are."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from busbar.billing.costs import Cost, CostKind, Share
from busbar.model.facts import TransactionEnded
from busbar.model.tariffs import Amount, Tax
from busbar.model.values import Place
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.station.blocks.receipts import details

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
D = Decimal
COST = Cost(
    currency="EUR",
    kind=CostKind.NORMAL,
    excl_tax=D("3.50"),
    incl_tax=D("4.20"),
    lines={
        "fixed_fee": Amount(excl_tax=D(1), incl_tax=D("1.2"), taxes=(Tax(type="vat", percent=D(20), stack=1),)),
        "energy": Amount(excl_tax=D("2.5"), incl_tax=D(3)),
    },
    energy_wh=D(10_000),
    charging_s=60,
    idle_s=3,
    reservation_s=120,
    periods=[
        Share(
            start=AT,
            energy_wh=D(10_000),
            charging_s=D(60),
            idle_s=D(3),
            min_power_w=None,
            max_power_w=D(11_000),
            net={},
        )
    ],
)


def test_a_receipt_has_lines_totals_and_usage__I12_FR_05_to_17() -> None:
    found = details(COST)
    assert found["totalCost"] == {
        "currency": "EUR",
        "typeOfCost": "NormalCost",
        "fixed": {"exclTax": 1.0, "inclTax": 1.2, "taxRates": [{"type": "vat", "tax": 20.0, "stack": 1}]},
        "energy": {"exclTax": 2.5, "inclTax": 3.0},
        "total": {"exclTax": 3.5, "inclTax": 4.2},
    }
    assert found["totalUsage"] == {"energy": 10_000.0, "chargingTime": 60, "idleTime": 3, "reservationTime": 120}
    assert "chargingPeriods" not in found


def test_periods_name_their_tariff_and_go_over_the_wire__I12_FR_04__I12_FR_35() -> None:
    speaker, whole = translator(Version.V21), details(COST, ["t"])
    (period,) = whole["chargingPeriods"]
    assert (period["tariffId"], period["startPeriod"]) == ("t", "2026-03-01T12:00:00Z")
    fact = TransactionEnded(
        transaction_id="x", at=AT, seq_no=2, trigger="StopAuthorized", place=Place(1, 1), cost_details=whole
    )
    fact.tariff_id = "t"
    action, payload = speaker.from_fact(fact)
    back: Any = speaker.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload)))
    assert (back.cost_details, back.tariff_id) == (whole, "t")
