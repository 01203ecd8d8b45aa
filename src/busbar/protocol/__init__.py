"""OCPP-J for 1.6, 2.0.1 and 2.1 without input or output: bytes and time come in as arguments."""
