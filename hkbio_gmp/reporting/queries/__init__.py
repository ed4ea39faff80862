"""Reads across features for dashboards and reports; scoped by the features' own queries."""
