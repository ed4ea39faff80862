"""The certificates that open a booking's gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hkbio_gmp.certification.rules.status import CertificateFacts
from hkbio_gmp.facilities.rules.facts import (
    GMP_PURPOSE,
    ProcessClassFacts,
    ResourceFacts,
)
from hkbio_gmp.facilities.rules.fitness import gives_grade_a

Needed = tuple[str, str, str]
Coverage = Mapping[Needed, Sequence[CertificateFacts]]

LICENCE = "manufacturer_licence"
INSPECTION = "gmp_certificate"
SIMULATION = "process_aps"
AGREEMENT = "technical_agreement"
INSURANCE = "insurance"
GOWNING = "gowning_qualification"
TRAINING = "gmp_training"
BIOSAFETY = "biosafety_training"
OPERATOR_SIMULATION = "operator_aps"
GRADE_A_DEVICE = "grade_a_device_qualification"
ROOM_KINDS = {
    "A": "room_qualification_ab",
    "B": "room_qualification_ab",
    "C": "room_qualification_cd",
    "D": "room_qualification_cd",
}
EQUIPMENT_KINDS: Mapping[str, tuple[str, ...]] = {
    "bsc": ("bsc_certification",),
    "isolator": ("isolator_leak_test",),
    "incubator": ("incubator_mapping",),
    "freezer": ("incubator_mapping",),
    "particle_counter": ("particle_counter_calibration",),
    "autoclave": ("autoclave_requalification",),
}


class KindFacts(NamedTuple):
    """A kind of certificate as a gate sees it."""

    code: str
    name: str
    blocks_booking: bool
    renewal_days: int
    interval_source: str


@dataclass(frozen=True, slots=True)
class Making:
    """What is to be done, as far as certificates depend on it."""

    needs: ProcessClassFacts
    open_processing: bool = True

    @property
    def relies_on_grade_a(self) -> bool:
        """Whether a cabinet or isolator of grade A must be in order (PE 009-17 Annex 2A 3.11)."""
        return self.open_processing and self.needs.needs_grade_a


def needed(
    facility: str,
    resources: Iterable[ResourceFacts],
    organisation: str | None,
    operators: Iterable[str],
    making: Making,
) -> list[Needed]:
    """(subject type, subject code, kind) of each certificate that a booking relies on itself.

    What stands in its rooms and comes with them is weighed apart: one item of each kind is
    enough, see :func:`comes_with`.
    """
    wanted = [("facility", facility, kind) for kind in _of_facility(making.needs)]
    for resource in resources:
        wanted += of_resource(resource)
    if organisation is not None:
        wanted += [("organisation", organisation, kind) for kind in (AGREEMENT, INSURANCE)]
    kinds = _of_people(making)
    wanted += [("person", email, kind) for email in operators for kind in kinds]
    return wanted


def _of_facility(needs: ProcessClassFacts) -> tuple[str, ...]:
    return (LICENCE, INSPECTION, SIMULATION) if needs.is_gmp else (LICENCE,)


def of_resource(resource: ResourceFacts) -> list[Needed]:
    """The certificates of a room by its grade, of an item of equipment by its kind."""
    if resource.kind == "room":
        kind = ROOM_KINDS.get(resource.grade or "")
        return [("resource", resource.code, kind)] if kind else []
    kinds = EQUIPMENT_KINDS.get(resource.equipment_kind or "", ())
    kinds += (GRADE_A_DEVICE,) if gives_grade_a(resource) else ()
    return [("resource", resource.code, kind) for kind in kinds]


def _of_people(making: Making) -> tuple[str, ...]:
    """PE 009-17 Part I 2.11, Annex 1 7.4 and 9.39, Annex 2A 2.1: training is where one learns."""
    kinds: tuple[str, ...] = (GOWNING,)
    if making.needs.purpose in (GMP_PURPOSE, "simulation"):
        kinds += (TRAINING,)
    if making.needs.is_gmp and making.open_processing:
        kinds += (OPERATOR_SIMULATION,)
    if making.needs.live_organism:
        kinds += (BIOSAFETY,)
    return kinds


def comes_with(
    rooms: Iterable[str], known: Iterable[ResourceFacts], making: Making
) -> list[list[ResourceFacts]]:
    """What stands in the rooms and is used with them, in groups of which one must be in order.

    For each room: its cabinets and isolators, where open steps need grade A; its incubators and
    its particle counters, where a batch is made (D). What is booked apart is weighed apart.
    """
    if not making.needs.is_gmp:
        return []
    standing = [one for one in known if one.active and not one.bookable]
    found = []
    for room in rooms:
        inside = [one for one in standing if one.room == room]
        if making.relies_on_grade_a:
            found.append([one for one in inside if gives_grade_a(one)])
        for kind in ("incubator", "particle_counter"):
            found.append([one for one in inside if one.equipment_kind == kind])
    return [group for group in found if group]


class Relied(NamedTuple):
    """What a plan relies on itself; and of each group of what comes with its rooms each item."""

    own: list[Needed]
    groups: list[list[list[Needed]]]
