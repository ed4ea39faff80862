"""Recording, verification and reconciliation of the log."""
