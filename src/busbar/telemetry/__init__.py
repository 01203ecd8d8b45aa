"""What operators see of a running server: counts, traces, logs, health. It decides nothing and knows no row."""
