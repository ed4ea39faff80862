"""Which certificates a facility's bookings rely on, whatever is made there."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hkbio_gmp.booking.rules import gates
from hkbio_gmp.facilities import queries as facilities


def relied_on(
    session: Session, site: str, organisations: Iterable[str], people: Iterable[str]
) -> list[gates.Needed]:
    """(subject type, subject code, kind) of every certificate, each once."""
    here, people = facilities.standing(session, site), list(people)
    found: dict[gates.Needed, None] = {}
    for needs in here.classes.values():
        for organisation in organisations:
            making = gates.Making(needs)
            resources = here.resources.values()
            wanted = gates.needed(site, resources, organisation, people, making)
            found |= dict.fromkeys(wanted)
    return list(found)
