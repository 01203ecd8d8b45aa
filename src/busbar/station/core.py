"""The charging station's core: events in, effects out, time as an argument."""
