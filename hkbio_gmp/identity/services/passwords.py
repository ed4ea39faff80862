"""Passwords: argon2id, and what a password must be."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message

SHORTEST = 12
LONGEST = 256
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash to store. Slow on purpose: never inside a transaction."""
    return _hasher.hash(password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def matches(stored: str | None, password: str) -> bool:
    """Whether the password fits; takes as long where there is nothing stored."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def check_new_password(password: str, email: str) -> None:
    """Refuse what is too short, too long or names its owner (ASVS 6.2). Raises NotValid."""
    said = None
    if not SHORTEST <= len(password) <= LONGEST:
        said = Message(
            "The password must have {least} to {most} characters.", least=SHORTEST, most=LONGEST
        )
    elif email.split("@")[0].lower() in password.lower() or len(set(password)) < 5:
        said = Message("The password is too easy to guess.")
    if said is not None:
        remedy = Message("Choose a long phrase that only you know.")
        raise NotValid(said, [FieldError("password", said, remedy)])
