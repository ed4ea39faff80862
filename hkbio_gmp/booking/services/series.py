"""Asking for a series: every occurrence enters as any request does, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hkbio_gmp.booking import notices
from hkbio_gmp.booking.models_series import BookingSeries, SeriesOccurrence
from hkbio_gmp.booking.queries.lines import BookingLine
from hkbio_gmp.booking.rules.flags import dump_finding
from hkbio_gmp.booking.services.people import managers_at
from hkbio_gmp.booking.services.recurring import (
    Occurrence,
    SeriesWish,
    first_start,
    occurrences_of,
    own_project,
)
from hkbio_gmp.booking.services.requests import request_evaluated
from hkbio_gmp.facilities.models import Project
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.errors import FieldError, NotValid, SlotTaken
from hkbio_gmp.kernel.findings import blocks
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, next_number

Refused = Mapping[int, SlotTaken | NotValid]


def request_series(work: Work, principal: PersonPrincipal, wish: SeriesWish) -> BookingSeries:
    """Ask for every occurrence of a series, or for those that fit; one notice tells of them all.

    Each is held to the same rules as a request of its own, beside those before it. Raises NotValid
    for fields; SlotTaken or NotValid with findings where all were asked for and one is refused, or
    where none fits: then nothing was written.
    """
    project = own_project(work.session, principal, wish.booking)
    # locked before anything of the facility is read: an import may be under way
    work.lock([("facility", project.facility.code)])
    asked = [o for o in occurrences_of(work.session, wish) if o.number not in wish.leave_out]
    entered: dict[int, BookingLine] = {}
    refused: dict[int, SlotTaken | NotValid] = {}
    for one in asked:
        try:
            entered[one.number] = request_evaluated(work, principal, one.wish, tell=False)[0]
        except (SlotTaken, NotValid) as error:
            if not error.findings:
                # a wrong field, or the database's own guard: no occurrence is to blame alone
                raise
            refused[one.number] = error
    if not entered or (refused and wish.take == "all"):
        raise _refusal(refused, len(asked))
    series = _write(work, principal, project, wish, entered, refused)
    managers = managers_at(work, project.facility.code)
    notices.tell_series(work, managers, series, notices.series_requested(series))
    return series


def _refusal(refused: Refused, total: int) -> SlotTaken | NotValid:
    """One refusal that names every occurrence that does not fit."""
    if not refused:
        said = Message("Every occurrence is left out.")
        return NotValid(said, [FieldError("leave_out", said, Message("Keep at least one."))])
    numbers = ", ".join(str(number) for number in refused)
    said = Message(
        "{count} of {total} occurrences do not fit: {numbers}.",
        count=len(refused),
        total=total,
        numbers=numbers,
    )
    findings = list(dict.fromkeys(f for error in refused.values() for f in error.findings))
    taken = [c for e in refused.values() if isinstance(e, SlotTaken) for c in e.conflicts]
    if taken:
        return SlotTaken(said, list(dict.fromkeys(taken)), findings)
    return NotValid(said, findings=findings)


def _write(
    work: Work,
    principal: PersonPrincipal,
    project: Project,
    wish: SeriesWish,
    entered: Mapping[int, BookingLine],
    refused: Refused,
) -> BookingSeries:
    facility = project.facility
    year = clock.today(facility.zone).year
    number = next_number(work.session, f"series:{facility.code}:{year}")
    starts = first_start(wish.booking)
    assert starts is not None
    series = BookingSeries(
        reference=f"{facility.code}-SER-{year}-{number:04d}",
        facility=facility,
        organisation=project.organisation,
        project=project,
        recurrence=wish.rule.text,
        starts=starts,
        take=wish.take,
        requested_by=principal.code,
        requested_by_name=principal.name,
        requested_at=work.at,
        version=1,
        occurrences=_rows(occurrences_of(work.session, wish), entered, refused),
    )
    work.session.add(series)
    work.session.flush()
    return series


def _rows(
    every: Iterable[Occurrence], entered: Mapping[int, BookingLine], refused: Refused
) -> list[SeriesOccurrence]:
    return [
        SeriesOccurrence(
            number=one.number,
            starts=one.starts,
            booking_id=entered[one.number].id if one.number in entered else None,
            left_out=None if one.number in entered else _why(refused.get(one.number)),
        )
        for one in every
    ]


def _why(error: SlotTaken | NotValid | None) -> Sequence[dict[str, object]]:
    """What was found against an occurrence; nothing where the person left it out."""
    found = blocks(error.findings) if error is not None else []
    return [{"rule": f.rule, "subject": f.subject, **dump_finding(f)} for f in found]
