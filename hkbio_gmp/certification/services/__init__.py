"""Commands of certification, split by verb family."""

from hkbio_gmp.certification.services.decisions import (
    decide_certificate,
    may_decide,
    signed_record,
)
from hkbio_gmp.certification.services.events import end_by_event, undo_event
from hkbio_gmp.certification.services.kinds import load_kinds
from hkbio_gmp.certification.services.reminders import remind
from hkbio_gmp.certification.services.submission import (
    Renewal,
    Submission,
    renew_certificate,
    submit_certificate,
)

__all__ = [
    "Renewal",
    "Submission",
    "decide_certificate",
    "end_by_event",
    "load_kinds",
    "may_decide",
    "remind",
    "renew_certificate",
    "signed_record",
    "submit_certificate",
    "undo_event",
]
