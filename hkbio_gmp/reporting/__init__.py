"""Read-only screens across features: dashboards by role, utilisation, capacity."""
