"""The station's behaviour, one module per functional block of the specification."""
