"""Commands of booking, split by verb family. Each runs inside ``work.run``; none commits.

``version`` is the one that the person read (None: not compared). All raise NotFound for an absent
and a foreign booking alike, NotAllowed, WrongState, Stale; those that take time also NotValid
(``errors`` by field, or ``findings``) and SlotTaken (``conflicts``, ``findings``,
``alternatives``). A reason is ``work.reason``. Wishes come from ``booking.rules.wishes``::

    request_booking(work, principal, wish: BookingWish) -> str                      # the reference
    submit_booking(work, principal, reference, version=None) -> None
    change_booking(work, principal, reference, change: BookingChange, version=None) -> str
        # "changed" (took effect) or "proposed" (a move that the other side decides)
    cancel_booking(work, principal, reference, version=None) -> None                # reason needed
    approve_booking(work, principal, reference, proof: SigningProof, version: int) -> str
        # signature's number; sign booking_record(session, booking); reason needed where it warns
    reject_booking(work, principal, reference, version=None) -> None                # reason needed
    counter_offer(work, principal, reference, change, version=None) -> None         # reason needed
    propose_move(work, principal, reference, change, version=None) -> None
    accept_move(work, principal, reference, version=None) -> None
    decline_move(work, principal, reference, version=None) -> None
    check_in / check_out / abort_session(work, principal, reference, number, version=None) -> None
    perform_clearance(work, principal, reference, number, version=None) -> None
    verify_clearance(work, principal, reference, number, proof, version) -> str     # signed
    plan_outage(work, principal, wish: OutageWish) -> PlannedOutage(reference, affected)
    withdraw_outage(work, principal, reference, version) -> None                    # reason needed
    booking_record(session, booking) -> SignedRecord                # for identity's prove_password

Actor and action of ``work.run``: ``principal.acting_for(permission, facility=..., organisation=...)``
and ``lifecycle.ACTIONS[verb]``, such as ``booking:slot:approved``.
"""
