"""Decisions of the CSMS: functions from a fact and a view to an answer and row changes; no input or output."""
