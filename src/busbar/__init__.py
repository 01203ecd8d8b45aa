"""Busbar: an open platform for charging electric vehicles."""

__version__ = "0.1.0"
