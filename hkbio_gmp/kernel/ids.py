"""Identifiers: references people read, and secrets nobody guesses."""

from __future__ import annotations

import hashlib
import secrets
import uuid


def new_id() -> str:
    """A fresh random identifier (RFC 9562 version 4), for units of work and requests."""
    return str(uuid.uuid4())


def reference(prefix: str, year: int, number: int) -> str:
    """A reference such as ``LCT-2027-000123``."""
    return f"{prefix}-{year:04d}-{number:06d}"


def new_secret() -> str:
    """A secret of 256 random bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """What is stored of a random secret: its SHA-256; a slow hash adds nothing at 256 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
