"""Bookings made ready for pages."""
