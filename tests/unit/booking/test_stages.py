"""When quality is asked after the manager."""

from __future__ import annotations

import pytest

from hkbio_gmp.booking.rules.stages import asks_quality


@pytest.mark.parametrize(
    ("settings", "first", "passed", "asked"),
    [
        ({}, True, ["opening_hours"], False),
        ({"quality_approves": True}, False, [], True),
        ({"quality_approves_classes": ["lentiviral_vector"]}, False, [], True),
        ({"quality_approves_classes": ["aav_vector"]}, False, [], False),
        ({"quality_approves_first": True}, True, [], True),
        ({"quality_approves_first": True}, False, [], False),
        ({"quality_approves_warnings": ["opening_hours"]}, False, ["opening_hours"], True),
        ({"quality_approves_warnings": ["opening_hours"]}, False, ["room_qualification"], False),
    ],
)
def test_quality_is_asked_when_a_setting_says_so(
    settings: dict[str, object], first: bool, passed: list[str], asked: bool
) -> None:
    assert asks_quality(settings, "lentiviral_vector", first=first, passed=passed) is asked
