"""A charging station: a core without input or output, and the runtimes that drive it."""
