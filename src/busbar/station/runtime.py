"""Performs the effects of the station core: sockets, timers, store, hardware."""
