"""2.x meter values are numbers with a multiplier, and signed data beside them."""

from datetime import UTC, datetime

import msgspec
import pytest

from busbar.model.facts import MeterRead
from busbar.model.values import Place, Reading, Sample
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator
from busbar.protocol.translate.v2 import samples
from busbar.protocol.wire import v21, v201


def sample(text: str) -> Sample:
    raw = f'{{"evseId":1,"meterValue":[{{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{text}]}}]}}'
    payload = codec.decode_request(Version.V201, "MeterValues", raw.encode())
    fact = translator(Version.V201).to_fact("MeterValues", payload)
    read: Sample = fact.readings[0].samples[0]  # type: ignore[union-attr]
    return read


@pytest.mark.parametrize(("multiplier", "value"), [(3, 1500.0), (-3, 0.0015), (0, 1.5), (400, None), (-400, None)])
def test_the_multiplier_is_a_power_of_ten(multiplier: int, value: float | None) -> None:
    assert sample(f'{{"value":1.5,"unitOfMeasure":{{"multiplier":{multiplier}}}}}').value == value


def test_signed_data_is_kept_beside_the_value() -> None:
    signed = '{"signedMeterData":"AA","signingMethod":"ECDSA","encodingMethod":"OCMF","publicKey":"00"}'
    read = sample(f'{{"value":7,"signedMeterValue":{signed}}}')
    assert read.value == 7
    assert msgspec.json.decode(read.signed or "") == msgspec.json.decode(signed)


def test_signed_data_can_be_sent_again() -> None:
    signed = '{"signedMeterData":"AA","signingMethod":"ECDSA","encodingMethod":"OCMF","publicKey":"00"}'
    first = sample(f'{{"value":7,"signedMeterValue":{signed}}}')
    again = MeterRead(place=Place(1), readings=[Reading(datetime(2026, 1, 1, tzinfo=UTC), [first])])
    assert b'"signedMeterData":"AA"' in codec.encode(translator(Version.V201).from_fact(again)[1])


def written(sample: Sample, wire: object = v201) -> bytes:
    return codec.encode(samples.write([Reading(datetime(2026, 1, 1, tzinfo=UTC), [sample])], wire))  # type: ignore[arg-type]


def test_a_bare_value_is_the_energy_register_of_a_periodic_sample() -> None:
    assert sample('{"value":12.5}') == Sample("Energy.Active.Import.Register", 12.5)


def test_a_vendors_part_of_a_signature_survives() -> None:
    signed = (
        '{"signedMeterData":"AA==","signingMethod":"","encodingMethod":"OCMF","publicKey":"",'
        '"customData":{"vendorId":"v","n":[1]}}'
    )
    read = sample(f'{{"value":7,"signedMeterValue":{signed}}}')
    assert msgspec.json.decode(read.signed or "") == msgspec.json.decode(signed)
    assert b'"n":[1]' in written(read)


def test_a_zero_is_a_value() -> None:
    assert b'"value":0.0' in written(Sample("Voltage", 0.0))


@pytest.mark.parametrize(
    "unsayable",
    [
        Sample("Voltage", None),
        Sample("Display.PresentSOC", 1.0),
        Sample("Voltage", 1.0, location="Upstream"),
        Sample("Voltage", 1.0, phase="L4"),
        Sample("Voltage", 1.0, context="Never"),
        Sample("Voltage", 1.0, signed="ABCD"),
        Sample("Voltage", 1.0, signed="{}"),
    ],
)
def test_a_sample_that_201_has_no_words_for_cannot_be_said(unsayable: Sample) -> None:
    with pytest.raises(Untranslatable):
        written(unsayable)


def test_21_says_more() -> None:
    assert b"Upstream" in written(Sample("Display.PresentSOC", 1.0, location="Upstream"), v21)
    assert b"signedMeterData" in written(
        Sample("Voltage", 1.0, signed='{"signedMeterData":"A","encodingMethod":"OCMF"}'), v21
    )


def test_no_type_of_the_wire_gets_inside() -> None:
    read = sample(
        '{"value":1,"measurand":"Voltage","unitOfMeasure":{"unit":"V"},"phase":"L1","location":"EV","context":"Trigger"}'
    )
    assert {type(word) for word in (read.measurand, read.unit, read.phase, read.location, read.context)} == {str}
