"""Measurements: programs, not tests. Each prints one table with its peers and limit, and can write JSON."""
