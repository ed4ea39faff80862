"""The unit of work: the only place that commits."""

from hkbio_gmp.work.audited import Audited, Change, Subject
from hkbio_gmp.work.calendars import Calendar
from hkbio_gmp.work.counters import Counter, next_number
from hkbio_gmp.work.engine import prepare_engine
from hkbio_gmp.work.inserting import Named, insert_rows
from hkbio_gmp.work.reading import rows
from hkbio_gmp.work.unit import (
    ONE_TRANSACTION,
    Work,
    channel,
    configure,
    run,
    snapshot,
    use_channel,
    write_unaudited,
)

__all__ = [
    "ONE_TRANSACTION",
    "Audited",
    "Calendar",
    "Change",
    "Counter",
    "Named",
    "Subject",
    "Work",
    "channel",
    "configure",
    "insert_rows",
    "next_number",
    "prepare_engine",
    "rows",
    "run",
    "snapshot",
    "use_channel",
    "write_unaudited",
]
