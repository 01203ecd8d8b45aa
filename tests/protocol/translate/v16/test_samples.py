"""1.6 meter values are texts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model.values import Reading, Sample
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator
from busbar.protocol.translate.v16 import samples
from busbar.protocol.wire import v16


def sample(text: str) -> Any:
    raw = f'{{"connectorId":1,"meterValue":[{{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{text}]}}]}}'
    payload = codec.decode_request(Version.V16, "MeterValues", raw.encode())
    fact = translator(Version.V16).to_fact("MeterValues", payload)
    return fact.readings[0].samples[0]  # type: ignore[union-attr]


def test_a_bare_value_is_the_energy_register_of_a_periodic_sample() -> None:
    read = sample('{"value":"12.5"}')
    assert (read.measurand, read.value, read.context) == ("Energy.Active.Import.Register", 12.5, "Sample.Periodic")


@pytest.mark.parametrize("text", ["abc", "NaN", "inf", "", "1e999"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    assert sample(f'{{"value":"{text}"}}').value is None


def test_signed_data_is_kept_to_the_letter() -> None:
    read = sample('{"value":"OCMF|{}|{}","format":"SignedData"}')
    assert (read.value, read.signed) == (None, "OCMF|{}|{}")


def written(sample: Sample) -> list[Any]:
    values = samples.write([Reading(datetime(2026, 1, 1, tzinfo=UTC), [sample])], v16.MeterValue)
    assert isinstance(values, list)
    return [codec.encode(value) for value in values[0].sampled_value]


@pytest.mark.parametrize(("sent", "read"), [("Celcius", "Celsius"), ("Celsius", "Celsius"), ("Hertz", "Hz")])
def test_a_unit_is_spelt_as_in_2x(sent: str, read: str) -> None:
    assert sample(f'{{"value":"1","unit":"{sent}"}}').unit == read


def test_a_unit_is_spelt_as_in_16_when_sent() -> None:
    assert b'"unit":"Hertz"' in written(Sample("Frequency", 50.0, "Hz"))[0]


def test_no_unit_is_none_as_nobody_told_it() -> None:
    assert sample('{"value":"1"}').unit is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (7.4, "7.4"), (-3.0, "-3"), (1e-7, "0.0000001"), (1e16, "10000000000000000")]
)
def test_a_number_is_written_in_decimals(value: float, text: str) -> None:
    assert b'"value":"%s"' % text.encode() in written(Sample("Voltage", value))[0]


def test_a_number_with_a_signature_is_sent_both_ways() -> None:
    plain, signed = written(Sample("Energy.Active.Import.Register", 12.0, "Wh", signed="ABCD"))
    assert b'"value":"12"' in plain
    assert b'"format"' not in plain
    assert b'"value":"ABCD"' in signed
    assert b'"format":"SignedData"' in signed


def test_a_signature_alone_is_sent_alone() -> None:
    assert len(written(Sample("Energy.Active.Import.Register", None, signed="ABCD"))) == 1


@pytest.mark.parametrize(
    "unsayable",
    [
        Sample("Voltage", None),
        Sample("Display.PresentSOC", 1.0),
        Sample("Voltage", 1.0, location="Upstream"),
        Sample("Voltage", 1.0, "furlong"),
        Sample("Voltage", 1.0, phase="L4"),
        Sample("Voltage", 1.0, context="Never"),
    ],
)
def test_a_sample_that_16_has_no_words_for_cannot_be_said(unsayable: Sample) -> None:
    with pytest.raises(Untranslatable):
        written(unsayable)


def test_no_type_of_the_wire_gets_inside() -> None:
    read = sample('{"value":"1","measurand":"Voltage","unit":"V","phase":"L1","location":"EV","context":"Trigger"}')
    assert {type(word) for word in (read.measurand, read.unit, read.phase, read.location, read.context)} == {str}
