"""Pure rules of reports: where a room's time went, and what share of it was used."""
