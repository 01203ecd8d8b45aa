"""Certificates by the rules of X.509: reading, checking, issuing, revoking. Time and serial numbers are arguments."""
