"""The file endpoint: stations fetch firmware from it and bring logs to it. No OCPP is spoken here."""
