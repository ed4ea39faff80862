"""Tables of the waitlist: what a waiting booking would take, and when it was last looked for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hkbio_gmp.booking.models import RESTRICT, Booking, PartOfBooking
from hkbio_gmp.extensions import Base


class WaitlistEntry(PartOfBooking, Base):
    """That a booking waits for time which others hold.

    It takes the first start from its own wish on and up to ``latest`` (UTC), in another suitable
    room too where ``any_room``. ``queued_at`` is its turn in line: whoever lets an offer pass goes
    to the end of it.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (CheckConstraint("earliest <= latest", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete=RESTRICT), unique=True
    )
    earliest: Mapped[datetime]
    latest: Mapped[datetime]
    any_room: Mapped[bool]
    queued_at: Mapped[datetime]

    booking: Mapped[Booking] = relationship(lazy="joined")

    @property
    def audit_code(self) -> str:
        """The booking's reference."""
        return f"{self.booking.reference}/waitlist"


class WaitlistLook(Base):
    """Up to where a facility's log had grown when its waitlist was last looked at. Outside the log.

    Whatever frees capacity is written to the log; a day's change may lapse or open a certificate.
    """

    __tablename__ = "waitlist_look"

    facility_id: Mapped[int] = mapped_column(
        ForeignKey("facility.id", ondelete=RESTRICT), primary_key=True
    )
    size: Mapped[int]
    day: Mapped[date]
