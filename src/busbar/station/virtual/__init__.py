"""A virtual charging station: an EV, its battery and a driver in the place of hardware."""
