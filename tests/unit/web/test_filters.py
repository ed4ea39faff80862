from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web import filters

START = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
ZONE = "Asia/Hong_Kong"


@pytest.fixture(autouse=True)
def request_context(site: Flask) -> Iterator[None]:
    with site.test_request_context("/"):
        yield


def in_chinese(call: object, *values: object) -> str:
    with force_locale("zh_Hant_HK"):
        return str(call(*values))  # type: ignore[operator]


def test_range_says_the_day_once_when_it_stays_within_one() -> None:
    end = START + timedelta(hours=8)
    assert filters.time_range(START, end, ZONE) == "Mon 4 Jan 2027, 09:00-17:00 HKT"
    assert in_chinese(filters.time_range, START, end, ZONE) == "2027年1月4日（星期一）09:00-17:00"


def test_range_names_both_days_when_it_spans_them() -> None:
    end = START + timedelta(days=4, hours=4)
    shown = filters.time_range(START, end, ZONE)
    assert shown == "Mon 4 Jan, 09:00 to Fri 8 Jan 2027, 13:00 HKT"
    chinese = in_chinese(filters.time_range, START, end, ZONE)
    assert chinese == "2027年1月4日（星期一）09:00至1月8日（星期五）13:00"


def test_range_names_both_years_when_it_spans_new_year() -> None:
    start = datetime(2026, 12, 31, 1, 0, tzinfo=UTC)
    shown = filters.time_range(start, START, ZONE)
    assert shown == "Thu 31 Dec 2026, 09:00 to Mon 4 Jan 2027, 09:00 HKT"


def test_instant_shows_the_local_day_when_utc_is_on_the_day_before() -> None:
    late = datetime(2027, 1, 3, 17, 30, tzinfo=UTC)
    assert filters.instant(late, ZONE) == "Mon 4 Jan 2027, 01:30 HKT"
    assert filters.instant(late, "Europe/London") == "Sun 3 Jan 2027, 17:30 GMT"


def test_nothing_is_shown_when_there_is_no_time() -> None:
    for one in (filters.instant, filters.day, filters.day_short, filters.clock_time):
        assert one(None) == ""


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2027, 1, 11), date(2027, 1, 24), "11 to 24 Jan 2027"),
        (date(2027, 1, 28), date(2027, 2, 3), "28 Jan to 3 Feb 2027"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 Dec 2026 to 3 Jan 2027"),
        (date(2027, 1, 11), date(2027, 1, 11), "11 Jan 2027"),
    ],
)
def test_days_share_what_is_the_same_when_ranged(first: date, last: date, shown: str) -> None:
    assert filters.day_range(first, last) == shown


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "0 min", "0 分鐘"),
        (198, "3 h 18 min", "3 小時 18 分鐘"),
        (1440, "1 day", "1 日"),
        (8 * 1440 + 240, "8 days 4 h", "8 日 4 小時"),
        (1440 + 5, "1 day", "1 日"),
    ],
)
def test_length_is_in_words_when_shown(minutes: int, english: str, chinese: str) -> None:
    assert filters.duration(minutes) == english
    assert in_chinese(filters.duration, minutes) == chinese


def test_distance_has_a_direction_when_told_from_now() -> None:
    now = datetime(2027, 1, 13, 2, 42, tzinfo=UTC)
    assert filters.from_now(now + timedelta(hours=2)) == "in 2 h"
    assert filters.from_now(now - timedelta(days=2)) == "2 days ago"


def test_entry_time_is_an_instant_when_parsed() -> None:
    assert filters.parsed_instant("2027-01-04T01:00:00.000000Z") == START


@pytest.mark.parametrize(("days", "words"), [(9, "9 days left"), (0, "today"), (-1, "1 day ago")])
def test_days_left_are_words_when_told(days: int, words: str) -> None:
    assert filters.days_left_words(days) == words


def test_message_is_translated_with_its_values_when_chinese() -> None:
    told = Message("Conditional on renewal by {day}.", day=date(2027, 1, 18))
    assert filters.message(told) == "Conditional on renewal by Mon 18 Jan 2027."
    assert in_chinese(filters.message, told) == "須於 2027年1月18日（星期一） 或之前續期。"


def test_message_shows_its_own_zone_when_another_is_current() -> None:
    told = Message("From {when}", zone="UTC", when=START)
    assert filters.message(told) == "From Mon 4 Jan 2027, 01:00 UTC"


def test_number_is_grouped_without_commas_when_large() -> None:
    assert filters.number(48204) == "48\u202f204"
    assert filters.number(-6) == "−6"


def test_digest_is_shortened_when_shown() -> None:
    assert filters.short_hash("9f3c71aa00") == "9f3c 71aa"
    assert filters.short_hash(bytes.fromhex("9f3c71aa00")) == "9f3c 71aa"
    assert filters.short_hash(None) == ""


def test_chinese_name_is_taken_when_there_is_one() -> None:
    class Facility:
        name, name_zh = "Centre", "中心"

    assert filters.localised(Facility) == "Centre"
    assert in_chinese(filters.localised, Facility) == "中心"


def test_address_keeps_its_arguments_when_one_changes(site: Flask) -> None:
    with site.test_request_context("/components?a=1&a=2&sort=x&lang=en"):
        site.preprocess_request()
        assert filters.page_url(page="2", sort=None) == "/components?a=1&a=2&page=2"
        assert filters.sort_url("x") == "/components?a=1&a=2&sort=-x"
