"""What a CSMS does by itself, now and then: one module per job, and the runner."""
