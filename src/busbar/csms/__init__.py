"""The charging station management system: services decide, storage keeps, the gateway talks."""
