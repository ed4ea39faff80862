"""Slots and sessions: time that cannot be sold twice, decided and explained by one service."""
