"""The port to the hardware, and who fits it."""

from busbar.station.events import PoweredOn
from busbar.station.hardware import Hardware
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply


def test_the_virtual_hardware_fits_the_port() -> None:
    hardware: Hardware = VirtualHardware(Supply(), [iter(())], {})
    assert isinstance(hardware, Hardware)
    hardware.start(0.0)
    assert hardware.idle
    assert hardware.next_due() is None
    assert [reading.evse for reading in hardware.readings(1.0, all_evses=True)] == [1]


def test_something_else_does_not() -> None:
    assert not isinstance(PoweredOn(), Hardware)
