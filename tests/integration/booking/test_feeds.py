"""Calendars at secret addresses: read back by the programs that people use."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Component
from werkzeug.serving import make_server

from hkbio_gmp.booking import services
from hkbio_gmp.extensions import db
from hkbio_gmp.identity import services as identity
from hkbio_gmp.identity.models import Person
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.ids import secret_digest
from tests.integration.booking import world
from tests.integration.booking.test_pages import ELSEWHERE, MANAGER, OTHER, REQUESTER, signed_in

OPERATOR = "operator@a.example"
BIN = Path(sys.executable).parent


def address(client: FlaskClient, calendar: str) -> str:
    answer = client.post("/calendar/feeds", data={"calendar": calendar})
    assert answer.status_code == 201
    found = re.search(r'value="https?://[^/"]+(/feeds/[\w-]{43}\.ics)"', answer.text)
    assert found is not None
    return found[1]


def events(app: Flask, path: str) -> list[Component]:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.data).walk("VEVENT")


def test_own_sessions_are_told_when_the_personal_feed_is_read(lab: Flask) -> None:
    reference = world.ask(world.wish(operators=(OPERATOR,)))
    world.ask(world.wish(days=30))
    path = address(signed_in(lab, OPERATOR), "person")
    (event,) = events(lab, path)
    assert event["uid"] == f"{reference}-1@hkbio-gmp"
    assert (event["status"], int(event["sequence"])) == ("TENTATIVE", 1)
    assert event["dtstart"].dt == world.at(14)
    assert event["dtstart"].params["TZID"] == "Asia/Hong_Kong"
    assert "Turnaround until" in event["description"]
    assert b"BEGIN:VTIMEZONE" in lab.test_client().get(path).data


def test_event_keeps_its_name_when_the_booking_is_approved_moved_and_cancelled(lab: Flask) -> None:
    reference = world.ask(world.wish())
    path = address(signed_in(lab, REQUESTER), "person")
    before = events(lab, path)[0]
    world.approve(reference)
    assert events(lab, path)[0]["status"] == "CONFIRMED"
    world.command(REQUESTER, services.cancel_booking, reference, reason="not needed")
    after = events(lab, path)[0]
    assert after["uid"] == before["uid"]
    assert after["status"] == "CANCELLED"
    assert int(after["sequence"]) > int(before["sequence"])
    with clock.frozen(world.NOW + timedelta(days=31)):
        assert events(lab, path) == []


def test_others_are_only_busy_when_a_room_is_read(lab: Flask) -> None:
    foreign = world.ask_b(world.wish(days=20, project="STARTUP-B-P2"))
    own = world.ask(world.wish())
    path = address(signed_in(lab, REQUESTER), f"resource:{world.ROOM}")
    found = events(lab, path)
    text = lab.test_client().get(path).text
    assert len(found) == 2
    assert own in text
    assert foreign not in text
    assert "STARTUP-B" not in text
    assert "occupied" in text.lower()


def test_only_staff_have_it_when_a_facility_is_asked_for(lab: Flask) -> None:
    world.ask(world.wish())
    refused = signed_in(lab, REQUESTER).post("/calendar/feeds", data={"calendar": "facility:LCT"})
    assert refused.status_code == 422
    assert len(events(lab, address(signed_in(lab, MANAGER), "facility:LCT"))) == 1
    assert (
        signed_in(lab, ELSEWHERE)
        .post("/calendar/feeds", data={"calendar": "facility:LCT"})
        .status_code
        == 422
    )


def test_address_dies_when_it_is_revoked_or_its_person_leaves(lab: Flask) -> None:
    client = signed_in(lab, REQUESTER)
    path, left = address(client, "person"), address(signed_in(lab, OTHER), "person")
    get = lab.test_client().get
    key = re.search(r"/calendar/feeds/(\d+)/revoke", client.get("/calendar/feeds").text)
    assert key is not None
    assert signed_in(lab, OTHER).post(key[0]).status_code == 404
    assert get(path).status_code == 200
    assert client.post(key[0]).status_code == 302
    world.act(world.CLI, partial(identity.disable_person, email=OTHER), "left")
    absent = get("/feeds/" + "x" * 43 + ".ics")
    assert [get(p).status_code for p in (path, left)] == [404, 404]
    assert get(path).text.count("There is no such record") == absent.text.count(
        "There is no such record"
    )


def test_nothing_is_sent_again_when_nothing_changed(lab: Flask) -> None:
    world.ask(world.wish())
    path, get = address(signed_in(lab, REQUESTER), "person"), lab.test_client().get
    first = get(path)
    assert get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert get(path, headers=since).status_code == 304
    with clock.frozen(world.NOW + timedelta(minutes=5)):
        assert get(path).data == first.data
        world.ask(world.wish(days=30))
        changed = get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["Last-Modified"] > first.headers["Last-Modified"]


def test_secret_is_kept_nowhere_when_an_address_is_made(lab: Flask) -> None:
    path = address(signed_in(lab, REQUESTER), "person")
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    stored = db.session.execute(db.text("SELECT digest FROM feed_token")).scalar_one()
    assert stored == secret_digest(secret)
    logged = db.session.execute(db.text("SELECT count(*) FROM feed_use")).scalar_one()
    assert logged == 0


def test_words_are_the_persons_when_they_read_chinese(lab: Flask) -> None:
    world.ask(world.wish())
    path = address(signed_in(lab, REQUESTER), "person")
    world.act(world.CLI, lambda unit: _chinese(unit.session.query(Person)))
    assert "已申請" in lab.test_client().get(path).text


def _chinese(people: object) -> None:
    people.filter_by(email=REQUESTER).one().language = "zh_Hant_HK"  # type: ignore[attr-defined]


@pytest.fixture
def served(lab: Flask) -> Iterator[str]:
    # the server's threads have a clock of their own
    clock.fix_process(world.NOW)
    server = make_server("127.0.0.1", 0, lab, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    clock.fix_process(None)


def run(folder: Path, *command: str) -> str:
    home = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
    home |= {"XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache")}
    home |= {"LC_ALL": "C.UTF-8", "TZ": "Asia/Hong_Kong"}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        env=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_programs_read_it_back_when_subscribed(lab: Flask, served: str, tmp_path: Path) -> None:
    reference = world.ask(world.wish())
    world.ask_b(world.wish(days=20, project="STARTUP-B-P2"))
    path = address(signed_in(lab, REQUESTER), f"resource:{world.ROOM}")
    db.session.rollback()
    (tmp_path / "vdir").mkdir()
    (tmp_path / "vdirsyncer.conf").write_text(
        f'[general]\nstatus_path = "{tmp_path}/status/"\n'
        '[pair room]\na = "theirs"\nb = "mine"\ncollections = null\n'
        f'[storage theirs]\ntype = "http"\nurl = "{served}{path}"\n'
        f'[storage mine]\ntype = "filesystem"\npath = "{tmp_path}/vdir/"\nfileext = ".ics"\n'
    )
    sync = partial(run, tmp_path, "vdirsyncer", "-c", str(tmp_path / "vdirsyncer.conf"))
    sync("discover")
    sync("sync")
    assert len(list((tmp_path / "vdir").glob("*.ics"))) == 2
    (tmp_path / "khal.conf").write_text(
        f"[calendars]\n[[room]]\npath = {tmp_path}/vdir\ntype = calendar\n"
        "[locale]\nlocal_timezone = Asia/Hong_Kong\ndefault_timezone = Asia/Hong_Kong\n"
        "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
    )
    listed = partial(run, tmp_path, "khal", "-c", str(tmp_path / "khal.conf"), "list", "-f")
    shown = listed("{start} {end} {title} {description}", "2027-01-01", "40d")
    assert "2027-01-18 09:00 2027-01-18 17:00 LCT-CR1 · STARTUP-A" in shown
    assert reference in shown
    assert "LCT-CR1 · Occupied" in shown
    assert "STARTUP-B" not in shown
