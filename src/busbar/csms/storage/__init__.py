"""Durable state on SQLite and PostgreSQL behind csms.ports: one schema, one group commit, one contract suite."""
