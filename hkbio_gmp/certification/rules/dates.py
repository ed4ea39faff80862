"""Whether a certificate's dates can be right."""

from __future__ import annotations

from datetime import date

from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.kernel.timerange import FIRST_YEAR, LAST_YEAR, within_reach

LONGEST_YEARS = 15


def date_errors(issued_on: date, valid_from: date, valid_until: date) -> list[FieldError]:
    """What is wrong with the dates (calendar days, both ends included), field by field."""
    named = {"issued_on": issued_on, "valid_from": valid_from, "valid_until": valid_until}
    far = [name for name, day in named.items() if not within_reach(day)]
    if far:
        return [_out_of_reach(name) for name in far]
    errors = []
    if valid_until < valid_from:
        said = Message("It ends before it begins.")
        remedy = Message("Give a last day on or after the first day.")
        errors.append(FieldError("valid_until", said, remedy))
    if issued_on > valid_until:
        said = Message("It was issued after its last day.")
        remedy = Message("Check the dates against the document.")
        errors.append(FieldError("issued_on", said, remedy))
    if valid_until.year - valid_from.year > LONGEST_YEARS:
        said = Message("It is valid for more than {years} years.", years=LONGEST_YEARS)
        errors.append(FieldError("valid_until", said, Message("Check the year.")))
    return errors


def _out_of_reach(name: str) -> FieldError:
    # as text: a year is no figure to be grouped
    first, last = str(FIRST_YEAR), str(LAST_YEAR)
    remedy = Message("Give a year from {first} to {last}.", first=first, last=last)
    return FieldError(name, Message("The year is out of reach."), remedy)
