"""What the station declares of its device model: data, shared by all stations of a process."""
