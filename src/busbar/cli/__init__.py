"""The command line; bootstrap.py is the only place that constructs adapters."""
