"""Hong Kong's general holidays, named in both languages."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

from hkbio_gmp.facilities.rules.facts import ClosedDay

SOURCE = "General Holidays Ordinance, Cap. 149"
# Good Friday and the day after are not in the library's default category.
_CATEGORIES = ("public", "optional")


@lru_cache(maxsize=64)
def _year(year: int) -> tuple[ClosedDay, ...]:
    english, chinese = _named(year, "en_HK"), _named(year, "zh_HK")
    return tuple(ClosedDay(day, english[day], chinese[day], SOURCE) for day in sorted(english))


def _named(year: int, language: str) -> dict[date, str]:
    found = holidays.country_holidays("HK", years=[year], categories=_CATEGORIES, language=language)
    return dict(found.items())


def general_holidays(first: date, last: date) -> list[ClosedDay]:
    """The general holidays from ``first`` to ``last``, both included, in order."""
    years = range(first.year, last.year + 1)
    return [item for year in years for item in _year(year) if first <= item.day <= last]
