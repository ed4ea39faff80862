"""Passwords: argon2id, and what a password must be."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hkbio_gmp.config import Settings
from hkbio_gmp.kernel.errors import FieldError, NotValid
from hkbio_gmp.kernel.messages import Message

SHORTEST = 12
LONGEST = 256
DEMONSTRATION = "demonstration-only"
_FEWEST_DIFFERENT = 5
_TELLING = 4
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
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def usable(settings: Settings, password: str) -> bool:
    """Whether a password counts here: the public one of demonstrations only in those."""
    return settings.is_demo or password != DEMONSTRATION


def check_new_password(password: str, email: str) -> None:
    """Refuse what is too short, too long or names its owner (ASVS 6.2). Raises NotValid."""
    said = None
    if not SHORTEST <= len(password) <= LONGEST:
        said = Message(
            "The password must have {least} to {most} characters.", least=SHORTEST, most=LONGEST
        )
    elif _guessable(password, email):
        said = Message("The password is too easy to guess.")
    if said is not None:
        remedy = Message("Choose a long phrase that only you know.")
        raise NotValid(said, [FieldError("password", said, remedy)])


def _guessable(password: str, email: str) -> bool:
    own = email.split("@")[0].lower()
    named = len(own) >= _TELLING and own in password.lower()
    return named or len(set(password)) < _FEWEST_DIFFERENT
