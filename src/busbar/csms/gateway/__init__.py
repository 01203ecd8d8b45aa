"""The WebSocket shell for stations: bytes and timers; it decides nothing."""
