"""Certificates made ready for pages: ladder, validity strip, renewal's first values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from hkbio_gmp.certification.models import Certificate, ReminderStep
from hkbio_gmp.certification.queries import CertificateLine, zone_of
from hkbio_gmp.certification.rules.ladder import Ladder
from hkbio_gmp.kernel import clock

_STRIP_DAYS = 730
VERBS: dict[str, Any] = {
    "verify": _("Verify"),
    "reject": _("Reject"),
    "suspend": _("Suspend"),
    "reinstate": _("Reinstate"),
    "withdraw": _("Withdraw"),
}


def ladder(line: CertificateLine, reminders: Sequence[ReminderStep]) -> list[dict[str, Any]]:
    """The steps as the ladder draws them."""
    rungs = Ladder(line.certificate.valid_until, tuple(line.certificate.kind.lead_days))
    today = clock.today(zone_of(line.certificate))
    current = rungs.current(today)
    sent = {row.step for row in reminders if row.state == "sent"}
    overtaken = {row.step for row in reminders if row.state == "overtaken"}
    return [
        {
            "days": step,
            "state": _state(step, current, sent, overtaken, line.days_left < 0),
            "at": rungs.due_on(step),
        }
        for step in rungs.steps
    ]


def _state(
    step: int, current: int | None, sent: set[int], overtaken: set[int], lapsed: bool
) -> str:
    if step in overtaken:
        return "overtaken"
    if lapsed and step == current:
        return "lapsed"
    if step == current:
        return "current"
    return "sent" if step in sent else "to_come"


def strip(rows: Sequence[Certificate], current: Certificate) -> dict[str, Any]:
    """The validity of ``rows``, all of one kind and subject, a year back and a year ahead."""
    today = clock.today(zone_of(current))
    first = today - timedelta(days=_STRIP_DAYS // 2)
    last = first + timedelta(days=_STRIP_DAYS)
    kept = [row for row in rows if row.state != "rejected" and row.valid_until >= first]
    segments = [_segment(row, first, last) for row in kept]
    return {
        "segments": [s for s in segments if s["width"] > 0],
        "from": first,
        "to": last,
        "now": 50,
    }


def _segment(row: Certificate, first: date, last: date) -> dict[str, Any]:
    begins, ends = max(row.valid_from, first), min(row.valid_until, last)
    return {
        "start": round((begins - first).days * 100 / _STRIP_DAYS, 2),
        "width": round(((ends - begins).days + 1) * 100 / _STRIP_DAYS, 2),
        "state": row.state,
        "title": f"{row.reference} {row.valid_from} - {row.valid_until}",
    }


def renewal(old: Certificate) -> dict[str, Any]:
    """First values of a renewal: the day after the old one ends."""
    return {
        "kind": old.kind.code,
        "facility": old.facility.code if old.facility else "",
        "subject": old.subject_code,
        "issuer": old.issuer,
        "valid_from": old.valid_until + timedelta(days=1),
    }


def cursor(row: Certificate) -> str:
    """Where the next page of the register begins."""
    return f"{row.valid_until.isoformat()}_{row.id}"
