"""Codec: decode, validate and encode one message; ours against the PyPI `ocpp` library and against no validation.

Every path reads the received text and writes the same message again. Paths are interleaved; the figure is the median
CPU time per message over the rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable

import msgspec
import ocpp.messages

from bench.report import Report, arguments
from busbar.model.versions import Version
from busbar.protocol import calls, codec
from busbar.protocol.actions import Origin

METER_VALUES = (
    b'[2,"5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a11","MeterValues",{"evseId":1,"meterValue":[{"timestamp":'
    b'"2026-01-01T12:00:00Z","sampledValue":[{"value":12345.6,"measurand":"Energy.Active.Import.Register",'
    b'"unitOfMeasure":{"unit":"Wh"}},{"value":7400.0,"measurand":"Power.Active.Import"},{"value":32.1,'
    b'"measurand":"Current.Import","phase":"L1"}]}]}]'
)
TRANSACTION_EVENT = (
    b'[2,"5f1b3c1e-6f0d-4c37-9a53-0d0b5f0f0a12","TransactionEvent",{"eventType":"Started","timestamp":'
    b'"2026-01-01T12:00:00Z","triggerReason":"Authorized","seqNo":0,"transactionInfo":{"transactionId":'
    b'"0c6bd0a4-49f3-4cf7-8a0b-5b9a35a5ba6e","chargingState":"Charging"},"evse":{"id":1,"connectorId":1},"idToken":'
    b'{"idToken":"045F3C2A1B6E80","type":"ISO14443"},"meterValue":[{"timestamp":"2026-01-01T12:00:00Z",'
    b'"sampledValue":[{"value":12345.6,"context":"Transaction.Begin"}]}]}]'
)
BOOT_NOTIFICATION = (
    b'[2,"1","BootNotification",{"reason":"PowerUp","chargingStation":{"model":"Twin 22","vendorName":"Example",'
    b'"serialNumber":"SN-000001","firmwareVersion":"1.4.2","modem":{"iccid":"8944500102198304826"}}}]'
)
MESSAGES = {"MeterValues": METER_VALUES, "TransactionEvent": TRANSACTION_EVENT, "BootNotification": BOOT_NOTIFICATION}


def busbar_path(text: bytes, version: Version) -> None:
    """Envelope and strict payload as a peer reads them, and back."""
    call = calls.read(text, calls.DECODERS[version, Origin.CSMS])
    assert call is not None
    codec.encode(call)


def library_path(text: bytes, version: Version) -> None:
    """The library's unpack, jsonschema validation and pack, as its charge point does for each message."""
    call = ocpp.messages.unpack(text)
    ocpp.messages._validate_payload(call, version.value)
    ocpp.messages.pack(call)


def untyped_path(text: bytes, _version: Version) -> None:
    """The limit: JSON to Python objects and back, nothing checked."""
    msgspec.json.encode(msgspec.json.decode(text))


PATHS: dict[str, Callable[[bytes, Version], None]] = {
    "busbar": busbar_path,
    "msgspec untyped (limit)": untyped_path,
    "PyPI ocpp": library_path,
}


def measure(path: Callable[[bytes, Version], None], text: bytes, seconds: float) -> float:
    """Return CPU microseconds per message, running for about `seconds`."""
    version, count, spent, step = Version.V21, 0, 0.0, range(200)
    path(text, version)
    while spent < seconds:
        begin = time.process_time()
        for _ in step:
            path(text, version)
        spent += time.process_time() - begin
        count += len(step)
    return spent / count * 1e6


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, rounds=5, seconds=0.2)
    report = Report("codec: decode + validate + encode, OCPP 2.1, CPU µs a message", ["message", *PATHS, "ratio"])
    for name, text in MESSAGES.items():
        samples: dict[str, list[float]] = {path: [] for path in PATHS}
        for _ in range(options.rounds):
            for path, run in PATHS.items():
                samples[path].append(measure(run, text, options.seconds))
        medians = {path: statistics.median(values) for path, values in samples.items()}
        ratio = medians["PyPI ocpp"] / medians["busbar"]
        report.rows.append([f"{name} ({len(text)} B)", *(f"{medians[p]:.2f}" for p in PATHS), f"{ratio:.0f}x"])
        report.figures[name] = {"bytes": len(text), "cpu_us": medians}
        report.ratios[f"{name}_vs_ocpp_library"] = ratio
    report.finish(options.json)


if __name__ == "__main__":
    sys.exit(main())
