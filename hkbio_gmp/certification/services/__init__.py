"""Commands of certification, split by verb family."""

from hkbio_gmp.certification.services.decisions import decide_certificate, signed_record
from hkbio_gmp.certification.services.kinds import load_kinds
from hkbio_gmp.certification.services.reminders import remind
from hkbio_gmp.certification.services.submission import Submission, submit_certificate

__all__ = [
    "Submission",
    "decide_certificate",
    "load_kinds",
    "remind",
    "signed_record",
    "submit_certificate",
]
