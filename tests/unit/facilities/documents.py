"""Facility files as hypothesis makes them: any that the rules accept."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import strategies as st

from hkbio_gmp.facilities.rules.document import FacilityDocument, Record
from hkbio_gmp.facilities.rules.sections import DAYS
from hkbio_gmp.kernel.texts import is_plain

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()) and is_plain(text))
CLASSES = ("autologous_cell", "lentiviral_vector", "training")
STATE = st.sampled_from(["active", "retired"])


def _named(code: str, **more: object) -> st.SearchStrategy[Record]:
    parts = {
        name: v if isinstance(v, st.SearchStrategy) else st.just(v) for name, v in more.items()
    }
    return st.fixed_dictionaries({"code": st.just(code), "name": TEXT, "name_zh": TEXT, **parts})


def _class(code: str) -> st.SearchStrategy[Record]:
    grades = st.lists(st.sampled_from(["B", "C", "D"]), max_size=3).map(tuple)
    return _named(
        code,
        purpose=st.sampled_from(["production", "training"]),
        setup_minutes=st.integers(0, 600),
        turnaround_minutes=st.integers(0, 600),
        open_grades=grades,
        closed_grades=grades,
        needs_grade_a=st.booleans(),
        live_organism=st.booleans(),
        typical_hours=st.none() | st.integers(1, 900),
        campaign_days=st.none() | st.integers(1, 365),
        source=TEXT,
        state="active",
    )


def _room(n: int) -> st.SearchStrategy[Record]:
    return _named(
        f"ABC-R{n}",
        zone="ABC-Z1",
        grade=st.sampled_from(["B", "C", "D", "CNC"]),
        containment=st.none() | TEXT,
        capacity=st.none() | st.integers(1, 20),
        bookable=st.booleans(),
        demonstration=st.booleans(),
        state="active",
    )


def _item(n: int) -> st.SearchStrategy[Record]:
    return _named(
        f"ABC-E{n}",
        kind=st.sampled_from(["bsc", "incubator"]),
        room=st.none() | st.just("ABC-R1"),
        unit=st.none() | st.just("ABC-U1"),
        grade=st.none() | st.just("A"),
        bookable=st.booleans(),
        demonstration=st.booleans(),
        state=STATE,
    )


def _changeover(classes: list[str]) -> st.SearchStrategy[list[Record]]:
    row = st.fixed_dictionaries(
        {
            "from": st.sampled_from([*classes, "*"]),
            "to": st.sampled_from([*classes, "*"]),
            "same_series": st.booleans(),
            "minutes": st.integers(0, 5000),
            "cleaning": TEXT,
            "source": TEXT,
        }
    )
    rest = [_any_pair(same) for same in (True, False)]
    return st.lists(row, max_size=4).map(lambda rows: [*rows, *rest])


def _any_pair(same: bool) -> Record:
    pair = {"from": "*", "to": "*", "same_series": same}
    return {**pair, "minutes": 60, "cleaning": "c", "source": "s"}


def _hours(days: set[str]) -> list[Record]:
    return [{"day": day, "opens": time(9), "closes": time(18, 30)} for day in DAYS if day in days]


def _template(code: str) -> st.SearchStrategy[Record]:
    return _named("ABC-T1", **{"class": st.just(code)}, source=TEXT, state=STATE)


@st.composite
def _steps(draw: st.DrawFn) -> list[Record]:
    rows, offset = [], 0
    for _ in range(draw(st.integers(1, 4))):
        length = draw(st.integers(1, 3000))
        row = {"template": "ABC-T1", "name": draw(TEXT), "name_zh": draw(TEXT)}
        row |= {"offset_minutes": offset, "length_minutes": length}
        rows.append({**row, "attended": draw(st.booleans()), "room": True, "equipment": ()})
        offset += length + draw(st.integers(0, 500))
    return rows


@st.composite
def documents(draw: st.DrawFn) -> FacilityDocument:
    """A facility file that is in order."""
    classes = draw(st.lists(st.sampled_from(CLASSES), unique=True, min_size=1))
    first = draw(st.dates(date(2026, 1, 1), date(2030, 1, 1)))
    closure = _named(
        "ABC-CL1",
        first=first,
        last=first + timedelta(days=draw(st.integers(0, 9))),
        source=TEXT,
        state=STATE,
    )
    return FacilityDocument(
        facility=draw(
            _named(
                "ABC",
                zone="Asia/Hong_Kong",
                address=st.none() | TEXT,
                address_zh=st.none(),
                opened_on=st.none() | st.just(first),
                demonstration=st.booleans(),
            )
        ),
        settings={
            "holidays": draw(st.sampled_from(["HK", "none"])),
            "hours_source": draw(st.none() | TEXT),
            "hold_working_days": draw(st.integers(1, 30)),
            "most_open_requests": draw(st.integers(0, 1000)),
            "priority": draw(st.sampled_from([(), ("media_fill", "training")])),
            "most_share_percent": draw(st.integers(0, 100)),
            "most_waiting": draw(st.integers(0, 100)),
            "offer_hours": draw(st.integers(1, 240)),
            "hold_reminder_hours": draw(st.integers(1, 240)),
            "countersign_working_days": draw(st.integers(1, 10)),
            "quality_approves": draw(st.booleans()),
            "quality_approves_classes": draw(st.sampled_from([(), ("training",)])),
            "quality_approves_first": draw(st.booleans()),
            "quality_approves_warnings": tuple(
                draw(st.lists(st.just("opening_hours"), max_size=1))
            ),
        },
        facts=draw(
            st.lists(
                st.fixed_dictionaries({"text": TEXT, "text_zh": TEXT, "source": TEXT}), max_size=2
            )
        ),
        hours=_hours(draw(st.sets(st.sampled_from(DAYS)))),
        zones=[
            draw(
                _named("ABC-Z1", exhaust=st.sampled_from(["recirculated", "total"]), state="active")
            )
        ],
        rooms=[draw(_room(n)) for n in range(1, draw(st.integers(2, 4)))],
        suites=draw(
            st.lists(
                _named(
                    "ABC-S1", rooms=("ABC-R1",), bookable=True, demonstration=False, state=STATE
                ),
                max_size=1,
            )
        ),
        equipment=[draw(_item(n)) for n in range(draw(st.integers(0, 2)))],
        classes=[draw(_class(code)) for code in classes],
        changeover=draw(_changeover(classes)),
        segregation=[
            {
                "scope": "zone",
                "classes": (classes[0], classes[-1]),
                "condition": draw(st.sampled_from([None, "infected"])),
                "severity": "block",
                "source": "s",
            }
        ],
        closures=draw(st.lists(closure, max_size=1)),
        templates=[draw(_template(classes[0]))],
        steps=draw(_steps()),
    )
