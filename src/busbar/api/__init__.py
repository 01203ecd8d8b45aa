"""The REST interface and the live events: requests become commands, rows become responses."""
