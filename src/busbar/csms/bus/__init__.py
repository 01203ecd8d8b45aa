"""Events and command routing between the parts of a CSMS: in process, or over NATS."""
