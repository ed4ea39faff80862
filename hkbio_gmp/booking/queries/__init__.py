"""Reads of booking, always scoped to who asks; instants in UTC, ``now`` is the clock's if left out.

::

    get_booking(session, principal, reference) -> Booking         # NotFound: absent or foreign
    booking_view(session, principal, booking, now=None) -> BookingView      # all that is shown
    list_bookings(session, principal, BookingFilter) -> BookingPage(items, next_cursor)
    list_occupied(session, principal, facility, window, resource=None) -> list[OccupiedView]
    readiness(session, booking, now=None, viewer=None) -> Readiness(verdict, findings)
    preview(session, principal, wish: BookingWish, reference=None) -> Readiness     # beside a form
    find_slots(session, principal, SlotQuery) -> SlotAnswer(slots, refusals, rooms)
    list_timeline(session, principal, facility, window: TimeRange) -> TimelineView(rows)
    list_approvals(session, principal, facility=None) -> list[Approval]     # what waits for a decision
    list_outages(session, principal, facility=None, window=None) -> list[OutageView]
    allowed_verbs(principal, booking) -> list[Verb(verb, permission, allowed, why, needs_reason, signed)]
"""
