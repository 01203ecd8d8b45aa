"""Runs many virtual stations from one seeded scenario."""
