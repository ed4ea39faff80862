"""Reads of facilities, projects and batches."""

from hkbio_gmp.facilities.queries.catalogue import (
    facility_facts,
    find_facility,
    get_facility,
    get_resource,
    list_air_zones,
    list_equipment_in,
    list_facilities,
    list_process_classes,
    list_resources,
    resource_facts,
    resource_kinds,
)
from hkbio_gmp.facilities.queries.opening import (
    closed_days,
    get_closure,
    list_closures,
    list_opening_hours,
    opening_pattern,
    opening_ranges,
)
from hkbio_gmp.facilities.queries.projects import (
    find_batch,
    find_project,
    get_batch,
    get_project,
    list_batches,
    list_projects,
)
from hkbio_gmp.facilities.queries.rulebook import (
    changeover_matrix,
    class_facts,
    list_rule_sets,
    rules_version,
    segregation_rules,
)
from hkbio_gmp.facilities.queries.standing import Standing, begin_changes, is_changing, standing

__all__ = [
    "Standing",
    "begin_changes",
    "changeover_matrix",
    "class_facts",
    "closed_days",
    "facility_facts",
    "find_batch",
    "find_facility",
    "find_project",
    "get_batch",
    "get_closure",
    "get_facility",
    "get_project",
    "get_resource",
    "is_changing",
    "list_air_zones",
    "list_batches",
    "list_closures",
    "list_equipment_in",
    "list_facilities",
    "list_opening_hours",
    "list_process_classes",
    "list_projects",
    "list_resources",
    "list_rule_sets",
    "opening_pattern",
    "opening_ranges",
    "resource_facts",
    "resource_kinds",
    "rules_version",
    "segregation_rules",
    "standing",
]
