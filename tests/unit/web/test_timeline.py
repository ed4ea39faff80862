from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.kernel.timerange import day_start
from hkbio_gmp.web.timeline import Bar, Group, Lapse, Row, Timeline

ZONE = "Asia/Hong_Kong"
FIRST = date(2027, 1, 11)
NOW = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)


def at(days: float) -> datetime:
    return day_start(FIRST, ZONE) + timedelta(days=days)


def picture(*bars: Bar, days: int = 10, zone: str = ZONE, lapse: Lapse | None = None) -> Timeline:
    row = Row("LCT-CR1", bars=bars, lapse=lapse)
    last = FIRST + timedelta(days=days - 1)
    return Timeline(FIRST, last, zone, (Group("Zone 1", rows=(row,)),), NOW)


def row_of(model: Timeline) -> Row:
    return model.groups[0].rows[0]


def test_bar_lies_in_per_cent_when_drawn() -> None:
    model = picture(Bar(at(1), at(3), "approved", "A", occupied_from=at(0.5), occupied_until=at(4)))
    (drawn,) = model.draw(row_of(model))
    assert (drawn.body.x, drawn.body.width) == (10, 20)
    assert drawn.setup and (drawn.setup.x, drawn.setup.width) == (5, 5)
    assert drawn.changeover and (drawn.changeover.x, drawn.changeover.width) == (30, 10)


def test_bar_is_cut_when_it_runs_out_of_view() -> None:
    model = picture(Bar(at(-3), at(40), "occupied", "A"))
    (drawn,) = model.draw(row_of(model))
    assert (drawn.body.x, drawn.body.width) == (0, 100)
    assert drawn.cut_left and drawn.cut_right


def test_bar_is_left_out_when_all_of_it_is_elsewhere() -> None:
    model = picture(Bar(at(-3), at(-1), "approved", "A"), Bar(at(10), at(12), "approved", "B"))
    assert model.draw(row_of(model)) == []


def test_changeover_shows_alone_when_its_slot_is_before_the_view() -> None:
    model = picture(Bar(at(-2), at(-1), "completed", "A", occupied_until=at(1)))
    (drawn,) = model.draw(row_of(model))
    assert drawn.body.width == 0
    assert drawn.changeover and drawn.changeover.width == 10


def test_text_shrinks_when_the_bar_is_short() -> None:
    lengths = (3, 1, 0.5, 0.1)
    model = picture(*(Bar(at(1), at(1 + n), "approved", "A") for n in lengths), days=14)
    shown = [drawn.text for drawn in model.draw(row_of(model))]
    assert shown == ["full", "short", "icon", "none"]


def test_selected_bar_comes_last_when_painted() -> None:
    model = picture(Bar(at(1), at(2), "requested", "A", selected=True), Bar(at(3), at(4), "x", "B"))
    assert [drawn.bar.title for drawn in model.draw(row_of(model))] == ["B", "A"]


def test_attended_steps_are_parts_of_the_bar_when_drawn() -> None:
    model = picture(Bar(at(0), at(4), "approved", "A", attended=((at(1), at(2)),)))
    (drawn,) = model.draw(row_of(model))
    assert [(tick.x, tick.width) for tick in drawn.ticks] == [(25, 25)]


def test_lapse_is_left_out_when_it_is_after_the_view() -> None:
    assert (model := picture(lapse=Lapse(at(5), "lapses"))).lapse_x(row_of(model)) == 50
    assert (model := picture(lapse=Lapse(at(10), "lapses"))).lapse_x(row_of(model)) is None


def test_columns_mark_weeks_weekends_and_today_when_listed() -> None:
    columns = picture(days=14).columns
    assert [column.week for column in columns if column.week] == [2, 3]
    assert [column.day.day for column in columns if column.weekend] == [16, 17, 23, 24]
    assert [column.day.day for column in columns if column.today] == [13]


def test_now_is_absent_when_the_view_is_elsewhere() -> None:
    early = Timeline(date(2026, 1, 1), date(2026, 1, 7), ZONE, (), NOW)
    assert early.now_x is None
    assert picture().now_x == 24.458


def test_days_stay_as_wide_as_others_when_a_clock_changes() -> None:
    model = Timeline(date(2027, 3, 27), date(2027, 3, 30), "Europe/London", (), NOW)
    midnight = day_start(date(2027, 3, 29), "Europe/London")
    assert model.x(midnight) == 50


@given(st.floats(-40, 60), st.floats(0.01, 60))
def test_bar_stays_within_the_track_when_anywhere(start: float, length: float) -> None:
    model = picture(Bar(at(start), at(start + length), "approved", "A"))
    for drawn in model.draw(row_of(model)):
        assert drawn.body.x >= 0
        assert drawn.body.x + drawn.body.width <= 100.001
