"""Foundations without framework: time, findings, errors, transitions, events. Imports nothing of ours."""
