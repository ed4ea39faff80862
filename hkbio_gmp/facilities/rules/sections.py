"""What a facility file may hold: its tables and their keys, as data."""

from __future__ import annotations

from hkbio_gmp.facilities.rules.facts import GRADES, PURPOSES, ROOM_GRADES
from hkbio_gmp.facilities.rules.segregation import CONDITIONS, SCOPES, SEVERITIES
from hkbio_gmp.facilities.rules.shape import Field
from hkbio_gmp.facilities.rules.templates import LONGEST_MINUTES

FORMAT = 1
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STATES = ("active", "retired")
EXHAUSTS = ("recirculated", "total")
EQUIPMENT_KINDS = (
    "bsc",
    "isolator",
    "incubator",
    "cell_processor",
    "centrifuge",
    "freezer",
    "particle_counter",
    "other",
)

_NAMED = (Field("code"), Field("name"), Field("name_zh"))
_STATE = Field("state", required=False, default="active", choices=STATES)
_DEMONSTRATION = Field("demonstration", "flag", required=False, default=False)
_BOOKABLE = Field("bookable", "flag", required=False, default=True)

SINGLE: dict[str, tuple[Field, ...]] = {
    "facility": (
        *_NAMED,
        Field("zone"),
        Field("address", required=False),
        Field("address_zh", required=False),
        Field("opened_on", "day", required=False),
        _DEMONSTRATION,
    ),
    "settings": (
        Field("holidays", required=False, default="HK", choices=("HK", "none")),
        Field("hours_source", required=False),
        Field("hold_working_days", "whole", required=False, default=2, least=1, most=30),
        Field("priority", "list", required=False, default=()),
        Field("most_open_requests", "whole", required=False, default=0, least=0, most=1000),
        Field("most_share_percent", "whole", required=False, default=0, least=0, most=100),
        Field("most_waiting", "whole", required=False, default=5, least=0, most=100),
        Field("offer_hours", "whole", required=False, default=24, least=1, most=240),
        Field("hold_reminder_hours", "whole", required=False, default=24, least=1, most=240),
        Field("countersign_working_days", "whole", required=False, default=1, least=1, most=10),
        Field("quality_approves", "flag", required=False, default=False),
        Field("quality_approves_classes", "list", required=False, default=()),
        Field("quality_approves_first", "flag", required=False, default=False),
        Field("quality_approves_warnings", "list", required=False, default=()),
    ),
}
REPEATED: dict[str, tuple[Field, ...]] = {
    "facts": (Field("text"), Field("text_zh"), Field("source")),
    "hours": (Field("day", choices=DAYS), Field("opens", "clock"), Field("closes", "clock")),
    "zones": (
        *_NAMED,
        Field("exhaust", required=False, default="recirculated", choices=EXHAUSTS),
        _STATE,
    ),
    "rooms": (
        *_NAMED,
        Field("zone"),
        Field("grade", choices=ROOM_GRADES),
        Field("containment", required=False),
        Field("capacity", "whole", required=False, least=1, most=1000),
        _BOOKABLE,
        _DEMONSTRATION,
        _STATE,
    ),
    "suites": (*_NAMED, Field("rooms", "list"), _BOOKABLE, _DEMONSTRATION, _STATE),
    "equipment": (
        *_NAMED,
        Field("kind", choices=EQUIPMENT_KINDS),
        Field("room", required=False),
        Field("unit", required=False),
        Field("grade", required=False, choices=GRADES),
        Field("bookable", "flag", required=False, default=False),
        _DEMONSTRATION,
        _STATE,
    ),
    "classes": (
        *_NAMED,
        Field("purpose", choices=PURPOSES),
        Field("setup_minutes", "whole", most=20160),
        Field("turnaround_minutes", "whole", most=20160),
        Field("open_grades", "list", choices=ROOM_GRADES),
        Field("closed_grades", "list", choices=ROOM_GRADES),
        Field("needs_grade_a", "flag", required=False, default=False),
        Field("live_organism", "flag", required=False, default=False),
        Field("typical_hours", "whole", required=False, least=1, most=10000),
        Field("campaign_days", "whole", required=False, least=1, most=365),
        Field("source"),
        _STATE,
    ),
    "changeover": (
        Field("from"),
        Field("to"),
        Field("same_series", "flag", required=False, default=False),
        Field("minutes", "whole", most=40320),
        Field("cleaning"),
        Field("source"),
    ),
    "segregation": (
        Field("scope", choices=SCOPES),
        Field("classes", "list"),
        Field("condition", required=False, choices=CONDITIONS),
        Field("severity", choices=SEVERITIES),
        Field("source"),
    ),
    "closures": (
        *_NAMED,
        Field("first", "day"),
        Field("last", "day"),
        Field("source"),
        _STATE,
    ),
    "templates": (*_NAMED, Field("class"), Field("source"), _STATE),
    "steps": (
        Field("template"),
        Field("name"),
        Field("name_zh"),
        Field("offset_minutes", "whole", most=LONGEST_MINUTES),
        Field("length_minutes", "whole", least=1, most=LONGEST_MINUTES),
        Field("attended", "flag", required=False, default=True),
        Field("room", "flag", required=False, default=True),
        Field("equipment", "list", required=False, default=(), choices=EQUIPMENT_KINDS),
    ),
}
# Left out of an export, so that a file stays readable.
QUIET_DEFAULTS = {"state": "active", "demonstration": False, "same_series": False}
