"""Organisations, people, roles and their scopes, sign-in, signing."""
