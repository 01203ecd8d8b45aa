"""What every HTTP server of ours has in common: how it runs, and how it sends a file."""
