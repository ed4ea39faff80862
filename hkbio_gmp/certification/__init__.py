"""Certificates, the gates that they open, and the reminders before they lapse."""
