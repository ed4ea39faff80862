"""``/components``: every component in every state, with invented content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired

from hkbio_gmp.kernel.findings import Finding, Severity
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.forms import (
    FilterForm,
    SignForm,
    TidyStringField,
    TidyTextAreaField,
    ZonedDateTimeField,
)
from hkbio_gmp.web.guards import public
from hkbio_gmp.web.icons import shapes
from hkbio_gmp.web.states import STATES
from hkbio_gmp.web.timeline import Bar, Group, Lapse, Row, Timeline

blueprint = Blueprint("gallery", __name__)
_ZONE = "Asia/Hong_Kong"
_NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)


class SampleForm(FilterForm):
    """One field of each kind."""

    title = TidyStringField("Title", [InputRequired()], description="As it stands on the record.")
    note = TidyTextAreaField("Note")
    process_class = SelectField(
        "Process class", choices=[("g", "Gene-modified cell"), ("m", "Media fill")]
    )
    site = RadioField("Site", choices=[("LCT", "LCT"), ("CUHK", "CUHK")], default="LCT")
    people = SelectMultipleField(
        "Operators", choices=[("a1", "Operator A1"), ("a3", "Operator A3")]
    )
    starts = ZonedDateTimeField("Starts", zone=_ZONE)
    day = DateField("Issued on")
    hours = IntegerField("Hours")
    agreed = BooleanField("The batch record is at hand")


class SampleSignForm(SignForm):
    """The signature's fields, without a token of its own."""

    class Meta(SignForm.Meta):
        csrf = False


def at(day: int, hour: float = 0) -> datetime:
    """An hour of a day of January 2027 at the facility."""
    midnight = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(hours=8)
    return midnight + timedelta(days=day - 1, hours=hour)


def _use(
    first: datetime, last: datetime, state: str, title: str, note: str = "", **more: object
) -> Bar:
    setup, after = timedelta(hours=6), timedelta(hours=8)
    short = str(more.pop("short", title.split(" ")[0].replace("STARTUP", "S")))
    steps = tuple(
        (first + timedelta(days=n), first + timedelta(days=n, hours=4)) for n in (0, 2, 5)
    )
    attended = steps if state in {"in_use", "approved", "requested"} else ()
    return Bar(
        first,
        last,
        state,
        title,
        note,
        short,
        "#timeline",
        first - setup,
        last + after,
        attended=attended,
        **more,  # type: ignore[arg-type]
    )


def sample_timeline() -> Timeline:
    """Two weeks at LCT, with a bar of each state."""
    cells = (
        Row(
            "LCT-CR1",
            "In use",
            "in_use",
            "B",
            "#timeline",
            (
                _use(at(9), at(11, 17), "completed", "STARTUP-C · B0"),
                _use(
                    at(12, 14),
                    at(22, 13),
                    "in_use",
                    "STARTUP-A · B1",
                    "gene-modified cell · session 2 of 7",
                ),
            ),
        ),
        Row(
            "LCT-CR2",
            "Qualified to 22 Jan",
            "due",
            "B",
            None,
            (
                _use(
                    at(8),
                    at(13, 9),
                    "completed",
                    "STARTUP-C · B2",
                    "allogeneic cell · 6 sessions",
                    cleaning=True,
                ),
                Bar(at(15, 8), at(16, 18), "outage", "Requal.", "planned", "Requal."),
                _use(
                    at(20, 9),
                    at(28, 13),
                    "requested",
                    "STARTUP-A · B2",
                    "gene-modified cell · CR2 + CP1",
                    selected=True,
                ),
            ),
            Lapse(at(23), "LCT-CR2 qualification lapses"),
        ),
        Row(
            "LCT-CR3",
            "Ready",
            "ready",
            "B",
            None,
            (
                _use(
                    at(14, 9),
                    at(21, 12),
                    "approved",
                    "STARTUP-C · B1",
                    "allogeneic cell · 4 sessions",
                ),
                Bar(at(11, 10), at(11, 18), "completed", "STARTUP-B"),
            ),
        ),
        Row(
            "LCT-CR4",
            "Ready",
            "ready",
            "C",
            None,
            (
                Bar(at(14, 9), at(15, 18), "requested", "STARTUP-B · B3", "", "S-B"),
                _use(
                    at(18, 9),
                    at(22, 17),
                    "blocked",
                    "STARTUP-C · B2",
                    "operator C3: gowning lapsed",
                ),
            ),
        ),
    )
    other = (
        Row(
            "CUHK-R1",
            "Occupied to 15 Jan",
            "occupied",
            "B",
            None,
            (
                Bar(at(5), at(15, 8), "occupied", "Occupied"),
                Bar(at(18, 8), at(30), "occupied", "Occupied"),
            ),
        ),
    )
    groups = (
        Group("Zone 1", "AHU-1 · cells", cells),
        Group("Other site", "CUHK · occupancy only", other),
    )
    return Timeline(date(2027, 1, 11), date(2027, 1, 24), _ZONE, groups, _NOW)


def sample_sessions() -> Timeline:
    """Seven sessions of one booking."""
    plan = (
        (12, 14, 12, 18, "cleared", "1"),
        (12, 18, 13, 14, "in_use", ""),
        (13, 14, 13, 18, "planned", "3"),
        (13, 18, 18, 9, "planned", ""),
        (18, 9, 18, 12, "planned", "5"),
        (18, 12, 20, 9, "planned", ""),
        (20, 9, 20, 12, "blocked", "6"),
        (20, 12, 22, 9, "planned", ""),
        (22, 9, 22, 13, "planned", "7"),
    )
    bars = tuple(
        Bar(at(a, h), at(b, k), state, f"Session {number}", short=number)
        for a, h, b, k, state, number in plan
    )
    return Timeline(
        date(2027, 1, 12), date(2027, 1, 22), _ZONE, (Group("", rows=(Row("", bars=bars),)),), _NOW
    )


def sample_findings() -> list[Finding]:
    """Findings of each severity."""
    return [
        Finding(
            "operator_aps",
            Severity.BLOCK,
            "Operator A5",
            Message("Operator {name}: APS suspended", name="A5"),
            Message("Name another operator for session {session}.", session=6),
            source="Annex 1, 9.38 and 7.4",
            link="#readiness",
        ),
        Finding(
            "room_qualification",
            Severity.WARN,
            "LCT-CR2",
            Message("{room} qualification lapses {day}", room="LCT-CR2", day=date(2027, 1, 22)),
            Message("Conditional on renewal by {day}.", day=date(2027, 1, 18)),
            at(23),
            "Annex 1, 4.32",
            "#readiness",
        ),
        *(
            Finding(rule, Severity.OK, subject, Message(text), source=source)
            for rule, subject, text, source in (
                ("licence", "LCT", "Facility licence LCT", "to 31 Aug 2027"),
                ("agreement", "STARTUP-A", "Technical agreement STARTUP-A", "to 30 Nov 2028"),
                ("gowning", "Operator A1", "Operator A1, all qualifications", "to 13 Apr 2027"),
            )
        ),
    ]


def _wrong(form: SampleForm) -> SampleForm:
    form.validate()
    return form


@blueprint.get("/components")
@public
def components() -> ResponseReturnValue:
    """The whole gallery."""
    form = SampleForm(MultiDict({"title": "STARTUP-A-P1-B1", "hours": "4"}))
    return render_template(
        "components.html",
        form=form,
        wrong=_wrong(SampleForm(MultiDict({"w-title": "", "w-hours": "many"}), prefix="w-")),
        sign_form=SampleSignForm(MultiDict()),
        findings=sample_findings(),
        model=sample_timeline(),
        sessions=sample_sessions(),
        states=list(STATES),
        icons=sorted(shapes()),
        sample_now=_NOW,
        at=at,
    )


@blueprint.get("/components/errors/<int:status>")
@public
def error_page(status: int) -> ResponseReturnValue:
    """How an error looks; 0 is the offline page."""
    known = status if status in {403, 404, 409, 413, 429, 500} else 0
    name = "offline" if known == 0 else str(known)
    return render_template(f"errors/{name}.html", status=known or None, detail=None, title=None)
