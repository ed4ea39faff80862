"""Which higher feature listens to which lower one's events."""

from __future__ import annotations

from hkbio_gmp.booking.services import reexamination
from hkbio_gmp.kernel import events


def subscribe_all() -> None:
    """Subscribe every listener; calling it again changes nothing."""
    events.subscribe(events.ValidityEnded, reexamination.on_validity_ended)
    events.subscribe(events.ValidityRestored, reexamination.on_validity_restored)
