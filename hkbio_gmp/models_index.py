"""Every table of the product, imported: for migrations and for the audit log's guard."""

from hkbio_gmp.api import models as api
from hkbio_gmp.audit import models as audit
from hkbio_gmp.booking import models as booking
from hkbio_gmp.booking import models_feeds as feeds
from hkbio_gmp.booking import models_series as series
from hkbio_gmp.booking import models_waitlist as waitlist
from hkbio_gmp.certification import models as certification
from hkbio_gmp.facilities import models as facilities
from hkbio_gmp.identity import models as identity
from hkbio_gmp.notifications import models as notifications
from hkbio_gmp.work import calendars

__all__ = [
    "api",
    "audit",
    "booking",
    "calendars",
    "certification",
    "facilities",
    "feeds",
    "identity",
    "notifications",
    "series",
    "waitlist",
]
