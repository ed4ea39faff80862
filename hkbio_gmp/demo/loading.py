"""Loads the demonstration into an empty database."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from random import Random

from flask import current_app
from sqlalchemy import func, select

from hkbio_gmp import work
from hkbio_gmp.audit.jobs import verify_all
from hkbio_gmp.audit.models import AuditVerification
from hkbio_gmp.certification.services import load_kinds
from hkbio_gmp.demo import papers, present, projects, story
from hkbio_gmp.demo.accounts import add_accounts
from hkbio_gmp.demo.haste import in_haste
from hkbio_gmp.demo.stage import Stage, local
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.services import import_facility, shipped_codes, shipped_facility
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Actor

HISTORY = timedelta(days=182)
FIRST_ACCOUNT = "requester@startup-a.example"
ACTOR = Actor("cli:demo", "Demonstration loader", "cli")


def is_empty() -> bool:
    """Whether nobody has an account yet."""
    empty = not db.session.scalar(select(func.count()).select_from(Person))
    db.session.rollback()
    return empty


def is_cut_short() -> bool:
    """Whether a load was begun and did not end: its last act is to verify the logs."""
    begun = db.session.scalar(select(Person.id).where(Person.email == FIRST_ACCOUNT))
    ended = db.session.scalar(select(AuditVerification.id).limit(1))
    db.session.rollback()
    return begun is not None and ended is None


def load(seed: int = 1, scale: int = 1) -> str:
    """Play half a year, ``scale`` times the history, up to now; the same seed, the same story."""
    settings = current_app.extensions["settings"]
    now = clock.now().replace(second=0, microsecond=0)
    first = local(now - HISTORY * scale, 8)
    stage = Stage(settings, now, Random(seed))
    with in_haste() if is_empty() else nullcontext():
        _play(stage, first)
    verify_all()
    return f"demonstration data loaded, {stage.refused} refusals on the way"


def _play(stage: Stage, first: datetime) -> None:
    with clock.frozen(first):
        _found(stage)
    projects.plan(stage, first + timedelta(hours=1))
    papers.plan(stage, first + timedelta(minutes=10))
    story.plan(stage, first + timedelta(days=20))
    present.plan(stage)
    stage.play()


def _found(stage: Stage) -> None:
    work.run(ACTOR, "certification:kind:loaded", "shipped kinds", load_kinds)
    for code in shipped_codes():
        text = shipped_facility(code)
        work.run(
            ACTOR,
            "facilities:facility:imported",
            "shipped demonstration facility",
            partial(import_facility, text=text),
        )
    work.run(ACTOR, "identity:person:added", "demonstration accounts", add_accounts)
