"""Reads of booking, always scoped to who asks.

``get_booking(session, principal, ref)``, ``list_bookings(session, principal, BookingFilter)``,
``list_lines(session, principal, BookingFilter)``, ``line_of(booking)``,
``list_waiting(session, principal, now)``, ``flags_of(session, ids)``,
``neighbours(session, booking)``,
``list_outages(session, principal, window)``, ``status_of``, ``occupancy_of``, ``resources_of``,
``list_timeline(session, principal, facility, window, now)``,
``get_series(session, principal, ref)``, ``list_series(session, principal, after, limit)``,
``series_of(session, booking ids)``.
"""

from hkbio_gmp.booking.queries.bookings import (
    BookingFilter,
    Neighbour,
    get_booking,
    list_bookings,
    list_outages,
    list_to_countersign,
    list_urgent,
    list_waiting,
    neighbours,
    occupancy_of,
    resources_of,
    status_of,
)
from hkbio_gmp.booking.queries.feeds import find_feed, list_feeds
from hkbio_gmp.booking.queries.flags import FlagLine, flags_of
from hkbio_gmp.booking.queries.lines import BookingLine, line_of, list_lines, with_waits
from hkbio_gmp.booking.queries.series import InSeries, get_series, list_series, series_of
from hkbio_gmp.booking.queries.timeline import (
    TimelineEntry,
    asked_by,
    list_let_go,
    list_timeline,
    named_on,
)

__all__ = [
    "BookingFilter",
    "BookingLine",
    "FlagLine",
    "InSeries",
    "Neighbour",
    "TimelineEntry",
    "asked_by",
    "find_feed",
    "flags_of",
    "get_booking",
    "get_series",
    "line_of",
    "list_bookings",
    "list_feeds",
    "list_let_go",
    "list_lines",
    "list_outages",
    "list_series",
    "list_timeline",
    "list_to_countersign",
    "list_urgent",
    "list_waiting",
    "named_on",
    "neighbours",
    "occupancy_of",
    "resources_of",
    "series_of",
    "status_of",
    "with_waits",
]
