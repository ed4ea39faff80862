"""What a password must be, and that none fits where none is stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hkbio_gmp.config import Settings
from hkbio_gmp.identity.services import passwords
from hkbio_gmp.kernel.errors import NotValid

EMAIL = "marigold@lct.example"
PLAIN = Settings("sqlite://", "secret", Path("key"))


def cheap(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevenchars", "a" * 257, "aaaaaaaaaaaa", "abababababab", "my-Marigold-2027!"],
)
def test_password_is_refused_when_it_is_weak(password: str) -> None:
    with pytest.raises(NotValid) as refused:
        passwords.check_new_password(password, EMAIL)
    assert [error.field for error in refused.value.errors] == ["password"]


@pytest.mark.parametrize(
    "password", ["correct horse battery", "很長而且只有我知道的一句話呢", "🙂" * 8 + "abcd1"]
)
def test_password_is_taken_when_it_is_long(password: str) -> None:
    passwords.check_new_password(password, EMAIL)


def test_password_is_taken_when_its_owner_has_a_short_address() -> None:
    passwords.check_new_password("correct horse battery", "a@lct.example")


def test_password_fits_its_own_hash_alone_when_compared() -> None:
    stored = cheap("correct horse battery")
    assert passwords.matches(stored, "correct horse battery")
    assert not passwords.matches(stored, "correct horse batterY")


@pytest.mark.parametrize("typed", ["", "x", "\x00", "\ud800", "很長", "x" * 5000])
def test_no_password_fits_when_the_stored_one_is_missing_or_broken(typed: str) -> None:
    assert not passwords.matches(None, typed)
    assert not passwords.matches("not a hash", typed)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("demo", True), ("test", True), ("embedded", False), ("production", False)],
)
def test_public_password_counts_in_demonstrations_alone_when_used(
    environment: str, expected: bool
) -> None:
    settings = replace(PLAIN, environment=environment)
    assert passwords.usable(settings, passwords.DEMONSTRATION) is expected
    assert passwords.usable(settings, "another one of mine")
