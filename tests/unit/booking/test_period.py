"""The bound that lets an index find what touches a stretch of time."""

from __future__ import annotations

from datetime import timedelta

from hkbio_gmp.booking.queries.period import LONGEST_OCCUPANCY
from hkbio_gmp.booking.services.checks import LONGEST
from hkbio_gmp.facilities.rules.sections import REPEATED


def test_no_occupancy_is_longer_than_its_bound_when_every_part_is_at_its_limit() -> None:
    most = {field.name: field.most for field in REPEATED["classes"]}
    around = timedelta(minutes=most["setup_minutes"] + most["turnaround_minutes"])
    assert LONGEST + around <= LONGEST_OCCUPANCY
