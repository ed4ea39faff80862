"""Dates that cannot be right are named, field by field."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.certification.rules.dates import date_errors

DAY = date(2027, 1, 4)


@pytest.mark.parametrize(
    ("issued", "first", "last", "fields"),
    [
        (DAY, DAY, DAY, []),
        (DAY, date(2027, 1, 5), DAY, ["valid_until"]),
        (date(2027, 1, 5), DAY, DAY, ["issued_on"]),
        (DAY, DAY, date(2043, 1, 4), ["valid_until"]),
        (date.min, DAY, date.max, ["issued_on", "valid_until"]),
        (date(2027, 2, 1), date(2027, 1, 5), DAY, ["valid_until", "issued_on"]),
    ],
)
def test_each_wrong_field_is_named_when_dates_do_not_fit(
    issued: date, first: date, last: date, fields: list[str]
) -> None:
    assert [error.field for error in date_errors(issued, first, last)] == fields


@given(st.dates(), st.dates(), st.dates())
def test_each_error_carries_a_remedy_when_any_dates_are_given(a: date, b: date, c: date) -> None:
    assert all(str(error.remedy) for error in date_errors(a, b, c))
