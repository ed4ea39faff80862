"""Facilities, air zones, rooms, equipment, hours, closures, rules, projects and batches."""
