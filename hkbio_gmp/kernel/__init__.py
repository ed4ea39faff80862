"""Foundations without framework: time, findings, errors, transitions. Imports nothing of ours."""
