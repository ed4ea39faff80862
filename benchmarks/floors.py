"""What any Flask view would cost that does the least: the floors that the product stands on."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import DateTime, Engine, UniqueConstraint, bindparam, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from hkbio_gmp.extensions import Instant
from hkbio_gmp.kernel import clock
from hkbio_gmp.work import prepare_engine
from hkbio_gmp.work.engine import WRITE_OPTION

FLOOR_TOKEN = "floor"
_WEEK = """
    SELECT b.reference, f.code AS facility, o.code AS organisation, p.code AS project,
           t.code AS batch, b.process_class, b.status, b.note, b.hold_until, b.version,
           s.number, s.starts, s.ends, s.attended, s.state, s.checked_in_at, s.checked_out_at,
           a.resource, a.occupied_from, a.occupied_until, {emails} AS operators
    FROM allocation a
    JOIN booking_session s ON s.id = a.session_id
    JOIN booking b ON b.id = a.booking_id
    JOIN facility f ON f.id = b.facility_id
    JOIN organisation o ON o.id = b.organisation_id
    JOIN project p ON p.id = b.project_id
    LEFT JOIN batch t ON t.id = b.batch_id
    WHERE a.facility_id = (SELECT id FROM facility WHERE code = :facility)
      AND a.occupied_from > :earliest AND a.occupied_from < :ends AND a.occupied_until > :starts
    ORDER BY b.id DESC
"""
_EMAILS = """
    (SELECT {gather} FROM booking_operator q JOIN person r ON r.id = q.person_id
     WHERE q.booking_id = b.id AND q.active)
"""
_GATHER = {"sqlite": "group_concat(r.email)", "postgresql": "string_agg(r.email, ',')"}


class FloorBase(DeclarativeBase):
    """Base of the floor's own two tables."""


class FloorBooking(FloorBase):
    """One constrained row: a room's day is given once."""

    __tablename__ = "floor_booking"
    __table_args__ = (UniqueConstraint("room", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    starts: Mapped[str]
    ends: Mapped[str]
    note: Mapped[str]


class FloorSession(FloorBase):
    """Who is signed in, by the digest of a token."""

    __tablename__ = "floor_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]


class FloorLog(FloorBase):
    """One line of what was done, chained to the one before."""

    __tablename__ = "floor_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    leaf: Mapped[str]
    digest: Mapped[str]


class FloorHead(FloorBase):
    """The end of the chain; its lock orders the writers."""

    __tablename__ = "floor_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]


def feed_floor(url: str) -> Flask:
    """A bare view with one query of a week's rows."""
    app, engine = Flask("floor"), _engine(url)
    emails = _EMAILS.format(gather=_GATHER[engine.dialect.name])
    names = ("starts", "ends", "earliest")
    query = text(_WEEK.format(emails=emails)).bindparams(
        *(bindparam(name, type_=Instant()) for name in names)
    )

    @app.get("/week")
    def week() -> Response:
        instants = {name: clock.utc(datetime.fromisoformat(request.args[name])) for name in names}
        with engine.connect() as connection:
            rows = connection.execute(query, {"facility": request.args["facility"], **instants})
            return jsonify([dict(row) for row in rows.mappings()])

    return app


def booking_floor(url: str) -> Flask:
    """A bare view with a session, one constrained insert and one log entry, then a commit.

    The session is a row found by its token's digest; the log is a chain, as any must be.
    """
    app, engine = Flask("floor"), _engine(url).execution_options(**{WRITE_OPTION: True})
    FloorBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            [FloorSession(digest=_digest(FLOOR_TOKEN), person="P"), FloorHead(digest="")]
        )
        session.commit()

    @app.post("/bookings")
    def book() -> tuple[Response, int]:
        body: dict[str, Any] = request.get_json()
        token = request.headers["Authorization"].removeprefix("Bearer ")
        with Session(engine) as session:
            signed_in = select(FloorSession).where(FloorSession.digest == _digest(token))
            person = session.scalars(signed_in).one().person
            row = FloorBooking(
                room=body["resources"][0],
                starts=body["starts_at"],
                ends=body["ends_at"],
                note=body["note"],
            )
            session.add(row)
            session.flush()
            answer = {"reference": row.id, **body}
            leaf = json.dumps({**answer, "person": person}, sort_keys=True)
            head = session.scalars(select(FloorHead).with_for_update()).one()
            head.digest = _digest(head.digest + leaf)
            session.add(FloorLog(at=clock.now(), leaf=leaf, digest=head.digest))
            session.commit()
        return jsonify(answer), 201

    return app


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _engine(url: str) -> Engine:
    """The same pragmas and the same durability as the product's own."""
    engine = create_engine(url)
    prepare_engine(engine)
    return engine
