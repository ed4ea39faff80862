"""Scheduled work of the log."""

from __future__ import annotations

from functools import partial

import structlog

from hkbio_gmp.audit.services.verification import LogReport, keep_report, verify_logs
from hkbio_gmp.kernel import clock
from hkbio_gmp.work import snapshot, write_unaudited


def verify_all() -> list[LogReport]:
    """Verify every log and remember what was found; a log that does not hold is an error line."""
    with snapshot() as session:
        reports = verify_logs(session)
    at = clock.now()
    for report in reports:
        write_unaudited(partial(keep_report, report=report, at=at))
        if not report.holds:
            structlog.get_logger().error("audit log broken", log=report.log, found=report.problem)
    return reports
