"""The acts of the log in words: each feature names its own, every page says them alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from hkbio_gmp.audit.queries import Act


@dataclass(frozen=True, slots=True)
class Said:
    """How an act shows. ``text`` is translated late and has the placeholder ``%(record)s``."""

    icon: str
    tone: str
    text: Any


_CHANNELS: dict[str, Any] = {
    "page": lazy_gettext("on a page"),
    "api": lazy_gettext("by the API"),
    "cli": lazy_gettext("at the command line"),
    "job": lazy_gettext("by a job"),
}
_said: dict[str, Said] = {}
_records: dict[str, Any] = {}


def add_words(acts: Mapping[str, tuple[str, str, Any]], records: Mapping[str, Any]) -> None:
    """Name a feature's acts (action → icon, tone, text) and its kinds of record."""
    _said.update({action: Said(*told) for action, told in acts.items()})
    _records.update(records)


def said(action: str) -> Said:
    """The words of an action; one without any shows its code, so that no page fails."""
    return _said.get(action) or Said("circle", "completed", action.replace("%", "%%"))


def known_actions() -> frozenset[str]:
    """The actions that have words."""
    return frozenset(_said)


def record_kinds() -> list[tuple[str, str]]:
    """(type, name) of every kind of record, by name."""
    return sorted(((code, str(name)) for code, name in _records.items()), key=lambda kind: kind[1])


def record_name(kind: str) -> str:
    """A kind of record's name in the present language."""
    return str(_records.get(kind) or kind.replace("_", " ").capitalize())


def channel_label(channel: str) -> str:
    """The door through which an act came."""
    return str(_CHANNELS.get(channel, channel))


def sentence(act: Act) -> str:
    """What was done to which record: the first one that the act is about."""
    head = act.head
    return str(said(head["action"]).text) % {"record": head["subject"]["ref"]}


def history_items(acts: Iterable[Act]) -> list[dict[str, Any]]:
    """What the history of one record draws, newest first; instants in UTC."""
    return [_item(act) for act in acts]


def _item(act: Act) -> dict[str, Any]:
    head = act.head
    told = said(head["action"])
    signature = head.get("signature") or {}
    notes = [_part(act), head.get("reason"), signature.get("number")]
    return {
        "at": datetime.fromisoformat(head["at"]),
        "icon": told.icon,
        "tone": told.tone,
        "who": head["actor"]["name"],
        "text": str(told.text) % {"record": _("it")},
        "note": " · ".join(str(note) for note in notes if note),
    }


def _part(act: Act) -> str:
    """Which session an act is about, where it changed one alone."""
    if not act.head["action"].startswith("booking:session:"):
        return ""
    keys = [entry.document["row"]["key"] for entry in act.entries]
    numbers = {str(key).rsplit("/", 1)[-1] for key in keys if "/" in str(key)}
    return f"#{numbers.pop()}" if len(numbers) == 1 else ""


def by_day(acts: Iterable[Act], zone: str) -> list[tuple[date, list[Act]]]:
    """Acts under their calendar days in ``zone``, in the order given."""

    def day(act: Act) -> date:
        return datetime.fromisoformat(act.head["at"]).astimezone(ZoneInfo(zone)).date()

    return [(found, list(group)) for found, group in groupby(acts, key=day)]
