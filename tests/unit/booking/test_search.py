"""The finder's laws: it offers only what the rules pass, and misses nothing that they would."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hkbio_gmp.booking.rules.assess import assess
from hkbio_gmp.booking.rules.assessment import Viewer
from hkbio_gmp.booking.rules.circumstances import Asked, Circumstances
from hkbio_gmp.booking.rules.gates import KindFacts
from hkbio_gmp.booking.rules.occupancy import Occupied, OutageFacts, Use
from hkbio_gmp.booking.rules.search import sweep
from hkbio_gmp.booking.rules.search.ground import Ground
from hkbio_gmp.booking.rules.search.shape import Bundle, Step, Wanted
from hkbio_gmp.booking.rules.search.spans import allowed, either, first_of_all
from hkbio_gmp.booking.rules.search.walk import Walk
from hkbio_gmp.certification.lifecycle import CertificateState
from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities.rules.facts import FacilityFacts, ProcessClassFacts, ResourceFacts
from hkbio_gmp.kernel.findings import Verdict
from hkbio_gmp.kernel.timerange import TimeRange
from tests.unit.booking.uses import BOOK, CLASSES, ZERO, hours, use

FACILITY = FacilityFacts("LCT", "LCT", "LCT", "Asia/Hong_Kong", 3)
DAYS = 8
LAST = ZERO + timedelta(days=DAYS)
NOW = ZERO - hours(1)
KINDS = {
    "room_qualification_ab": KindFacts("room_qualification_ab", "Room", True, 2, "A1 4.32"),
    "gowning_qualification": KindFacts("gowning_qualification", "Gowning", True, 1, "A1 7.4"),
    "bsc_certification": KindFacts("bsc_certification", "Cabinet", True, 1, "NSF/ANSI 49"),
    "process_aps": KindFacts("process_aps", "Simulation", True, 3, "A1 9.38"),
}
OPENED = [
    TimeRange(ZERO + timedelta(days=n), ZERO + timedelta(days=n, hours=9))
    for n in (*range(5), 7, 8)
]


def resource(code: str, zone: str, kind: str = "room", room: str | None = None) -> ResourceFacts:
    """A room of grade B, a cell processor, or a cabinet that comes with its room."""
    equipment = kind if kind != "room" else None
    grade = {"room": "B", "bsc": "A"}.get(kind)
    return ResourceFacts(
        code,
        "LCT",
        "equipment" if equipment else "room",
        code,
        code,
        grade,
        equipment,
        None,
        3,
        zone,
        room,
        (),
        equipment != "bsc",
        True,
    )


KNOWN = {
    "R1": resource("R1", "Z1"),
    "R2": resource("R2", "Z1"),
    "R3": resource("R3", "Z2"),
    "P1": resource("P1", "Z1", "cell_processor", "R1"),
    "P2": resource("P2", "Z2", "cell_processor"),
    "B1": resource("B1", "Z1", "bsc", "R1"),
    "B2": resource("B2", "Z1", "bsc", "R2"),
    "B3": resource("B3", "Z2", "bsc", "R3"),
    "B4": resource("B4", "Z2", "bsc", "R3"),
}
ROOMS, CABINETS = ("R1", "R2", "R3"), ("B1", "B2", "B3", "B4")
BOOKABLE = sorted(set(KNOWN) - set(CABINETS))


def needs(code: str, setup: int = 60, turnaround: int = 120) -> ProcessClassFacts:
    """A class that is made in grade B."""
    return ProcessClassFacts(
        code, code, code, "production", setup, turnaround, ("B",), ("B",), True, False
    )


def wanted(steps: tuple[Step, ...], made: str = "cell", series: str = "W") -> Wanted:
    """What is looked for, by one operator of STARTUP-A."""
    return Wanted(FACILITY, needs(made), series, "STARTUP-A", None, KNOWN, steps, ("op@a.example",))


def paper(first: date, last: date, state: str = "valid") -> CertificateFacts:
    """A certificate."""
    return CertificateFacts("C-1", CertificateState(state), first, last)


def ground(what: Wanted, around: Circumstances) -> Ground:
    """Eight days of starts."""
    return Ground(what, around, Asked(Viewer(None, None), NOW), (ZERO, LAST - what.length))


def grid(stage: Ground) -> Iterator[datetime]:
    """Every half hour that can be asked for."""
    at = stage.within[0]
    while at <= stage.within[1]:
        yield at
        at += timedelta(minutes=30)


uses_of_others = st.builds(
    use,
    start=st.integers(-30, DAYS * 24).map(float),
    length=st.sampled_from([2.0, 8.0, 26.0]),
    made=st.sampled_from(CLASSES),
    series=st.sampled_from(["A", "W"]),
    resource=st.sampled_from(BOOKABLE),
    setup=st.sampled_from([0.0, 1.0]),
    turnaround=st.sampled_from([0.0, 2.0]),
    booking=st.just("LCT-2027-000001"),
)


def breathing(old: Use) -> Use:
    """The use with the zone that its resource breathes."""
    zone = KNOWN[old.resource].air_zone
    return Use(
        old.resource, old.slot, old.occupancy, old.process_class, old.series, zone, old.booking
    )


outages = st.builds(
    lambda code, start, length: OutageFacts(
        code, TimeRange(ZERO + hours(start), ZERO + hours(start + length)), "planned"
    ),
    st.sampled_from(BOOKABLE),
    st.integers(-10, DAYS * 24),
    st.integers(1, 40),
)
days = st.integers(-3, DAYS + 3).map(lambda n: (ZERO + timedelta(days=n)).date())
papers = st.lists(
    st.builds(
        lambda one, other, state: paper(min(one, other), max(one, other), state),
        days,
        days,
        st.sampled_from(["valid", "valid", "valid", "suspended"]),
    ),
    max_size=3,
)


pauses = st.one_of(
    st.none(),
    st.builds(
        lambda edge, near: ZERO - timedelta(days=edge + near) + hours(12),
        st.sampled_from([DAYS, 181, 365]),
        st.integers(-DAYS, 3),
    ),
)
"""When the class was last made: lately, half a year or a year before some day of the search."""
results = st.lists(
    st.integers(-370, DAYS).map(
        lambda n: paper((ZERO + timedelta(days=n)).date(), date(2099, 1, 1))
    ),
    max_size=4,
)


@st.composite
def worlds(draw: st.DrawFn) -> Circumstances:
    """Some neighbours, outages and papers that hold for a while."""
    everything = [paper(date(2020, 1, 1), date(2099, 1, 1))]
    held = {
        ("resource", code, "room_qualification_ab"): draw(st.one_of(st.just(everything), papers))
        for code in ROOMS
    }
    held["person", "op@a.example", "gowning_qualification"] = draw(
        st.one_of(st.just(everything), papers)
    )
    for code in CABINETS:
        held["resource", code, "bsc_certification"] = draw(st.one_of(st.just(everything), papers))
    held["facility", "LCT", "process_aps"] = everything + draw(results)
    taken = Occupied(
        tuple(breathing(old) for old in draw(st.lists(uses_of_others, max_size=6))),
        tuple(draw(st.lists(outages, max_size=2))),
        last_made=draw(pauses),
    )
    return Circumstances(BOOK, taken, held, KINDS, OPENED)


plain = st.sampled_from([2, 8, 26, 50]).map(lambda n: (Step(timedelta(), hours(n)),))
template = st.just(
    (
        Step(timedelta(), hours(4), kinds=("cell_processor",)),
        Step(hours(4), hours(44), attended=False),
        Step(hours(48), hours(3)),
    )
)
shapes = st.one_of(plain, template)


@given(worlds(), shapes, st.sampled_from(CLASSES))
@settings(max_examples=60, deadline=None)
def test_every_start_left_is_free_and_no_other_when_the_neighbours_are_swept(
    around: Circumstances, steps: tuple[Step, ...], made: str
) -> None:
    stage = ground(wanted(steps, made), around)
    walk = Walk(stage, ("R1",))
    for at in grid(stage):
        clear = any(_no_clash(stage, item, at) for item in ("P1", "P2"))
        assert walk.is_free(at) == clear, at


def _no_clash(stage: Ground, item: str, at: datetime) -> bool:
    plan = stage.wanted.plan(Bundle(("R1",), {"cell_processor": item}), at)
    return not any(
        clash.severity == "block" for clash in assess(plan, stage.around, stage.asked).clashes
    )


@given(worlds(), shapes, st.sampled_from(ROOMS))
@settings(max_examples=60, deadline=None)
def test_first_offer_is_the_earliest_that_brute_force_finds_when_asked_of_a_place(
    around: Circumstances, steps: tuple[Step, ...], room: str
) -> None:
    stage = ground(wanted(steps), around)
    walk = Walk(stage, (room,))
    first = next(walk.offers(), None)
    passing = [at for at in grid(stage) if walk.ask(at).told.verdict is not Verdict.BLOCKED]
    if not passing:
        assert first is None or first.starts not in grid(stage)
        return
    assert first is not None and first.told.verdict is not Verdict.BLOCKED
    best = next(t for t in stage.tiers if any(at in t for at in passing))
    assert first.starts <= min(at for at in passing if at in best)


@given(worlds(), shapes, st.sampled_from(ROOMS))
@settings(max_examples=60, deadline=None)
def test_certificates_say_the_same_when_no_turn_lies_between_two_starts(
    around: Circumstances, steps: tuple[Step, ...], room: str
) -> None:
    stage = ground(wanted(steps), around)
    walk = Walk(stage, (room,))
    origin = stage.within[0]
    turns = sweep.turns(stage.wanted.plan(Bundle((room,)), origin), around, origin, NOW)
    heard: dict[int, list[tuple[str, str, str]]] = {}
    for at in grid(stage):
        said = [
            (f.rule, f.subject, str(f.severity))
            for f in walk.ask(at).told.findings
            if f.rule.startswith("certificate:") or f.rule == "process_simulation"
        ]
        assert heard.setdefault(bisect_right(turns, at), said) == said, at


@given(worlds(), shapes, st.sampled_from(ROOMS), st.sampled_from(["cell", "training"]))
@settings(max_examples=60, deadline=None)
def test_first_ready_start_is_the_earliest_when_one_is_looked_for(
    around: Circumstances, steps: tuple[Step, ...], room: str, made: str
) -> None:
    stage = ground(wanted(steps, made), around)
    walk = Walk(stage, (room,))
    ready = [at for at in grid(stage) if walk.ask(at).is_ready]
    found = walk.first_ready(ZERO - hours(1))
    assert (found is not None) >= bool(ready)
    if ready:
        assert found is not None and found.is_ready and found.starts <= ready[0]


@given(worlds(), plain, st.integers(0, 96))
@settings(max_examples=40, deadline=None)
def test_nearest_earlier_start_is_the_last_that_brute_force_finds_when_looking_back(
    around: Circumstances, steps: tuple[Step, ...], hour: int
) -> None:
    stage = ground(wanted(steps), around)
    walk, wish = Walk(stage, ("R2",)), ZERO + hours(hour)
    found = walk.before(wish)
    passing = [
        at for at in grid(stage) if at <= wish and walk.ask(at).told.verdict is not Verdict.BLOCKED
    ]
    if passing:
        best = next(t for t in stage.tiers if any(at in t for at in passing))
        assert found is not None
        assert found.starts >= max(at for at in passing if at in best)


instants = st.integers(0, 40).map(lambda n: ZERO + hours(n))
spans = st.lists(st.tuples(instants, instants).filter(lambda s: s[0] < s[1]), max_size=5)


@given(spans, spans, instants)
def test_sets_of_starts_answer_as_their_parts_do_when_joined(
    one: list[tuple[datetime, datetime]], other: list[tuple[datetime, datetime]], at: datetime
) -> None:
    whole = (ZERO, ZERO + hours(40))
    first, second = allowed(whole, one), allowed(whole, other)
    assert (at in first) == (not any(low < at < high for low, high in one))
    common = first_of_all([first, second], at)
    assert (common is not None and common[0] == at) == (at in first and at in second)
    assert (at in either([first, second])) == (at in first or at in second)


@pytest.mark.parametrize(("kind", "lacking"), [("cell_processor", []), ("isolator", ["isolator"])])
def test_place_lacks_a_kind_when_nothing_of_it_can_be_booked(kind: str, lacking: list[str]) -> None:
    steps = (Step(timedelta(), hours(4), kinds=(kind,)),)
    assert Walk(ground(wanted(steps), Circumstances(BOOK, Occupied())), ("R1",)).lacks == lacking


def test_first_ready_start_follows_at_once_when_a_neighbour_no_longer_warns() -> None:
    uneasy = breathing(use(0, 3, "vector", resource="R2", booking="LCT-2027-000001"))
    around = Circumstances(BOOK, Occupied((uneasy,)), opened=OPENED)
    walk = Walk(ground(wanted((Step(timedelta(), hours(2)),), "training"), around), ("R1",))
    found = walk.first_ready(ZERO - hours(1))
    # an hour of set-up belongs to the occupancy, which the neighbour's air touches
    assert found is not None and found.starts == ZERO + hours(4)
