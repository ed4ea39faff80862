"""What of the calendar is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hkbio_gmp.booking.present.window import Days
from hkbio_gmp.facilities.models import Facility, Resource


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a facility to show; each further field leaves all else out.

    ``zone`` is an air zone's code. ``own`` is one's organisation's, or where one is named.
    """

    facility: Facility
    days: Days
    now: datetime
    status: str = ""
    process_class: str = ""
    selected: str | None = None
    kind: str = ""
    grade: str = ""
    zone: str = ""
    resource: str = ""
    own: bool = False

    def shows(self, resource: Resource) -> bool:
        """Whether a resource has a row."""
        asked = (self.kind, self.grade, self.resource)
        found = (resource.kind, resource.grade or "", resource.code)
        if not all(not ask or ask == have for ask, have in zip(asked, found, strict=True)):
            return False
        return not self.zone or (
            resource.air_zone is not None and resource.air_zone.code == self.zone
        )
