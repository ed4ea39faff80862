"""The control: looks whether a slot is free, then inserts, into a table without a constraint.

Same addresses and documents as the product. A fight that finds nothing here proves nothing there.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, select

SLOT = Table(
    "slot",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("resource", String),
    Column("starts_at", String),
    Column("ends_at", String),
    Column("status", String),
    Column("version", Integer),
)


def create_app() -> Flask:
    """The control on ``CONTROL_URL``; its table is there already."""
    app = Flask("control")
    engine = create_engine(os.environ["CONTROL_URL"])

    @app.get("/readyz")
    def ready() -> ResponseReturnValue:
        return jsonify(status="ok")

    @app.post("/api/v1/bookings")
    def create() -> ResponseReturnValue:
        wanted = _wanted(request.get_json())
        if _is_taken(engine, wanted):
            return _problem()
        with engine.begin() as connection:
            values = {**wanted, "status": "requested", "version": 1}
            key = connection.scalar(SLOT.insert().values(values).returning(SLOT.c.id))
        return _document(engine, int(key or 0)), 201

    @app.patch("/api/v1/bookings/<int:key>")
    def move(key: int) -> ResponseReturnValue:
        wanted = _wanted(request.get_json())
        return _problem() if _is_taken(engine, wanted) else _change(engine, key, wanted)

    @app.post("/api/v1/bookings/<int:key>/transitions")
    def approve(key: int) -> ResponseReturnValue:
        return _change(engine, key, {"status": "approved"})

    return app


def _wanted(body: dict[str, Any]) -> dict[str, str]:
    (session,) = body["sessions"]
    times = {name: session[name] for name in ("starts_at", "ends_at")}
    return {"resource": session["resources"][0], **times}


def _is_taken(engine: Engine, wanted: dict[str, str]) -> bool:
    query = select(SLOT.c.id).where(
        SLOT.c.resource == wanted["resource"],
        SLOT.c.starts_at < wanted["ends_at"],
        SLOT.c.ends_at > wanted["starts_at"],
    )
    with engine.connect() as connection:
        return connection.scalar(query) is not None


def _change(engine: Engine, key: int, values: dict[str, str]) -> Response:
    with engine.begin() as connection:
        changed = SLOT.update().where(SLOT.c.id == key)
        connection.execute(changed.values(version=SLOT.c.version + 1, **values))
    return _document(engine, key)


def _document(engine: Engine, key: int) -> Response:
    with engine.connect() as connection:
        row = connection.execute(select(SLOT).where(SLOT.c.id == key)).one()
    return jsonify(reference=str(row.id), resources=[row.resource], **row._asdict())


def _problem() -> ResponseReturnValue:
    return jsonify(type="/problems/slot-taken", status=409), 409
