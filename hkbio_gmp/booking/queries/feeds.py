"""Secret addresses of calendars: whose, and when they were read last."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hkbio_gmp.booking.models_feeds import FeedToken, FeedUse
from hkbio_gmp.kernel.ids import secret_digest


def find_feed(session: Session, secret: str) -> FeedToken | None:
    """The living feed of a secret; None for one unknown, ended, or of a disabled person."""
    query = select(FeedToken).where(FeedToken.digest == secret_digest(secret))
    found = session.scalar(query)
    if found is None or found.revoked_at is not None or not found.person.active:
        return None
    return found


def list_feeds(session: Session, person_id: int) -> list[tuple[FeedToken, FeedUse | None]]:
    """A person's living feeds with their last use, newest first."""
    rows = session.execute(
        select(FeedToken, FeedUse)
        .outerjoin(FeedUse, FeedUse.feed_id == FeedToken.id)
        .where(FeedToken.person_id == person_id, FeedToken.revoked_at.is_(None))
        .order_by(FeedToken.id.desc())
    )
    return [(feed, use) for feed, use in rows]
