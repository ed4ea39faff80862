"""Commands of facilities, split by verb family."""

from hkbio_gmp.facilities.services.batches import register_batch
from hkbio_gmp.facilities.services.closures import add_closure, withdraw_closure
from hkbio_gmp.facilities.services.exporting import export_facility
from hkbio_gmp.facilities.services.importing import import_facility
from hkbio_gmp.facilities.services.projects import (
    accept_project,
    close_project,
    project_record,
    propose_project,
)
from hkbio_gmp.facilities.services.rulebook import change_rules
from hkbio_gmp.facilities.services.shipped import shipped_codes, shipped_facility
from hkbio_gmp.facilities.services.templates import (
    TemplateWish,
    add_template,
    change_template,
    retire_template,
)

__all__ = [
    "TemplateWish",
    "accept_project",
    "add_closure",
    "add_template",
    "change_rules",
    "change_template",
    "close_project",
    "export_facility",
    "import_facility",
    "project_record",
    "propose_project",
    "register_batch",
    "retire_template",
    "shipped_codes",
    "shipped_facility",
    "withdraw_closure",
]
