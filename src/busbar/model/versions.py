"""The OCPP versions Busbar speaks, as a name; how they differ is in protocol/versions.py."""

from enum import StrEnum


class Version(StrEnum):
    """An OCPP version by its number; the values are stored and shown."""

    V16 = "1.6"
    V201 = "2.0.1"
    V21 = "2.1"
